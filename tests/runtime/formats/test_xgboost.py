"""XGBoost boosters by objective."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.runtime.formats.conftest import Serve, infer, same

X = np.random.default_rng(0).normal(size=(80, 3)).astype(np.float32)
CASES = [
    ("binary", 2, "predict"),
    ("binary", 2, "predict_proba"),
    ("multi", 3, "predict"),
    ("multi", 3, "predict_proba"),
]


@pytest.fixture(autouse=True)
def _needs_xgboost(require_module: Callable[[str], None]) -> None:
    require_module("xgboost")


def fit(classes: int) -> Any:
    import xgboost

    labels = np.digitize(X[:, 0], np.linspace(-0.5, 0.5, classes - 1)) if classes > 1 else X[:, 1]
    estimator: Any = xgboost.XGBClassifier if classes > 1 else xgboost.XGBRegressor
    return estimator(n_estimators=4, max_depth=2).fit(X, labels)


@pytest.mark.parametrize(("objective", "classes", "method"), CASES)
def test_classifiers(serve: Serve, tmp_path: Path, objective: str, classes: int, method: str) -> None:
    model = fit(classes)
    assert model.objective.startswith(objective)
    model.save_model(tmp_path / "model.ubj")
    running = serve({"format": "xgboost", "path": "model.ubj", "predict": method}).ready()
    assert same(infer(running, {"input": X})[method], getattr(model, method)(X))
    assert running.metric("mlspec_predictions_total", **{"class": "1"}) == (model.predict(X) == 1).sum()


def test_a_regressor_with_missing_values(serve: Serve, tmp_path: Path) -> None:
    model = fit(1)
    model.save_model(tmp_path / "model.json.model.json")
    running = serve({"format": "xgboost", "path": "model.json.model.json"}).ready()
    holes = np.where(X > 1, np.nan, X).astype(np.float32)
    assert same(infer(running, {"input": holes})["predict"], model.predict(holes))
