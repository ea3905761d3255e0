"""Rule 13: a change of configuration replaces the pods, by a digest in their template; nothing else does."""

from __future__ import annotations

import copy
from typing import Any

import pytest
import yaml

from mlspec.artifacts.file import File
from mlspec.compile import compile as compile_workspace
from mlspec.source.files import FilesInMemory

ENVIRONMENT = {"kubernetes": "1.36", "gateway": {"name": "public", "namespace": "gateways"}}
SPEC: dict[str, Any] = {
    "model": {"format": "sklearn", "version": "1.0.0", "uri": "./model.joblib"},
    "scaling": {"minReplicas": 2, "maxReplicas": 4, "metrics": [{"cpu": "70%"}]},
    "expose": {"host": "a.example.com"},
    "monitoring": {"slo": {"availability": "99.9%"}},
}
LEAVES_PODS = {
    "objective": {"monitoring": {"slo": {"availability": "99.5%", "period": "28d"}}},
    "alert": {
        "monitoring": {"alerts": [{"name": "A", "expr": "up == 0", "for": "5m", "severity": "page", "summary": "x"}]}
    },
    "bounds": {"scaling": {"minReplicas": 3, "maxReplicas": 9, "metrics": [{"concurrency": 5}]}},
    "route": {"expose": {"host": "b.example.com", "path": "/b", "timeout": "1m"}},
    "callers": {"network": {"from": [{"namespace": "checkout"}], "to": [{"cidr": "10.0.0.0/8", "ports": [443]}]}},
}
ROLLS_BY_DIGEST = {
    "queue": {"server": {"queue": 7}},
    "batching": {"server": {"batching": {"maxSize": 4}}},
    "log level": {"logging": {"level": "debug"}},
    "bucket of an objective": {"monitoring": {"slo": {"latency": {"target": "99%", "threshold": "33ms"}}}},
}


def _deployment(change: dict[str, Any], files: dict[str, bytes] | None = None) -> Any:
    documents = {
        "specs/prod.yaml": {"kind": "Environment", "metadata": {"name": "prod"}, "spec": ENVIRONMENT},
        "specs/churn/model.yaml": {"kind": "Model", "metadata": {"name": "churn"}, "spec": {**SPEC, **change}},
    }
    texts = {path: yaml.safe_dump({"apiVersion": "mlspec.dev/v1", **document}) for path, document in documents.items()}
    content = {path: text.encode() for path, text in texts.items()}
    result = compile_workspace(FilesInMemory({**content, "specs/churn/model.joblib": b"a model", **(files or {})}))
    assert result.diagnostics == []
    (file,) = [file for file in result.outputs["prod/churn"] if file.path.endswith("/deployment.yaml")]
    assert isinstance(file, File)
    return yaml.safe_load(file.content)


@pytest.mark.parametrize("change", LEAVES_PODS.values(), ids=LEAVES_PODS)
def test_what_is_no_configuration_leaves_the_workload_as_it_is(change: dict[str, Any]) -> None:
    assert _deployment(change) == _deployment({})


@pytest.mark.parametrize("change", ROLLS_BY_DIGEST.values(), ids=ROLLS_BY_DIGEST)
def test_a_change_of_settings_changes_the_digest_and_nothing_else(change: dict[str, Any]) -> None:
    before, after = _deployment({}), _deployment(change)
    assert before != after
    assert _without_digest(before) == _without_digest(after)


def test_another_model_file_is_another_image() -> None:
    before, after = _deployment({}), _deployment({}, {"specs/churn/model.joblib": b"another"})
    images = [item["spec"]["template"]["spec"]["containers"][0].pop("image") for item in (before, after)]
    assert images[0] != images[1]
    assert before == after


def _without_digest(deployment: dict[str, Any]) -> dict[str, Any]:
    result = copy.deepcopy(deployment)
    del result["spec"]["template"]["metadata"]["annotations"]["mlspec.dev/settings-digest"]
    return result
