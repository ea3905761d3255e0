"""A number of models -> a workspace of that size on disk, with two environments; the same bytes on every run."""

from __future__ import annotations

import hashlib
from pathlib import Path

_SMALL = """\
apiVersion: mlspec.dev/v1
kind: Model
metadata: {{name: {name}}}
spec:
  model: {{format: sklearn, version: 1.0.0, uri: ./model.bin}}
"""

_USUAL = """\
apiVersion: mlspec.dev/v1
kind: Model
metadata: {{name: {name}, owner: team-{team}}}
spec:
  model:
    format: sklearn
    version: 1.{team}.0
    uri: ./model.bin
    digest: sha256:{digest}
    inputs: [{{name: features, datatype: FP64, shape: [-1, 30]}}]
    outputs: [{{name: probability, datatype: FP64, shape: [-1, 2]}}]
  server: {{batching: {{maxSize: 32}}, timeout: 10s}}
  resources: {{cpu: 500m, memory: 1Gi}}
  scaling: {{minReplicas: 2, maxReplicas: 8, metrics: [{{cpu: 70%}}]}}
  expose: {{host: {name}.example.com}}
  monitoring: {{slo: {{availability: 99.9%, latency: {{target: 99%, threshold: 250ms}}}}}}
  environments:
    staging: {{expose: {{host: {name}.staging.example.com}}}}
    prod: {{resources: {{memory: 2Gi}}}}
"""

_ACCELERATED = """\
apiVersion: mlspec.dev/v1
kind: Model
metadata: {{name: {name}, owner: team-{team}}}
spec:
  model:
    format: onnx
    version: 2.{team}.0
    uri: ./model.bin
    inputs: [{{name: X, datatype: FP32, shape: [-1, 64]}}]
    outputs: [{{name: label, datatype: INT64, shape: [-1]}}]
  server: {{batching: {{maxSize: 64}}}}
  resources: {{cpu: "1", memory: 1Gi}}
  monitoring: {{slo: {{availability: 99.5%}}}}
  environments:
    staging: {{}}
    prod:
      resources: {{memory: 4Gi, accelerator: {{type: nvidia-l4, count: 1}}}}
      scaling: {{minReplicas: 1, maxReplicas: 4, metrics: [{{concurrency: 16}}]}}
"""

_ENVIRONMENT = """\
apiVersion: mlspec.dev/v1
kind: Environment
metadata: {{name: {name}}}
spec:
  kubernetes: "1.36"
  registry: registry.example.com/ml
  gateway: {{name: public, namespace: gateway-system, section: https}}
  prometheus: {{address: "http://prometheus-operated.monitoring:9090", namespace: monitoring}}
  accelerators:
    nvidia-l4: {{resource: nvidia.com/gpu, memory: 24Gi}}
"""

_WORKSPACE = """\
apiVersion: mlspec.dev/v1
kind: Workspace
metadata: {name: benchmark}
spec:
  gitops: {repo: "https://git.example.com/acme/ml-gitops.git", branch: main}
"""

ENVIRONMENTS = ("staging", "prod")
_KINDS = (_SMALL, _USUAL, _USUAL, _ACCELERATED)
"""Half of the models are usual ones: an objective, an autoscaler, a route."""


def make_workspace(root: Path, models: int) -> None:
    """Writes `specs/` below `root`."""
    specs = root / "specs"
    (specs / "environments").mkdir(parents=True)
    (specs / "workspace.yaml").write_text(_WORKSPACE, encoding="utf-8")
    for name in ENVIRONMENTS:
        (specs / "environments" / f"{name}.yaml").write_text(_ENVIRONMENT.format(name=name), encoding="utf-8")
    for number in range(models):
        folder = specs / f"model-{number:04}"
        folder.mkdir()
        model = hashlib.sha256(folder.name.encode()).digest() * 32  # 1 KiB: what is measured is the compiler
        (folder / "model.bin").write_bytes(model)
        digest = hashlib.sha256(model).hexdigest()
        text = _KINDS[number % len(_KINDS)].format(name=folder.name, team=number % 7, digest=digest)
        (folder / "model.yaml").write_text(text, encoding="utf-8")
