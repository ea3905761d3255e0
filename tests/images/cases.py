"""Small real models, one for each kind of image that no example has: its plan, a request, and the right answer."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlspec.plan.image import Copy, ImagePlan, Needs, plan_image

NASTY = 'Says "no"\n$(id) `id` ${HOME} $HOME {{ plan }} {% raw %} it\'s \\ \u2028 # <<EOF é'
"""Free text that would mean something in a shell, a Dockerfile or a template."""


@dataclass(frozen=True)
class Case:
    plan: ImagePlan
    inputs: list[Mapping[str, object]]
    expected: Mapping[str, list[Any]]


def xgboost(workspace: Path) -> Case:
    """The label of each row, by the format's own defaults: only its suffix says that the file is UBJSON."""
    import xgboost as xgb
    from sklearn.datasets import load_iris

    rows, classes = load_iris(return_X_y=True)
    model = xgb.XGBClassifier(n_estimators=8, max_depth=3).fit(rows, classes)
    model.save_model(workspace / "model.ubj")
    asked = rows[::50].astype("float32")
    return Case(
        plan=_plan(
            workspace,
            "xgboost",
            {"model.ubj": "model/model.ubj"},
            model_path="model/model.ubj",
            predict="predict_proba",
        ),
        inputs=[_tensor("input", "FP32", list(asked.shape), asked.ravel().tolist())],
        expected={"predict_proba": model.predict_proba(asked).ravel().tolist()},
    )


def lightgbm(workspace: Path) -> Case:
    import lightgbm as lgb
    import numpy as np
    from sklearn.datasets import load_diabetes

    rows, values = load_diabetes(return_X_y=True)
    model = lgb.train({"objective": "regression", "verbose": -1}, lgb.Dataset(rows, values), 8)
    model.save_model(workspace / "model.txt")
    asked = rows[::100]
    return Case(
        plan=_plan(workspace, "lightgbm", {"model.txt": "model/model.txt"}, model_path="model/model.txt"),
        inputs=[_tensor("input", "FP64", list(asked.shape), asked.ravel().tolist())],
        expected={"predict": np.asarray(model.predict(asked)).tolist()},
    )


_BERT = """
import sys
import torch
from transformers import BertConfig, BertForSequenceClassification, BertTokenizerFast, pipeline
folder = sys.argv[1]
words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "good", "bad", "film"]
with open(f"{folder}/vocab.txt", "w") as file:
    file.write("\\n".join(words))
torch.manual_seed(0)
tokenizer = BertTokenizerFast(f"{folder}/vocab.txt")
config = BertConfig(vocab_size=8, hidden_size=8, num_hidden_layers=1, num_attention_heads=2, intermediate_size=8,
                    id2label={0: "bad", 1: "good"}, label2id={"bad": 0, "good": 1})
model = BertForSequenceClassification(config).eval()
tokenizer.save_pretrained(f"{folder}/model")
model.save_pretrained(f"{folder}/model")
print(*[each["label"] for each in pipeline("text-classification", model, tokenizer=tokenizer)(["good film", "bad"])])
"""


def transformers(workspace: Path) -> Case:
    """A classifier of texts whose weights are chance; what it says is the same here and in the image."""
    said = subprocess.run(
        [sys.executable, "-c", _BERT, str(workspace)], capture_output=True, text=True, check=True
    ).stdout.splitlines()[-1]
    files = [path.name for path in (workspace / "model").iterdir()]
    return Case(
        plan=_plan(
            workspace,
            "transformers",
            {f"model/{name}": f"model/{name}" for name in files},
            model_path="model",
            outputs=[{"name": "label", "datatype": "BYTES", "shape": [-1]}],
        ),
        inputs=[_tensor("text", "BYTES", [2], ["good film", "bad"])],
        expected={"label": said.split()},
    )


_HANDLER = """
import ctypes

import scale


class Doubler:
    def load(self, path):
        ctypes.CDLL("libgomp.so.1")
        self.factor = scale.factor(path)

    def predict(self, inputs):
        return {"y": inputs["x"] * self.factor}
"""
_SCALE = """
def factor(path):
    return float((path / "factor.txt").read_text())
"""


def python(workspace: Path) -> Case:
    """A folder as the model, a module beside the handler, a Debian package that the handler needs, and nasty labels."""
    for name, text in {"handler.py": _HANDLER, "scale.py": _SCALE, "factor.txt": "2.5"}.items():
        (workspace / name).write_text(text)
    # As a careful user's umask leaves it: readable by nobody but its owner.
    (workspace / "factor.txt").chmod(0o600)
    return Case(
        plan=_plan(
            workspace,
            "python",
            {"handler.py": "code/handler.py", "scale.py": "code/scale.py", "factor.txt": "model/weights/factor.txt"},
            model_path="model/weights",
            handler="handler:Doubler",
            inputs=[{"name": "x", "datatype": "FP32", "shape": [-1]}],
            outputs=[{"name": "y", "datatype": "FP32", "shape": [-1]}],
            system_packages=["libgomp1"],
            requirements=["numpy==2.4.5"],
            description=NASTY,
            owner="payments-risk",
        ),
        inputs=[_tensor("x", "FP32", [3], [1.0, -2.0, 4.0])],
        expected={"y": [2.5, -5.0, 10.0]},
    )


# Images of formats sklearn, onnx and pytorch are built from `specs/`.
CASES: Mapping[str, Callable[[Path], Case]] = {
    "python": python,
    "xgboost": xgboost,
    "lightgbm": lightgbm,
    "transformers": transformers,
}
LARGE = frozenset({"transformers"})
"""Images of gigabytes."""


def _tensor(name: str, datatype: str, shape: list[int], data: list[Any]) -> Mapping[str, object]:
    return {"name": name, "datatype": datatype, "shape": shape, "data": data}


def _plan(workspace: Path, format: str, files: Mapping[str, str], **chosen: Any) -> ImagePlan:  # noqa: A002 - spec's word
    copies = []
    for source, target in files.items():
        content = (workspace / source).read_bytes()
        copies.append(Copy(source, target, hashlib.sha256(content).hexdigest(), len(content)))
    needs = Needs(
        model=f"image-{format}",
        version="1.0.0",
        source="specs/model.yaml",
        folder="image",
        format=format,
        copies=copies,
        **chosen,
    )
    return plan_image(needs)
