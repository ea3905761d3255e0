"""BentoML; BATCH=1 turns its batching off. Started by `bentoml serve`, with MODEL and BATCH in the environment."""

import os

import bentoml
import joblib
import numpy as np

BATCH = int(os.environ["BATCH"])


@bentoml.service(workers=1, traffic={"timeout": 60}, logging={"access": {"enabled": False}})
class Served:
    def __init__(self):
        self.model = joblib.load(os.environ["MODEL"])

    @bentoml.api(batchable=BATCH > 1, max_batch_size=max(BATCH, 2), max_latency_ms=60_000, route="/v2/models/m/infer")
    def predict(self, rows: np.ndarray) -> np.ndarray:
        return self.model.predict(rows.astype(np.float32))
