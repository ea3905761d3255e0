"""Specs by hand -> their dashboards, as Grafana reads them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

import yaml

from mlspec.artifacts.manifest import ManifestFile
from mlspec.compile import Compilation
from mlspec.compile import compile as compile_specs
from mlspec.source.files import FilesInMemory

REFERENCE = "\n".join(["x", *(f"{number / 100:.2f}" for number in range(2_000))]).encode()
GRAFANA = {"address": "https://grafana.example.com/team", "annotations": {"grafana_folder": "Models"}}
ENVIRONMENT: dict[str, Any] = {
    "kubernetes": "1.36",
    "argoRollouts": True,
    "leaderWorkerSet": True,
    "grafana": GRAFANA,
    "gateway": {"name": "public", "namespace": "gateway-system"},
    "accelerators": {
        "nvidia-l4": {"memory": "24Gi", "hourlyCost": 0.80, "nodeSelector": {"nvidia.com/gpu.product": "NVIDIA-L4"}},
        "nvidia-a100": {
            "migStrategy": "mixed",
            "memory": "80Gi",
            "hourlyCost": 3.5,
            "nodeSelector": {"nvidia.com/gpu.product": "NVIDIA-A100-SXM4-80GB"},
        },
        "amd-mi300x": {"resource": "amd.com/gpu"},
    },
}
_SKLEARN = {"format": "sklearn", "version": "1.0.0", "uri": "./model.joblib"}
_SIGNATURE = {
    **_SKLEARN,
    "inputs": [{"name": "x", "datatype": "FP64", "shape": [-1, 1]}],
    "outputs": [{"name": "y", "datatype": "FP64", "shape": [-1]}],
}
_LANGUAGE = {
    "format": "vllm",
    "version": "1.0.0",
    "uri": "hf://acme/support",
    "revision": "0" * 40,
    "size": "14Gi",
}
_SLO = {"availability": "99.9%", "latency": {"target": "99%", "threshold": "250ms"}}
_BATCH = {"input": "pvc://in/rows", "output": "pvc://out/scores", "format": "csv"}
_ROOM = {"cpu": 4, "memory": "64Gi"}
SPECS: Mapping[str, dict[str, Any]] = {
    "smallest": {"model": _SKLEARN},
    "owed": {
        "model": _SKLEARN,
        "server": {"batching": {"maxSize": 16}, "queue": 7},
        "monitoring": {"slo": _SLO},
        "scaling": {"minReplicas": 2, "maxReplicas": 9, "metrics": [{"concurrency": 8}]},
    },
    "labelled": {
        "model": {**_SKLEARN, "outputs": [{"name": "y", "datatype": "FP64", "shape": [-1, 2]}]},
        "monitoring": {"accuracy": {"metric": "auc", "minimum": "75%"}},
    },
    "measured": {"model": _SIGNATURE, "monitoring": {"accuracy": {"metric": "mae", "maximum": 3.5}}},
    "fast-week": {"model": _SKLEARN, "monitoring": {"slo": {"latency": _SLO["latency"], "period": "7d"}}},
    "canary": {
        "model": _SKLEARN,
        "replicas": 4,
        "rollout": {"strategy": "canary", "canary": {"steps": ["25%"], "pause": "10m"}},
        "monitoring": {"slo": {"availability": "99%"}},
    },
    "card": {"model": _SKLEARN, "resources": {"accelerator": {"type": "nvidia-l4", "count": 2}}, "replicas": 3},
    "slice": {"model": _SKLEARN, "resources": {"accelerator": {"type": "nvidia-a100", "mig": "3g.40gb"}}},
    "foreign-card": {"model": _SKLEARN, "resources": {"accelerator": {"type": "amd-mi300x"}}},
    "language": {
        "model": _LANGUAGE,
        "resources": {**_ROOM, "accelerator": {"type": "nvidia-l4"}},
        "monitoring": {
            "slo": {
                "availability": "99%",
                "latency": {"target": "99%", "threshold": "500ms"},
                "timePerOutputToken": {"target": "95%", "threshold": "50ms"},
            }
        },
    },
    "tokens-alone": {
        "model": _LANGUAGE,
        "resources": {**_ROOM, "accelerator": {"type": "nvidia-l4"}},
        "monitoring": {"slo": {"timePerOutputToken": {"target": "95%", "threshold": "50ms"}}},
    },
    "language-groups": {"model": _LANGUAGE, "resources": {**_ROOM, "accelerator": {"type": "nvidia-l4", "nodes": 2}}},
    "watched": {"model": _SIGNATURE, "monitoring": {"drift": {"reference": "./reference.csv", "window": "6h"}}},
    "nightly": {
        "model": _SIGNATURE,
        "replicas": 0,
        "batch": {**_BATCH, "output": "pvc://out/{date}", "schedule": "0 3 * * *"},
    },
    "once": {"model": _SIGNATURE, "batch": _BATCH},
    "a-name-that-is-as-long-as-one-can-be-ever": {"model": _SKLEARN},
}
"""By the model's name."""


def workspace(
    specs: Mapping[str, dict[str, Any]],
    environment: dict[str, Any] = ENVIRONMENT,
    descriptions: Mapping[str, str] = MappingProxyType({}),
) -> Compilation:
    """The models in one environment; what they find besides warnings is a mistake in a test."""
    documents: list[dict[str, Any]] = [{"kind": "Environment", "metadata": {"name": "prod"}, "spec": environment}]
    for name, spec in specs.items():
        described = {"description": descriptions[name]} if name in descriptions else {}
        documents.append({"kind": "Model", "metadata": {"name": name[:40], **described}, "spec": spec})
    text = yaml.safe_dump_all([{"apiVersion": "mlspec.dev/v1", **document} for document in documents])
    files = {"specs/a.yaml": text.encode(), "specs/model.joblib": b"a model", "specs/reference.csv": REFERENCE}
    result = compile_specs(FilesInMemory(files))
    assert [(each.message, each.help) for each in result.diagnostics if each.severity == "error"] == []
    return result


def dashboards(result: Compilation) -> Iterator[tuple[ManifestFile, dict[str, Any]]]:
    """Every ConfigMap that Grafana's sidecar would find, with its dashboard."""
    for outputs in result.outputs.values():
        for output in outputs:
            if isinstance(output, ManifestFile) and output.path.endswith("/configmap-dashboard.yaml"):
                ((_, content),) = output.manifest["data"].items()
                yield output, json.loads(content)


def panels(dashboard: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Without the headings of its rows."""
    return [panel for panel in dashboard["panels"] if panel["type"] != "row"]


def titles(dashboard: Mapping[str, Any]) -> list[str]:
    return [panel["title"] for panel in dashboard["panels"]]
