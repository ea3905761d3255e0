"""KServe's model server with one model. Usage: kserve_server.py PORT MODEL."""

import sys

import joblib
from kserve import InferOutput, InferResponse, Model, ModelServer

PORT, MODEL = int(sys.argv[1]), sys.argv[2]
sys.argv = sys.argv[:1]


class Served(Model):
    def __init__(self):
        super().__init__("m")
        self.model = joblib.load(MODEL)
        self.ready = True

    def predict(self, payload, headers=None, response_headers=None):  # noqa: ARG002 - KServe's own names
        predicted = self.model.predict(payload.inputs[0].as_numpy())
        output = InferOutput("predict", list(predicted.shape), "INT64", data=predicted.tolist())
        return InferResponse(payload.id or "1", "m", [output])


if __name__ == "__main__":
    ModelServer(http_port=PORT, workers=1, enable_grpc=False, access_log_format=None).start([Served()])
