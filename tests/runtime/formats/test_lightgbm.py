"""LightGBM boosters by objective."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tests.runtime.formats.conftest import Serve, infer, same

X = np.random.default_rng(0).normal(size=(80, 3))


@pytest.fixture(autouse=True)
def _needs_lightgbm(require_module: Callable[[str], None]) -> None:
    require_module("lightgbm")


@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize("method", ["predict", "predict_proba"])
def test_classifiers(serve: Serve, tmp_path: Path, classes: int, method: str) -> None:
    import lightgbm

    labels = np.digitize(X[:, 0], np.linspace(-0.5, 0.5, classes - 1))
    objective = {"objective": "binary"} if classes == 2 else {"objective": "multiclass", "num_class": classes}
    model = lightgbm.train({**objective, "verbose": -1, "min_data_in_leaf": 5}, lightgbm.Dataset(X, labels), 4)
    model.save_model(tmp_path / "model.txt")
    scores = np.asarray(model.predict(X))
    columns = np.column_stack([1 - scores, scores]) if classes == 2 else scores
    running = serve({"format": "lightgbm", "path": "model.txt", "predict": method}).ready()
    expected = columns if method == "predict_proba" else columns.argmax(axis=1)
    assert same(infer(running, {"input": X})[method], expected)


def test_a_regressor(serve: Serve, tmp_path: Path) -> None:
    import lightgbm

    model = lightgbm.train({"objective": "regression", "verbose": -1}, lightgbm.Dataset(X, X[:, 0]), 4)
    model.save_model(tmp_path / "model.txt")
    running = serve({"format": "lightgbm", "path": "model.txt"}).ready()
    assert same(infer(running, {"input": X})["predict"], model.predict(X))
