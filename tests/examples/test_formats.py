"""The formats of which no example is: a spec that asks for everything, compiled, served and asked, and all is there."""

from __future__ import annotations

import importlib.util
import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mlspec.compile import compile as compile_specs
from mlspec.diagnostics import has_errors
from mlspec.serving.choose import choose
from mlspec.serving.context import context_of, lay
from mlspec.source.files import FilesOnDisk
from mlspec_runtime import metric_names as names
from tests.beginning import models
from tests.conftest import unavailable
from tests.examples.asked import says_all_that_is_asked_of_it
from tests.runtime.formats.bert import write_bert
from tests.runtime.image import tensor
from tests.runtime.running import Running

ROOT = Path(__file__).parents[2]
ENVIRONMENT = "prod"
"""Of the examples: with KEDA, Argo Rollouts, a Grafana."""
ROWS = 8
MATRIX = tensor("rows", "FP32", -1, len(models.COLUMNS))


@dataclass(frozen=True)
class Case:
    uri: str
    write: Callable[[Path], None]
    input: dict[str, Any]
    output: list[dict[str, Any]]
    accuracy: dict[str, Any]
    labels: tuple[object, ...]
    predict: str | None = None
    has_drift: bool = True
    """Texts have no columns to compare."""


CASES = {
    "xgboost": Case(
        "model.ubj",
        models.xgboost,
        MATRIX,
        [tensor("chance", "FP32", -1, 2)],
        {"metric": "f1", "minimum": "80%", "positive": 1},
        (1, 0),
        "predict_proba",
    ),
    "lightgbm": Case(
        "model.txt",
        models.lightgbm,
        MATRIX,
        [tensor("chance", "FP64", -1)],
        {"metric": "mae", "maximum": 0.5},
        (0.9, 0.1),
    ),
    "transformers": Case(
        "model",
        lambda folder: write_bert(folder, "classifier"),
        tensor("text", "BYTES", -1),
        [tensor("label", "BYTES", -1), tensor("score", "FP32", -1)],
        {"metric": "accuracy", "minimum": "90%"},
        ("good", "bad"),
        has_drift=False,
    ),
}


def _spec(name: str, case: Case) -> dict[str, Any]:
    latency = {"target": "99%", "threshold": "250ms"}
    drift = {"drift": {"reference": "./reference.csv", "window": "1h"}} if case.has_drift else {}
    model = {"format": name, "version": "1.0.0", "uri": f"./{case.uri}"}
    spec = {
        "model": {
            **model,
            **({"predict": case.predict} if case.predict else {}),
            "inputs": [case.input],
            "outputs": case.output,
        },
        "resources": {"memory": "4Gi"},
        "scaling": {"minReplicas": 2, "maxReplicas": 4, "metrics": [{"requestsPerSecond": 50}]},
        "expose": {"host": "models.example.com", "path": f"/{name}"},
        "rollout": {"strategy": "canary", "canary": {"steps": ["50%"], "pause": "10m"}},
        "monitoring": {
            "slo": {"availability": "99.9%", "latency": latency},
            "accuracy": {**case.accuracy, "minSamples": 20},
            **drift,
        },
        "environments": {ENVIRONMENT: {}},
    }
    return {"apiVersion": "mlspec.dev/v1", "kind": "Model", "metadata": {"name": name, "owner": "test"}, "spec": spec}


def _workspace(root: Path, name: str, case: Case) -> None:
    folder = root / "specs" / name
    shutil.copytree(ROOT / "specs/environments", root / "specs/environments")
    folder.mkdir()
    case.write(folder / case.uri)
    (folder / "model.yaml").write_text(json.dumps(_spec(name, case)))  # JSON is YAML
    values = np.random.default_rng(1).normal(size=(2000, len(models.COLUMNS)))
    np.savetxt(folder / "reference.csv", values, delimiter=",", header=",".join(models.COLUMNS), comments="")


def _asked(case: Case) -> dict[str, Any]:
    if case.input["datatype"] == "BYTES":
        return {**case.input, "shape": [ROWS], "data": ["good film", "bad"] * (ROWS // 2)}
    return {**case.input, "shape": [ROWS, 3], "data": [0.5, 0.0, -0.5, -0.5, 0.0, 0.5] * (ROWS // 2)}


@pytest.mark.parametrize("name", CASES)
def test_all_that_is_asked_of_a_server_of_this_format_is_there(name: str, tmp_path: Path) -> None:
    case = CASES[name]
    for module in ("torch", "transformers") if name == "transformers" else (name,):
        if importlib.util.find_spec(module) is None:
            unavailable(f"{module} is not installed (pip install 'mlspec[formats]')")
    _workspace(tmp_path, name, case)
    compilation = compile_specs(FilesOnDisk(tmp_path))
    assert not has_errors(compilation.diagnostics), compilation.diagnostics
    context = context_of(compilation, choose(compilation.resolution, name, ENVIRONMENT))
    lay(context, tmp_path, tmp_path / "image")
    running = Running(tmp_path / "image")
    try:
        answer = running.ready().http.post(f"/v2/models/{name}/infer", json={"inputs": [_asked(case)]})
        assert answer.status_code == 200, answer.text
        labels = [*case.labels] * (ROWS // 2)
        told = running.http.post(f"/v2/models/{name}/feedback", json={"id": answer.json()["id"], "labels": labels})
        assert told.json() == {"outcome": "matched"}, told.text
        read = says_all_that_is_asked_of_it(running, compilation.outputs[f"{ENVIRONMENT}/{name}"])
    finally:
        running.stop()
    of_drift = {names.DRIFT_SCORE, names.DRIFT_SAMPLES, names.DRIFT_SKIPPED}
    wanted = {names.REQUESTS, names.REQUESTS_IN_PROGRESS, names.MODEL_LOAD, names.ACCURACY, names.PREDICTIONS}
    assert read >= (wanted | of_drift if case.has_drift else wanted)
