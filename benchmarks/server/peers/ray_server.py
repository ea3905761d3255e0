"""Ray Serve; BATCH=1 turns its batching off. Usage: ray_server.py PORT MODEL BATCH."""

import sys
import time

import joblib
import numpy as np
import ray
from ray import serve

PORT, MODEL, BATCH = int(sys.argv[1]), sys.argv[2], int(sys.argv[3])


@serve.deployment(max_ongoing_requests=256, ray_actor_options={"num_cpus": 0.1})
class Served:
    def __init__(self):
        self.model = joblib.load(MODEL)

    @serve.batch(max_batch_size=BATCH, batch_wait_timeout_s=0.0)
    async def predict(self, inputs):
        predicted = self.model.predict(np.concatenate(inputs))
        return np.split(predicted, np.cumsum([len(rows) for rows in inputs])[:-1])

    async def __call__(self, request):
        tensor = (await request.json())["inputs"][0]
        rows = np.array(tensor["data"], dtype=np.float32).reshape(tensor["shape"])
        output = await self.predict(rows) if BATCH > 1 else self.model.predict(rows)
        return {"outputs": [{"name": "predict", "shape": list(output.shape), "data": output.tolist()}]}


if __name__ == "__main__":
    ray.init(num_cpus=1, include_dashboard=False, log_to_driver=False)
    serve.start(http_options={"host": "127.0.0.1", "port": PORT, "access_log": False})
    serve.run(Served.bind(), route_prefix="/v2/models/m/infer")
    while True:
        time.sleep(60)
