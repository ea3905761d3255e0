"""A small workspace on disk, edits of everything that a compile reads or writes, and what is seen of it afterwards."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from mlspec.diagnostics import has_errors
from mlspec.incremental.build import build
from mlspec.tree.errors import TreeError
from mlspec.tree.write import write

HEAD = "apiVersion: mlspec.dev/v1\nkind: {kind}\nmetadata: {{name: {name}}}\nspec:\n"
MODEL = "  model: {format: sklearn, version: 1.0.0, uri: ./model.bin}\n"
CODE = "  model: {format: python, version: 1.0.0}\n  build: {code: ./code/, handler: 'handler:Handler'}\n"
HANDLER = "class Handler:\n    def predict(self, inputs):\n        return inputs  # 1\n"
HOST = "churn.example.com"
OVERRIDE = "  overrides: [{target: {kind: Service}, patch: {metadata: {labels: {a: b}}}}]\n"
CHURN = "specs/churn/model.yaml"
FRAUD = "specs/fraud/model.yaml"
SERVICE = "generated/prod/churn/service.yaml"
INDEX = "generated/.mlspec/prod/churn.json"

FILES: Mapping[str, str] = {
    "specs/workspace.yaml": HEAD.format(kind="Workspace", name="all")
    + "  gitops: {repo: 'https://git.example.com/ml.git', branch: main}\n  defaults: {server: {timeout: 20s}}\n",
    "specs/environments/prod.yaml": HEAD.format(kind="Environment", name="prod")
    + "  kubernetes: '1.36'\n  gateway: {name: public, namespace: gateways}\n",
    "specs/environments/staging.yaml": HEAD.format(kind="Environment", name="staging")
    + "  kubernetes: '1.35'\n  gateway: {name: public, namespace: gateways}\n",
    CHURN: HEAD.format(kind="Model", name="churn")
    + MODEL
    + f"  replicas: 2\n  environments: {{prod: {{expose: {{host: {HOST}}}}}, staging: {{}}}}\n"
    + OVERRIDE,
    "specs/churn/model.bin": "weights 1",
    FRAUD: HEAD.format(kind="Model", name="fraud") + CODE,
    "specs/fraud/code/handler.py": HANDLER,
    "specs/other.yaml": "kind: ConfigMap\n",
}

Edit = Callable[[Path], None]


def make(root: Path) -> None:
    for path, text in FILES.items():
        _put(root, path, text)


def _put(root: Path, path: str, text: str) -> None:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(text, encoding="utf-8")


def replaces(path: str, one: str, other: str) -> Edit:
    """Puts one text in the place of the other, or back."""

    def edit(root: Path) -> None:
        file = root / path
        if not file.is_file() or file.is_symlink():
            return
        before, text = file.lstat(), file.read_text(encoding="utf-8")
        file.write_text(text.replace(other, one) if other in text else text.replace(one, other), encoding="utf-8")
        # As a tool that keeps times does: only the time of the change, which nobody can set, tells.
        os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))

    return edit


def toggles(path: str, text: str) -> Edit:
    """Makes a file, or removes it where it is."""

    def edit(root: Path) -> None:
        file = root / path
        if file.is_file():
            file.unlink()
        elif file.parent.is_dir() or not (root / "generated").is_symlink():
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")

    return edit


def together(*edits: Edit) -> Edit:
    def edit(root: Path) -> None:
        for each in edits:
            each(root)

    return edit


def moved_behind_a_link(root: Path) -> None:
    folder, away = root / "generated/prod", root / "away"
    if folder.is_dir() and not folder.is_symlink() and not away.exists():
        folder.rename(away)
        folder.symlink_to(away)
    elif folder.is_symlink():
        folder.unlink()
        away.rename(folder)


def cloned(root: Path) -> None:
    """The same content in other files, as a checkout makes them."""
    for name in ("specs", "generated"):
        if (root / name).is_dir():
            shutil.copytree(root / name, root / "copy", symlinks=True)
            shutil.rmtree(root / name)
            (root / "copy").rename(root / name)


def compiled(root: Path) -> None:
    """Writes what the specs give, as `mlspec compile` does."""
    built = build(root)
    if has_errors(built.diagnostics):
        return
    try:
        changes = built.compare()
        if not changes.foreign and (changes.interrupted or not changes.clean):
            write(changes)
    except TreeError:
        return


EDITS: Mapping[str, Edit] = {
    "compile": compiled,
    "clone": cloned,
    "spec": replaces(CHURN, "replicas: 2", "replicas: 3"),
    "error": replaces(CHURN, "replicas: 2", "replicus: 2"),
    "warning": replaces(CHURN, "kind: Service}", "kind: HTTPRoute}"),
    "model's own file": replaces("specs/churn/model.bin", "weights 1", "weights 2"),
    "model gone": toggles("specs/churn/model.bin", "weights 1"),
    "code": replaces("specs/fraud/code/handler.py", "# 1", "# 2"),
    "code broken": replaces("specs/fraud/code/handler.py", "return inputs", "return inputs)"),
    "code more": toggles("specs/fraud/code/more.py", ""),
    "environment": replaces("specs/environments/prod.yaml", "'1.36'", "'1.35'"),
    "environment gone": toggles("specs/environments/staging.yaml", FILES["specs/environments/staging.yaml"]),
    "defaults": replaces("specs/workspace.yaml", "timeout: 20s", "timeout: 30s"),
    "folder of outputs": replaces("specs/workspace.yaml", "defaults:", "output: made\n  defaults:"),
    "route twice": together(
        toggles("specs/twin/model.yaml", f"{HEAD.format(kind='Model', name='twin')}{CODE}  expose: {{host: {HOST}}}\n"),
        toggles("specs/twin/code/handler.py", HANDLER),
    ),
    "name twice": toggles("specs/same/model.yaml", FILES[FRAUD]),
    "environment in a model's file": replaces(
        "specs/other.yaml", "kind: ConfigMap", FILES["specs/environments/prod.yaml"]
    ),
    "unread": toggles("specs/torn.yaml", "apiVersion: mlspec.dev/v1\nkind: [\n"),
    "spec gone": toggles(FRAUD, FILES[FRAUD]),
    "output edited": replaces(SERVICE, "port: 80", "port: 90"),
    "output gone": toggles(SERVICE, "mine"),
    "code of the server": replaces("generated/images/churn/main.py", "import", "imqort"),
    "stray": toggles("generated/prod/churn/mine.yaml", "mine"),
    "stray application": toggles("argocd/prod/mine.yaml", "mine"),
    "index gone": toggles(INDEX, "{}\n"),
    "index more": toggles("generated/.mlspec/prod/mine.json", "{}\n"),
    "index edited": replaces(INDEX, ": ", ":  "),
    "link": moved_behind_a_link,
    "killed": toggles("generated/.mlspec/.work/staging/0", "half"),
}


def seen(root: Path, *, remember: bool) -> dict[str, Any]:
    """All that a command shows of a build, in plain values."""
    built = build(root, remember=remember)
    found: dict[str, Any] = {
        "diagnostics": built.diagnostics,
        "set aside": built.set_aside,
        "listing": built.listing,
    }
    if has_errors(built.diagnostics):
        return found
    try:
        changes = built.compare()
        found["strays"] = built.strays(changes)
    except TreeError as error:
        return found | {"refusal": str(error)}
    differ = (*changes.files, *changes.indexes)
    return found | {
        "changes": [
            (each.path, each.owner, each.kind, each.found, each.after and each.after.sha256) for each in differ
        ],
        "shown": [each.path for each in changes.shown],
        "immutable": [path for _, path in changes.immutable],
        "emptied": changes.emptied,
        "interrupted": changes.interrupted,
        "total": changes.total,
    }
