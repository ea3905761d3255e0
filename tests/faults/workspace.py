"""A small workspace in a repository, and the command line in this process, as a shell sees it."""

from __future__ import annotations

import contextlib
import gc
import io
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

from mlspec.cli.__main__ import main

SPEC = "specs/chat/model.yaml"
# From a base that is pinned and with a model that is mounted, so that nobody is asked for anything.
_MODEL = f"""\
apiVersion: mlspec.dev/v1
kind: Model
metadata: {{name: chat}}
spec:
  model: {{format: vllm, version: 1.0.0, uri: "pvc://models/chat", size: 1Gi}}
  build: {{baseImage: "registry.example.com/vllm:1@sha256:{"0" * 64}"}}
  resources: {{memory: 32Gi, accelerator: {{type: nvidia-l4}}}}
  environments:
    prod: {{}}
    staging: {{model: {{version: 2.0.0}}}}
"""
_ENVIRONMENT = """\
apiVersion: mlspec.dev/v1
kind: Environment
metadata: {name: %s}
spec:
  gateway: {name: public, namespace: gateway-system}
  accelerators: {nvidia-l4: {resource: nvidia.com/gpu}}
"""
WHO = ("-c", "user.name=A", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false")
PROMOTE = ("promote", "chat", "--from", "staging", "--to", "prod")


def lay(root: Path) -> Path:
    """Writes the specs."""
    contents = {SPEC: _MODEL, **{f"specs/{name}.yaml": _ENVIRONMENT % name for name in ("prod", "staging")}}
    for path, text in contents.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    return root


def commit(root: Path) -> None:
    """All that is there, in a repository of its own."""
    for words in (["init", "--quiet"], ["add", "--all"], [*WHO, "commit", "--quiet", "-m", "specs"]):
        subprocess.run(["git", *words], cwd=root, check=True, capture_output=True)


@dataclass(frozen=True)
class Ended:
    """How the command ended and what it said."""

    status: int
    out: str
    err: str


def run(root: Path, command: str, *arguments: str) -> Ended:
    """The console script itself, which turns whatever is raised into a status."""
    out, err = io.StringIO(), io.StringIO()
    words = ["mlspec", command, "-C", str(root), *arguments]
    with (
        mock.patch.object(sys, "argv", words),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
        contextlib.suppress(SystemExit),
    ):
        status = 0
        try:
            main()
        except SystemExit as end:
            status = int(end.code or 0)
    gc.enable()  # a compile leaves it off
    return Ended(status, out.getvalue(), err.getvalue())


def contents(root: Path) -> dict[str, bytes]:
    """Every file but those of git and the folder of unfinished work."""
    files = (path for path in root.rglob("*") if path.is_file() and not {".git", ".work"} & set(path.parts))
    return {str(path.relative_to(root)): path.read_bytes() for path in files}
