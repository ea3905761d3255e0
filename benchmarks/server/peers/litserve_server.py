"""LitServe; BATCH=1 turns its batching off. Usage: litserve_server.py PORT MODEL BATCH."""

import sys

import joblib
import litserve
import numpy as np

PORT, MODEL, BATCH = int(sys.argv[1]), sys.argv[2], int(sys.argv[3])


class Served(litserve.LitAPI):
    def setup(self, device):  # noqa: ARG002 - LitServe's own name
        self.model = joblib.load(MODEL)

    def decode_request(self, request):
        tensor = request["inputs"][0]
        return np.array(tensor["data"], dtype=np.float32).reshape(tensor["shape"])

    def batch(self, inputs):
        self.sizes = [len(rows) for rows in inputs]
        return np.concatenate(inputs)

    def predict(self, rows):
        return self.model.predict(rows)

    def unbatch(self, output):
        return np.split(output, np.cumsum(self.sizes)[:-1])

    def encode_response(self, output):
        return {"outputs": [{"name": "predict", "shape": list(output.shape), "data": output.tolist()}]}


if __name__ == "__main__":
    api = Served(max_batch_size=BATCH, batch_timeout=0.0, api_path="/v2/models/m/infer")
    server = litserve.LitServer(api, accelerator="cpu", workers_per_device=1)
    server.run(port=PORT, log_level="warning", generate_client_file=False, num_api_servers=1)
