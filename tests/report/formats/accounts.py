"""A workspace with a warning, a warning that is set aside and an error, as the account that formats are made from."""

from __future__ import annotations

from mlspec.compile import compile as compile_workspace
from mlspec.report.account import Account
from mlspec.source.files import FilesInMemory

SPEC = """\
apiVersion: mlspec.dev/v1
kind: Model
metadata: {name: churn}
spec:
  model: {format: sklearn, version: 1.0.0, uri: ./model.joblib}
  network: {from: [{namespace: ingress-nginx}]}
  expose:
    host: a.example.com
    ingress: {class: nginx}
"""
ASIDE = (
    SPEC.replace("name: churn", "name: calm")
    .replace("a.example", "b.example")
    .replace("class: nginx}", "class: nginx}  # mlspec: ignore MLS231 because the gateway comes in March")
)
WRONG = SPEC.replace("name: churn", "name: Fraud").replace("  network", "  réplica: '100%, a:b 😀'\n  network")
PLACES = {"churn": SPEC, "calm": ASIDE, "fraud, or not": WRONG}


def account(specs: dict[str, str] = PLACES, folder: str = "") -> Account:
    content = {f"specs/{name}/model.yaml": text.encode() for name, text in specs.items()}
    models = {f"specs/{name}/model.joblib": b"a model" for name in specs}
    files = FilesInMemory(content | models)
    compilation = compile_workspace(files)
    subjects = {model.source: [model.metadata.name] for model in compilation.resolution.models}
    return Account("compile", compilation.diagnostics, files, 2, compilation.set_aside, (), subjects, folder)
