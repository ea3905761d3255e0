"""An XGBoost model in its own JSON or UBJSON file -> a model."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from mlspec_runtime.columns import matrix
from mlspec_runtime.datatypes import Array
from mlspec_runtime.devices import CPU_ONLY
from mlspec_runtime.errors import InvalidInput, StartupError
from mlspec_runtime.fit import width_misfit
from mlspec_runtime.formats import model_file
from mlspec_runtime.manifest import Manifest
from mlspec_runtime.signature import TensorSpec


class XGBoostModel:
    """`predict` gives the label of a classifier and the value of a regressor, `predict_proba` a column for each class.

    NaN means a missing value, as everywhere in XGBoost.
    """

    platform = "xgboost_booster"
    device = CPU_ONLY

    def __init__(self, booster: Any, manifest: Manifest, n_classes: int) -> None:
        if manifest.predict == "decision_function" or (manifest.predict == "predict_proba" and not n_classes):
            raise StartupError("method", f"this XGBoost model has no method {manifest.predict!r}")
        self._booster = booster
        self._labels = manifest.predict == "predict" and n_classes > 0
        self._columns = n_classes if manifest.predict == "predict_proba" else 0
        self._output = manifest.outputs[0].name if len(manifest.outputs) == 1 else manifest.predict
        self.inputs = manifest.inputs or (TensorSpec("input", "FP32", (-1, booster.num_features())),)
        self.outputs = manifest.outputs
        self.classes = tuple(str(index) for index in range(n_classes))

    def predict(self, inputs: dict[str, Array]) -> dict[str, Array]:
        rows = matrix(inputs)
        try:
            scores = np.asarray(self._booster.inplace_predict(np.ascontiguousarray(rows, dtype=np.float32)))
        except ValueError as error:
            raise InvalidInput(str(error).partition("\n")[0]) from error
        if self._columns and scores.ndim == 1:
            scores = np.column_stack([1 - scores, scores])
        if self._labels:
            scores = scores.argmax(axis=1) if scores.ndim == 2 else (scores > 0.5).astype(np.int64)
        return {self._output: scores}

    def misfit(self, error: Exception) -> str | None:  # noqa: ARG002 - the booster knows it before
        return width_misfit(self.inputs, self._booster.num_features())


def load(manifest: Manifest) -> XGBoostModel:
    import xgboost

    booster = xgboost.Booster()
    booster.load_model(str(model_file(manifest)))
    return XGBoostModel(booster, manifest, _classes(booster))


def _classes(booster: Any) -> int:
    """How many classes the objective has; 0 for one that gives values, ranks or margins."""
    learner = json.loads(booster.save_config())["learner"]
    objective: str = learner["objective"]["name"]
    if objective == "binary:logistic":
        return 2
    if objective == "multi:softprob":
        return int(learner["learner_model_param"]["num_class"])
    return 0
