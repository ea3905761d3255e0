"""The folder that `save_pretrained` of transformers wrote -> what its pipeline takes and gives, by its architecture."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mlspec.beginning.found import CannotBegin, Found, Tensor

CONFIGURATION = "config.json"
_TEXT = Tensor("text", "BYTES", (-1,))
_JSON = (Tensor("result", "BYTES", (-1,)),)
TASKS: Mapping[str, tuple[str, tuple[Tensor, ...]]] = {
    "ForSequenceClassification": (
        "text classification",
        (Tensor("label", "BYTES", (-1,)), Tensor("score", "FP32", (-1,))),
    ),
    "ForTokenClassification": ("token classification", _JSON),
    "ForMaskedLM": ("filling in masked words", _JSON),
    "ForCausalLM": ("text generation", _JSON),
    "ForConditionalGeneration": ("text to text", _JSON),
    "Model": ("embeddings", ()),
}
"""The end of the architecture's name, the first that fits, as the server looks for its pipeline; what that gives."""
_WEIGHTS = ("*.safetensors", "pytorch_model*.bin")
_TOKENIZERS = ("tokenizer.json", "tokenizer_config.json", "vocab.txt", "spiece.model", "tokenizer.model")
_LANGUAGE_MODEL = (
    "it generates text: for one of billions of parameters `format: vllm` answers as OpenAI's API does, on cards "
    "(docs/language-models.md)"
)


def read_pretrained(path: Path) -> Found:
    """Weights are not read; no code of the folder is run."""
    configuration = _configuration(path)
    architecture = _architecture(path, configuration)
    ending = next((each for each in TASKS if architecture.endswith(each)), None)
    if ending is None:
        raise CannotBegin(
            f"{path} is a {architecture}, for which the server has no pipeline: it knows architectures that end in "
            f"{', '.join(TASKS)}; for another one write a handler (format `python`)"
        )
    if configuration.get("auto_map"):
        raise CannotBegin(
            f"{path} is loaded by code of its own (`auto_map` in {CONFIGURATION}), which the server does not run: "
            "write a handler (format `python`)"
        )
    if not any(next(path.glob(pattern), None) for pattern in _WEIGHTS):
        raise CannotBegin(f"{path} has a {CONFIGURATION} and no weights (model.safetensors)")
    if not any((path / name).is_file() for name in _TOKENIZERS):
        raise CannotBegin(f"{path} has no tokenizer: save it there, too (tokenizer.save_pretrained({str(path)!r}))")
    task, outputs = TASKS[ending]
    hidden = configuration.get("hidden_size")
    if ending == "Model" and isinstance(hidden, int):
        outputs = (Tensor("embedding", "FP32", (-1, hidden)),)
    return Found(
        path,
        "transformers",
        f"{architecture} of transformers, for {task}",
        inputs=(_TEXT,),
        outputs=outputs,
        note=_LANGUAGE_MODEL if ending == "ForCausalLM" else "",
    )


def _configuration(path: Path) -> Mapping[str, Any]:
    try:
        found = json.loads((path / CONFIGURATION).read_bytes())
    except ValueError as error:
        raise CannotBegin(f"{path / CONFIGURATION} is no JSON: {error}") from error
    if not isinstance(found, dict):
        raise CannotBegin(f"{path / CONFIGURATION} is not what save_pretrained writes: no mapping")
    return found


def _architecture(path: Path, configuration: Mapping[str, Any]) -> str:
    named = configuration.get("architectures")
    if not isinstance(named, list) or not named or not isinstance(named[0], str):
        raise CannotBegin(f"{path / CONFIGURATION} names no architecture: save the model with save_pretrained")
    return named[0]
