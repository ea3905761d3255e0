"""A folder in; a small BERT in it, as a hub has one: written file by file, for importing transformers is slow."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

WORDS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "good", "bad", "film")
LABELS = ("bad", "good")
_WIDTH, _POSITIONS = 8, 64
_ARCHITECTURES = {"classifier": "BertForSequenceClassification", "encoder": "BertModel"}


def write_bert(folder: Path, kind: str) -> None:
    """A text classifier, or an encoder."""
    from safetensors.numpy import save_file

    folder.mkdir(parents=True)
    (folder / "vocab.txt").write_text("\n".join(WORDS))
    (folder / "tokenizer_config.json").write_text(json.dumps({"tokenizer_class": "BertTokenizer"}))
    (folder / "config.json").write_text(json.dumps(_configuration(kind)))
    prefix = "bert." if kind == "classifier" else ""
    tensors = {f"{prefix}{name}": array for name, array in _encoder().items()}
    if kind == "classifier":
        tensors |= _linear("classifier", len(LABELS))
    save_file(tensors, folder / "model.safetensors", {"format": "pt"})


def _configuration(kind: str) -> dict[str, Any]:
    return {
        "model_type": "bert",
        "architectures": [_ARCHITECTURES[kind]],
        "vocab_size": len(WORDS),
        "hidden_size": _WIDTH,
        "num_hidden_layers": 1,
        "num_attention_heads": 2,
        "intermediate_size": _WIDTH,
        "max_position_embeddings": _POSITIONS,
        "id2label": dict(enumerate(LABELS)),
        "label2id": {label: number for number, label in enumerate(LABELS)},
    }


def _encoder() -> dict[str, Any]:
    tensors: dict[str, Any] = {}
    for name, rows in (("word", len(WORDS)), ("position", _POSITIONS), ("token_type", 2)):
        tensors[f"embeddings.{name}_embeddings.weight"] = _random(rows, _WIDTH)
    for name in ("embeddings", "encoder.layer.0.attention.output", "encoder.layer.0.output"):
        tensors[f"{name}.LayerNorm.weight"] = np.ones(_WIDTH, np.float32)
        tensors[f"{name}.LayerNorm.bias"] = np.zeros(_WIDTH, np.float32)
    for name in ("attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense"):
        tensors |= _linear(f"encoder.layer.0.{name}")
    for name in ("encoder.layer.0.intermediate.dense", "encoder.layer.0.output.dense", "pooler.dense"):
        tensors |= _linear(name)
    return tensors


def _linear(name: str, width: int = _WIDTH) -> dict[str, Any]:
    return {f"{name}.weight": _random(width, _WIDTH), f"{name}.bias": np.zeros(width, np.float32)}


def _random(*shape: int) -> Any:
    return np.random.default_rng(sum(shape)).normal(0, 0.5, shape).astype(np.float32)
