"""What one writes by hand: FastAPI, `async def`, no batching. Usage: fastapi_by_hand.py PORT MODEL."""

import sys

import joblib
import numpy as np
import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel

model = joblib.load(sys.argv[2])
app = FastAPI()


class Tensor(BaseModel):
    name: str
    shape: list[int]
    datatype: str
    data: list[float]


class Inference(BaseModel):
    inputs: list[Tensor]


@app.post("/v2/models/m/infer")
async def infer(inference: Inference):
    tensor = inference.inputs[0]
    predicted = model.predict(np.array(tensor.data, dtype=np.float32).reshape(tensor.shape))
    output = {"name": "predict", "datatype": "INT64", "shape": list(predicted.shape), "data": predicted.tolist()}
    return {"model_name": "m", "model_version": "1", "outputs": [output]}


if __name__ == "__main__":
    uvicorn.run(app, port=int(sys.argv[1]), loop="uvloop", http="httptools", access_log=False, log_level="warning")
