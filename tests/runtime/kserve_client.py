"""KServe's own client as a program: a server's address and rows come in as JSON, what it was told goes out as JSON.

By itself, since KServe's pins do not go together with those of the tests: its Python may be another one.
"""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any

import kserve
import numpy as np


async def converse(address: str, model: str, rows: Any) -> dict[str, Any]:
    client = kserve.InferenceRESTClient(kserve.RESTConfig(protocol="v2", timeout=60))
    told: dict[str, Any] = {
        "live": await client.is_server_live(address),
        "ready": await client.is_server_ready(address),
        "model": await client.is_model_ready(address, model),
    }
    for binary in (False, True):
        given = kserve.InferInput("features", list(rows.shape), "FP64")
        given.set_data_from_numpy(rows, binary_data=binary)
        answer = await client.infer(address, kserve.InferRequest(model, [given]), model_name=model)
        told["binary" if binary else "json"] = answer.outputs[0].as_numpy().tolist()
    return told


if __name__ == "__main__":
    asked = json.load(sys.stdin)
    answer = asyncio.run(converse(asked["address"], asked["model"], np.asarray(asked["rows"])))
    json.dump(answer, sys.stdout)
