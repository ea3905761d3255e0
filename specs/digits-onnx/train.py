"""scikit-learn's handwritten digits -> model.onnx, and in expected.json a request with the answer it must get."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from onnx import ModelProto
from skl2onnx import to_onnx
from sklearn.datasets import load_digits
from sklearn.neural_network import MLPClassifier

BRIGHTEST = 16.0


def digits() -> tuple[Any, Any]:
    """1,797 images of 8 by 8 grey values between 0 and 1, row by row, and the digits that they show."""
    images, labels = load_digits(return_X_y=True)
    return (images / BRIGHTEST).astype(np.float32), labels


def train() -> ModelProto:
    images, labels = digits()
    classifier = MLPClassifier(hidden_layer_sizes=(32,), tol=1e-3, max_iter=400, random_state=0).fit(images, labels)
    # Without `zipmap` the probabilities are a tensor, which a server can batch, and not a list of dictionaries.
    model: ModelProto = to_onnx(classifier, images[:1], options={"zipmap": False}, name="digits", target_opset=21)
    # The converter writes its own version here; the file should change only when the model does.
    model.producer_name, model.producer_version = "mlspec-example", ""
    return model


def expected(model: ModelProto) -> dict[str, object]:
    """An inference request of four images in the Open Inference Protocol, and the outputs that answer it."""
    images = digits()[0][100:104]
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    label, probabilities = session.run(["label", "probabilities"], {"X": images})
    return {
        "inputs": [tensor("X", "FP32", images)],
        "outputs": [tensor("label", "INT64", label), tensor("probabilities", "FP32", probabilities)],
    }


def tensor(name: str, datatype: str, values: Any) -> dict[str, object]:
    return {"name": name, "datatype": datatype, "shape": list(values.shape), "data": values.ravel().tolist()}


def main(folder: Path) -> None:
    model = train()
    (folder / "model.onnx").write_bytes(model.SerializeToString(deterministic=True))
    (folder / "expected.json").write_text(json.dumps(expected(model)) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
