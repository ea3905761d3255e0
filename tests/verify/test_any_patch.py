"""Whatever a patch says, compiling gives findings inside the spec, and never an exception."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from mlspec.compile import compile as compile_workspace
from mlspec.source.files import FilesInMemory

KINDS = ("Deployment", "Service", "ConfigMap", "NetworkPolicy", "ServiceAccount", "ServiceMonitor", "PrometheusRule")
KEYS = (
    *("apiVersion", "kind", "metadata", "name", "namespace", "labels", "annotations", "finalizers", "status"),
    *("spec", "selector", "matchLabels", "matchExpressions", "template", "replicas", "strategy", "rollingUpdate"),
    *("containers", "initContainers", "env", "ports", "resources", "limits", "requests", "memory", "volumes"),
    *("livenessProbe", "securityContext", "capabilities", "topologySpreadConstraints", "podSelector", "ingress"),
    *("endpoints", "groups", "rules", "expr", "data", "$patch", "$retainKeys", "$deleteFromPrimitiveList/finalizers"),
)
_leaves: st.SearchStrategy[Any] = st.sampled_from(
    [None, True, 0, -1, 1.5, "", "x", "server", "delete", "replace", "1Gi", [], {}]
)
_values = st.recursive(
    _leaves, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=3)
)
_merges = st.dictionaries(st.sampled_from(KEYS), _values, max_size=3)
_steps = st.lists(st.sampled_from([*KEYS, "0", "1", "-", ""]), max_size=6).map(
    lambda steps: "".join(f"/{s}" for s in steps)
)
_operations = st.fixed_dictionaries(
    {"op": st.sampled_from(["add", "remove", "replace", "move", "copy", "test"]), "path": _steps, "from": _steps},
    optional={"value": _values},
).map(lambda operation: operation if operation["op"] in ("remove", "move", "copy") else {"value": None, **operation})
_overrides = st.lists(
    st.builds(
        lambda kind, patch: {"target": {"kind": kind}, "patch": patch},
        st.sampled_from(KINDS),
        _merges | st.lists(_operations, min_size=1, max_size=3),
    ),
    min_size=1,
    max_size=3,
)


@settings(deadline=None, max_examples=60)
@given(_overrides)
def test_any_patch_gives_findings_and_never_an_exception(overrides: list[dict[str, Any]]) -> None:
    spec = {"model": {"format": "sklearn", "version": "1.0.0", "uri": "./model.joblib"}, "overrides": overrides}
    document = {"apiVersion": "mlspec.dev/v1", "kind": "Model", "metadata": {"name": "churn"}, "spec": spec}
    files = {"specs/churn/model.yaml": json.dumps(document).encode(), "specs/churn/model.joblib": b"a model"}
    result = compile_workspace(FilesInMemory(files))
    assert all(found.span.file == "specs/churn/model.yaml" for found in result.diagnostics)
    assert "MLS901" not in {found.code for found in result.diagnostics}
