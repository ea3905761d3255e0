"""A scikit-learn estimator in a joblib, pickle or skops file -> a model."""

from __future__ import annotations

import importlib.util
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from mlspec_runtime.columns import column, matrix
from mlspec_runtime.datatypes import Array
from mlspec_runtime.devices import CPU_ONLY
from mlspec_runtime.errors import InvalidInput, StartupError
from mlspec_runtime.fit import width_misfit
from mlspec_runtime.formats import model_file
from mlspec_runtime.manifest import Manifest
from mlspec_runtime.signature import Tensors, TensorSpec


class SklearnModel:
    """Predicts with the method that the manifest names. One 2-D input is the matrix; several are its columns."""

    device = CPU_ONLY

    def __init__(self, estimator: Any, manifest: Manifest, platform: str) -> None:
        method = getattr(estimator, manifest.predict, None)
        if method is None:
            raise StartupError("method", f"{type(estimator).__name__} has no method {manifest.predict!r}")
        self.platform = platform
        self.inputs = manifest.inputs or _inputs(estimator)
        self.outputs = manifest.outputs
        self.classes = tuple(map(str, np.asarray(getattr(estimator, "classes_", ())).ravel().tolist()))
        self._method: Callable[[Any], Any] = method
        self._output = manifest.outputs[0].name if len(manifest.outputs) == 1 else manifest.predict
        self._matrix = _matrix_maker(estimator)
        self._width = _width(estimator)

    def predict(self, inputs: dict[str, Array]) -> dict[str, Array]:
        try:
            result = self._method(self._matrix(inputs))
        except ValueError as error:
            # scikit-learn's own checks of X (NaN, infinity, number of features) raise ValueError.
            raise InvalidInput(str(error).partition("\n")[0]) from error
        if isinstance(result, list):
            return {f"{self._output}_{index}": np.asarray(each) for index, each in enumerate(result)}
        return {self._output: np.asarray(result)}

    def misfit(self, error: Exception) -> str | None:  # noqa: ARG002 - the estimator knows it before
        return width_misfit(self.inputs, self._width)


def load(manifest: Manifest) -> SklearnModel:
    path = model_file(manifest)
    # The model was fitted on a frame and is given a matrix where pandas is missing; columns are checked by shape.
    warnings.filterwarnings("ignore", message="X does not have valid feature names")
    if path.suffix == ".skops":
        return SklearnModel(_load_skops(path), manifest, "sklearn_skops")
    import joblib

    return SklearnModel(joblib.load(path), manifest, "sklearn_joblib")


def _load_skops(path: Path) -> Any:
    from skops.io import get_untrusted_types
    from skops.io import load as load_skops

    untrusted = get_untrusted_types(file=path)
    if untrusted:
        raise StartupError("untrusted", f"{path.name} holds types that skops does not trust: {', '.join(untrusted)}")
    return load_skops(path)


def _width(estimator: Any) -> int | None:
    """Columns that it was fitted on; None for one that does not know, as of texts."""
    features = getattr(estimator, "n_features_in_", None)
    return None if features is None else int(features)


def _inputs(estimator: Any) -> Tensors:
    width = _width(estimator)
    return () if width is None else (TensorSpec("input", "FP64", (-1, width)),)


def _matrix_maker(estimator: Any) -> Callable[[dict[str, Array]], Any]:
    """How inputs become what the estimator was fitted on: a frame if it knows names, else an array."""
    names = [str(name) for name in getattr(estimator, "feature_names_in_", ())]
    if not names or importlib.util.find_spec("pandas") is None:
        return matrix
    import pandas as pd

    def as_frame(inputs: dict[str, Array]) -> Any:
        if len(inputs) == 1:
            return pd.DataFrame(matrix(inputs), columns=names)
        return pd.DataFrame({name: column(array) for name, array in inputs.items()}, columns=names)

    return as_frame
