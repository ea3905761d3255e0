"""A LightGBM model in its text file -> a model."""

from __future__ import annotations

from typing import Any

import numpy as np

from mlspec_runtime.columns import matrix
from mlspec_runtime.datatypes import Array
from mlspec_runtime.devices import CPU_ONLY
from mlspec_runtime.errors import StartupError
from mlspec_runtime.fit import width_misfit
from mlspec_runtime.formats import model_file
from mlspec_runtime.manifest import Manifest
from mlspec_runtime.signature import TensorSpec


class LightGBMModel:
    """`predict` gives the label of a classifier and the value of a regressor, `predict_proba` a column for each class.

    NaN means a missing value, as everywhere in LightGBM.
    """

    platform = "lightgbm_booster"
    device = CPU_ONLY

    def __init__(self, booster: Any, manifest: Manifest, n_classes: int) -> None:
        if manifest.predict == "predict_proba" and not n_classes:
            raise StartupError("method", "this LightGBM model is no classifier: it has no 'predict_proba'")
        self._booster = booster
        self._method = manifest.predict
        self._n_classes = n_classes
        self._output = manifest.outputs[0].name if len(manifest.outputs) == 1 else manifest.predict
        self.inputs = manifest.inputs or (TensorSpec("input", "FP64", (-1, booster.num_feature())),)
        self.outputs = manifest.outputs
        self.classes = tuple(str(index) for index in range(n_classes))

    def predict(self, inputs: dict[str, Array]) -> dict[str, Array]:
        raw = self._method == "decision_function"
        scores = np.asarray(self._booster.predict(matrix(inputs), raw_score=raw))
        if self._n_classes and not raw:
            scores = np.column_stack([1 - scores, scores]) if scores.ndim == 1 else scores
            scores = scores.argmax(axis=1) if self._method == "predict" else scores
        return {self._output: scores}

    def misfit(self, error: Exception) -> str | None:  # noqa: ARG002 - the booster knows it before
        return width_misfit(self.inputs, self._booster.num_feature())


def load(manifest: Manifest) -> LightGBMModel:
    import lightgbm

    booster = lightgbm.Booster(model_file=str(model_file(manifest)))
    return LightGBMModel(booster, manifest, _classes(booster))


def _classes(booster: Any) -> int:
    """How many classes the objective has; 0 for one that gives values."""
    objective: str = booster.dump_model(num_iteration=1).get("objective", "").split(" ")[0]
    if objective == "binary":
        return 2
    return int(booster.num_model_per_iteration()) if objective in ("multiclass", "multiclassova") else 0
