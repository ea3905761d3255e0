"""ONNX graphs: a classifier with and without its map of scores, and a graph of strings and half precision."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper
from skl2onnx import to_onnx
from sklearn.linear_model import LogisticRegression
from tritonclient.utils import InferenceServerException

from tests.runtime.formats.conftest import Serve, infer, metadata, same
from tests.runtime.image import tensor

X = np.random.default_rng(0).normal(size=(80, 3)).astype(np.float32)
Y = (X[:, 0] > 0).astype(int)


@pytest.mark.parametrize("zipmap", [False, True])
def test_a_classifier(serve: Serve, tmp_path: Path, zipmap: bool) -> None:
    model = LogisticRegression().fit(X, Y)
    graph: Any = to_onnx(model, X[:1], options={"zipmap": zipmap})
    (tmp_path / "model.onnx").write_bytes(graph.SerializeToString())
    running = serve({"format": "onnx", "path": "model.onnx"}).ready()
    described = metadata(running)
    assert described["inputs"] == [{"name": "X", "datatype": "FP32", "shape": [-1, 3]}]
    assert [output["datatype"] for output in described["outputs"]] == ["INT64", "FP32"]
    labels, scores = infer(running, {"X": X}).values()
    assert labels.tolist() == model.predict(X).tolist()
    assert same(scores, model.predict_proba(X))
    assert running.metric("mlspec_predictions_total", **{"class": "1"}) == labels.sum()


def test_strings_and_half_precision(serve: Serve, tmp_path: Path) -> None:
    nodes = [helper.make_node("Identity", ["s"], ["t"]), helper.make_node("Add", ["h", "h"], ["d"])]
    tensors = [
        helper.make_tensor_value_info(name, kind, ["n"])
        for name, kind in (
            ("s", TensorProto.STRING),
            ("h", TensorProto.FLOAT16),
            ("t", TensorProto.STRING),
            ("d", TensorProto.FLOAT16),
        )
    ]
    graph = helper.make_graph(nodes, "g", tensors[:2], tensors[2:])
    onnx.save(
        helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9), tmp_path / "model.onnx"
    )
    running = serve({"format": "onnx", "path": "model.onnx"}).ready()
    texts, halves = np.array(["é".encode(), b""], dtype=object), np.array([1.5, 2], dtype=np.float16)
    with pytest.raises(InferenceServerException, match="FP16"):
        infer(running, {"s": texts, "h": halves}, binary=False)
    answer = infer(running, {"s": texts, "h": halves})
    assert answer["t"].tolist() == texts.tolist()
    assert answer["d"].tolist() == [3.0, 4.0]


AFTER = """
class Handler:
    def postprocess(self, outputs):
        return {"sure": outputs["probabilities"].max(axis=1) > 0.9}
"""


def test_declared_outputs_are_those_of_the_step_after_it(serve: Serve, tmp_path: Path) -> None:
    """The graph has none of that name, and is asked for its own."""
    model = LogisticRegression().fit(X, Y)
    graph: Any = to_onnx(model, X[:1], options={"zipmap": False})
    (tmp_path / "model.onnx").write_bytes(graph.SerializeToString())
    declared = [tensor("sure", "BOOL", -1)]
    running = serve({"format": "onnx", "path": "model.onnx", "outputs": declared}, AFTER).ready()
    assert metadata(running)["outputs"] == declared
    assert infer(running, {"X": X})["sure"].tolist() == (model.predict_proba(X).max(axis=1) > 0.9).tolist()


def test_a_file_that_is_no_graph(serve: Serve, tmp_path: Path) -> None:
    (tmp_path / "model.onnx").write_bytes(b"not a graph")
    running = serve({"format": "onnx", "path": "model.onnx"})
    assert running.exit_status() == 1
    assert "cannot be loaded" in running.wait_for("start", event_reason="load")["message"]
