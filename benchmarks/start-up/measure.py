"""A model of each format -> seconds on one core until it is loaded, for its first request, and for its second.

docs/start-up.md says what this printed; run it from the root of the repository.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from time import perf_counter
from typing import Any

SPECS = Path("specs")
ROUNDS = 3


def classifier(folder: Path, kind: str) -> Path:
    """Of a hundred trees."""
    from sklearn.datasets import load_breast_cancer

    data, target = load_breast_cancer(return_X_y=True)
    if kind == "sklearn":
        import joblib
        from sklearn.ensemble import RandomForestClassifier

        joblib.dump(RandomForestClassifier(100).fit(data, target), folder / "model.joblib")
        return folder / "model.joblib"
    if kind == "xgboost":
        import xgboost

        xgboost.XGBClassifier(n_estimators=100).fit(data, target).save_model(folder / "model.ubj")
        return folder / "model.ubj"
    import lightgbm

    lightgbm.LGBMClassifier(n_estimators=100, verbose=-1).fit(data, target).booster_.save_model(folder / "model.txt")
    return folder / "model.txt"


def vision(folder: Path, kind: str) -> Path:
    """Convolutions of 25 million weights over an image of 224 × 224, as a program of PyTorch or of ONNX."""
    import torch
    from torch import nn

    widths = [3, 64, 128, 256, 512, 1024, 2048]
    layers = [
        nn.Sequential(nn.Conv2d(a, b, 3, stride=2, padding=1), nn.BatchNorm2d(b), nn.ReLU())
        for a, b in pairwise(widths)
    ]
    model = nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(2048, 1000)).eval()
    example = (torch.zeros(1, 3, 224, 224),)
    if kind == "pytorch":
        torch.export.save(torch.export.export(model, example), folder / "model.pt2")
        return folder / "model.pt2"
    torch.onnx.export(model, example, folder / "model.onnx", input_names=["image"], dynamo=False)
    return folder / "model.onnx"


def text(folder: Path, _: str) -> Path:
    """A BERT of the usual size, 110 million weights."""
    from transformers import BertConfig, BertForSequenceClassification, BertTokenizerFast

    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "good", "bad"]
    (folder / "vocab.txt").write_text("\n".join(words))
    BertTokenizerFast(str(folder / "vocab.txt")).save_pretrained(folder / "model")
    BertForSequenceClassification(BertConfig(id2label={0: "bad", 1: "good"})).save_pretrained(folder / "model")
    return folder / "model"


def router(_folder: Path, _kind: str) -> Path:
    return SPECS / "ticket-router"


MAKE: dict[str, Callable[[Path, str], Path]] = {
    "sklearn": classifier,
    "xgboost": classifier,
    "lightgbm": classifier,
    "onnx": vision,
    "pytorch": vision,
    "transformers": text,
    "python": router,
}
IMAGE = {"name": "image", "datatype": "FP32", "shape": [-1, 3, 224, 224]}
INPUTS: dict[str, list[dict[str, Any]]] = {
    "pytorch": [IMAGE],
    "python": [{"name": "text", "datatype": "BYTES", "shape": [-1]}],
}


def start(kind: str, path: Path) -> None:
    """In a process of its own: prints the three times."""
    begun = perf_counter()
    from mlspec_runtime.loading import load_verified, warm_up_inputs
    from mlspec_runtime.manifest import Manifest
    from mlspec_runtime.signature import TensorSpec

    inputs = tuple(TensorSpec(each["name"], each["datatype"], tuple(each["shape"])) for each in INPUTS.get(kind, []))
    code = {"handler": "router:TicketRouter", "code": path / "src"} if kind == "python" else {"path": path}
    model = load_verified(Manifest("model", "1", kind, inputs=inputs, **code))
    loaded = perf_counter()
    zeros, times = warm_up_inputs(model.inputs), [loaded]
    for _ in range(2):
        model.predict(zeros)
        times.append(perf_counter())
    print(loaded - begun, times[1] - times[0], times[2] - times[1])


def main() -> None:
    print(f"{'format':14}{'load':>8}{'first':>8}{'second':>8}   s, the worst of {ROUNDS}")
    for kind, make in MAKE.items():
        with tempfile.TemporaryDirectory() as folder:
            path = make(Path(folder), kind)
            command = [sys.executable, __file__, kind, str(path)]
            rounds = [
                [float(each) for each in subprocess.run(command, check=True, capture_output=True).stdout.split()]
                for _ in range(ROUNDS)
            ]
            load, first, second = map(max, zip(*rounds, strict=True))
        print(f"{kind:14}{load:8.2f}{first:8.3f}{second:8.3f}")


if __name__ == "__main__":
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    os.environ["OMP_NUM_THREADS"] = "1"
    start(sys.argv[1], Path(sys.argv[2])) if len(sys.argv) > 1 else main()
