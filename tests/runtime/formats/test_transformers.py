"""A small BERT that the test makes itself, as a text classifier and as an encoder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tests.runtime.formats.bert import write_bert
from tests.runtime.formats.conftest import Serve, infer, metadata
from tests.runtime.image import tensor


@pytest.mark.parametrize(("kind", "outputs"), [("classifier", ["label", "score"]), ("encoder", ["embedding"])])
def test_pipelines(
    serve: Serve, tmp_path: Path, require_module: Callable[[str], None], kind: str, outputs: list[str]
) -> None:
    require_module("transformers")
    require_module("torch")
    write_bert(tmp_path / "model", kind)
    running = serve({"format": "transformers", "path": "model"}).ready()
    assert metadata(running)["inputs"] == [{"name": "text", "datatype": "BYTES", "shape": [-1]}]
    answer = infer(running, {"text": np.array([b"good film", b"bad"], dtype=object)})
    assert list(answer) == outputs
    assert all(len(array) == 2 for array in answer.values())
    if kind == "classifier":
        assert set(answer["label"].tolist()) <= {b"good", b"bad"}
        assert running.metric("mlspec_predictions_total") == 2
    else:
        assert answer["embedding"].shape == (2, 8)


BEFORE = """
import numpy as np

class Handler:
    def preprocess(self, inputs):
        pairs = zip(inputs["title"].tolist(), inputs["body"].tolist())
        return {"text": np.array([title + b" " + body for title, body in pairs], dtype=object)}
"""


def test_a_handler_makes_one_text_of_several_inputs(
    serve: Serve, tmp_path: Path, require_module: Callable[[str], None]
) -> None:
    require_module("transformers")
    require_module("torch")
    write_bert(tmp_path / "model", "classifier")
    inputs = [tensor("title", "BYTES", -1), tensor("body", "BYTES", -1)]
    running = serve({"format": "transformers", "path": "model", "inputs": inputs}, BEFORE).ready()
    assert metadata(running)["inputs"] == inputs
    texts = {name: np.array([b"good", b"bad"], dtype=object) for name in ("title", "body")}
    assert len(infer(running, texts)["label"]) == 2
