"""A small BERT that the test makes itself, as a text classifier and as an encoder."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tests.runtime.formats.conftest import Serve, infer, metadata
from tests.runtime.image import tensor

MAKE = """
import sys
from transformers import BertConfig, BertForSequenceClassification, BertModel, BertTokenizerFast
folder = sys.argv[1]
words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "good", "bad", "film"]
with open(f"{folder}/vocab.txt", "w") as file:
    file.write("\\n".join(words))
tokenizer = BertTokenizerFast(f"{folder}/vocab.txt")
config = BertConfig(vocab_size=8, hidden_size=8, num_hidden_layers=1, num_attention_heads=2, intermediate_size=8,
                    id2label={0: "bad", 1: "good"}, label2id={"bad": 0, "good": 1})
for kind, model in (("classifier", BertForSequenceClassification), ("encoder", BertModel)):
    tokenizer.save_pretrained(f"{folder}/{kind}")
    model(config).save_pretrained(f"{folder}/{kind}")
"""


@pytest.fixture(scope="module")
def berts(tmp_path_factory: pytest.TempPathFactory, require_module: Callable[[str], None]) -> Path:
    """A folder with one in `classifier/` and one in `encoder/`."""
    require_module("transformers")
    require_module("torch")
    folder = tmp_path_factory.mktemp("berts")
    subprocess.run([sys.executable, "-c", MAKE, str(folder)], check=True)
    return folder


@pytest.mark.parametrize(("kind", "outputs"), [("classifier", ["label", "score"]), ("encoder", ["embedding"])])
def test_pipelines(serve: Serve, tmp_path: Path, berts: Path, kind: str, outputs: list[str]) -> None:
    shutil.copytree(berts / kind, tmp_path / "model")
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


def test_a_handler_makes_one_text_of_several_inputs(serve: Serve, tmp_path: Path, berts: Path) -> None:
    shutil.copytree(berts / "classifier", tmp_path / "model")
    inputs = [tensor("title", "BYTES", -1), tensor("body", "BYTES", -1)]
    running = serve({"format": "transformers", "path": "model", "inputs": inputs}, BEFORE).ready()
    assert metadata(running)["inputs"] == inputs
    texts = {name: np.array([b"good", b"bad"], dtype=object) for name in ("title", "body")}
    assert len(infer(running, texts)["label"]) == 2
