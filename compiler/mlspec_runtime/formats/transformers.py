"""A folder of a Hugging Face model -> a model: the pipeline of the task that its configuration names."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import numpy as np

from mlspec_runtime.datatypes import BYTES, Array, decode_text
from mlspec_runtime.errors import InvalidInput, StartupError
from mlspec_runtime.formats import model_path
from mlspec_runtime.formats.pytorch import torch_device
from mlspec_runtime.manifest import Manifest
from mlspec_runtime.signature import TensorSpec

TASKS = {
    "ForSequenceClassification": "text-classification",
    "ForTokenClassification": "token-classification",
    "ForMaskedLM": "fill-mask",
    "ForCausalLM": "text-generation",
    "ForConditionalGeneration": "text2text-generation",
    "Model": "feature-extraction",
}
"""The end of the architecture's name -> the pipeline's task, the first that fits."""


class TransformersModel:
    """Texts in, one row for each: label and score for classification, else the pipeline's own result as JSON text."""

    platform = "transformers_pipeline"

    def __init__(self, pipeline: Any, manifest: Manifest, task: str) -> None:
        self._pipeline = pipeline
        self._task = task
        self.device = torch_device()
        self.inputs = manifest.inputs or (TensorSpec("text", BYTES, (-1,)),)
        self.outputs = manifest.outputs
        labels = getattr(pipeline.model.config, "id2label", None) if task == "text-classification" else None
        self.classes = tuple(str(label) for label in (labels or {}).values())
        if len(self.inputs) != 1 or self.inputs[0].datatype != BYTES or len(self.inputs[0].shape) != 1:
            raise StartupError("signature", "a transformers pipeline takes one input of BYTES with shape [-1]")

    def predict(self, inputs: dict[str, Array]) -> dict[str, Array]:
        (texts,) = inputs.values()
        try:
            results = self._pipeline(decode_text(texts).tolist(), batch_size=len(texts))
        except ValueError as error:
            raise InvalidInput(str(error).partition("\n")[0]) from error
        if self._task == "text-classification":
            return {
                "label": np.array([result["label"].encode() for result in results], dtype=object),
                "score": np.array([result["score"] for result in results], dtype=np.float32),
            }
        if self._task == "feature-extraction":
            return {"embedding": np.array([np.asarray(result)[0].mean(axis=0) for result in results], dtype=np.float32)}
        texts_out = np.empty(len(results), dtype=object)
        texts_out[:] = [json.dumps(result, default=float).encode() for result in results]
        return {self.outputs[0].name if len(self.outputs) == 1 else "result": texts_out}

    def misfit(self, error: Exception) -> str | None:  # noqa: ARG002 - a text may be refused for what it says
        return None


def load(manifest: Manifest) -> TransformersModel:
    """Reads the folder and nothing else: no network, no code that the folder brings."""
    path = model_path(manifest)
    task = _task(path)
    # What the folder lacks would otherwise be looked for on the network, until a time-out.
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    from transformers import AutoTokenizer, pipeline

    tokenizer = AutoTokenizer.from_pretrained(str(path), local_files_only=True)
    made = pipeline(task, model=str(path), tokenizer=tokenizer, device=torch_device().name, trust_remote_code=False)
    return TransformersModel(made, manifest, task)


def _task(path: Path) -> str:
    try:
        (architecture, *_) = json.loads((path / "config.json").read_bytes())["architectures"]
    except (OSError, ValueError, KeyError) as error:
        raise StartupError("load", f"{path.name} has no config.json that names an architecture") from error
    for ending, task in TASKS.items():
        if architecture.endswith(ending):
            return task
    raise StartupError("load", f"no pipeline is known for architecture {architecture}")
