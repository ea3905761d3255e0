"""A workspace in a real git repository, whose specs a test changes from commit to commit."""

from __future__ import annotations

import subprocess
from pathlib import Path

from mlspec.compile import compile as compile_specs
from mlspec.difference.compare import compare
from mlspec.difference.difference import Difference, Subject
from mlspec.gitops.revision import FilesAtRevision, base_of
from mlspec.source.files import FilesOnDisk

MODEL = """\
apiVersion: mlspec.dev/v1
kind: Model
metadata: {name: churn, owner: growth}
spec:
  model: {format: sklearn, version: 1.0.0, uri: ./model.joblib}
  scaling: {minReplicas: 2, maxReplicas: 8, metrics: [{cpu: 70%}]}
  expose: {host: churn.example.com, gateway: {name: public, namespace: gateways}}
  monitoring:
    slo: {availability: 99.9%, latency: {target: 99%, threshold: 250ms}}
    alerts:
      - {name: FewRequests, expr: 'rate(mlspec_requests_total[5m]) < 1', severity: ticket, summary: few}
  environments:
    prod: {}
    staging: {expose: {host: staging.example.com}}
"""
ENVIRONMENT = """\
apiVersion: mlspec.dev/v1
kind: Environment
metadata: {name: %s}
spec:
  kubernetes: "1.36"
  registry: registry.example.com
  accelerators:
    nvidia-l4: {resource: nvidia.com/gpu, memory: 24Gi, hourlyCost: 0.80}
"""
SPEC = "specs/churn/model.yaml"


class History:
    """A repository whose first commit, `main`, has one model and two environments; the work goes on in a branch."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.git("init", "--quiet", "--initial-branch=main")
        self.write(SPEC, MODEL)
        self.write("specs/churn/model.joblib", "a model")
        for name in ("prod", "staging"):
            self.write(f"specs/environments/{name}.yaml", ENVIRONMENT % name)
        self.commit()
        self.git("switch", "--quiet", "--create", "work")

    def git(self, *arguments: str) -> str:
        mine = ("-c", "user.name=A", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false")
        return subprocess.run(
            ["git", *mine, *arguments], cwd=self.root, check=True, capture_output=True, text=True
        ).stdout

    def write(self, path: str, text: str) -> None:
        (self.root / path).parent.mkdir(parents=True, exist_ok=True)
        (self.root / path).write_text(text, encoding="utf-8")

    def edit(self, old: str, new: str, path: str = SPEC) -> None:
        before = (self.root / path).read_text(encoding="utf-8")
        assert old in before
        self.write(path, before.replace(old, new))

    def commit(self) -> None:
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", "a change")

    def difference(self, against: str | None = None) -> Difference:
        after = compile_specs(FilesOnDisk(self.root))
        assert after.diagnostics == []
        with FilesAtRevision(self.root, base_of(self.root, against)) as files:
            return compare("main", compile_specs(files), after)

    def subject(self, model: str = "churn", environment: str = "prod") -> Subject:
        (subject,) = (s for s in self.difference().subjects if (s.model, s.environment) == (model, environment))
        return subject
