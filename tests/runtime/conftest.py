"""Servers for the tests: one shared for each format, and a starter for those that a test ends or breaks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from typing import Any

import joblib
import pytest
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from tests.runtime.image import tensor, write_image
from tests.runtime.running import Running

Start = Callable[..., Running]


@pytest.fixture(scope="session")
def cancer() -> tuple[Any, Any]:
    """30 features of 569 tumours, and whether each is benign."""
    data = load_breast_cancer()
    return data.data, data.target


@pytest.fixture(scope="session")
def classifier(tmp_path_factory: pytest.TempPathFactory, cancer: tuple[Any, Any]) -> Path:
    """A folder with a scikit-learn classifier of those in `model/model.joblib`."""
    folder = tmp_path_factory.mktemp("classifier")
    (folder / "model").mkdir()
    joblib.dump(make_pipeline(StandardScaler(), LogisticRegression()).fit(*cancer), folder / "model/model.joblib")
    return folder


@pytest.fixture(scope="session")
def churn(classifier: Path) -> Iterator[Running]:
    """The classifier behind the server, batching on."""
    manifest = {
        "name": "churn",
        "version": "1.2.0",
        "format": "sklearn",
        "path": "model/model.joblib",
        "inputs": [tensor("features", "FP64", -1, 30)],
    }
    running = Running(write_image(classifier, manifest, {"batching": {"maxSize": 8}}), warm=True)
    yield running.ready()
    running.stop()


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts a server for a handler's source code; it is stopped after the test."""
    indices = count()

    def start_handler(
        code: str,
        settings: dict[str, Any] | None = None,
        manifest: dict[str, Any] | None = None,
        environment: dict[str, str] | None = None,
    ) -> Running:
        described = {
            "format": "python",
            "inputs": [tensor("x", "FP64", -1, 2)],
            "outputs": [tensor("y", "FP64", -1)],
            **(manifest or {}),
        }
        running = Running(
            write_image(tmp_path / f"image{next(indices)}", described, settings, code), environment, warm=True
        )
        to_end.callback(running.stop)
        return running

    with ExitStack() as to_end:
        yield start_handler
