"""Workspaces with one small model each, and `mlspec run` for them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from textwrap import indent

import pytest

from tests.run.started import Started

Run = Callable[..., Started]

MODEL = """\
apiVersion: mlspec.dev/v1
kind: Model
metadata: {{name: {name}}}
spec:
  model:
    format: python
    version: 1.0.0
    inputs: [{{name: x, datatype: FP64, shape: [-1, 2]}}]
    outputs: [{{name: y, datatype: FP64, shape: [-1]}}]
  build:
    code: ./src
    handler: handler:Handler
{more}"""

SUM = """
class Handler:
    def predict(self, inputs):
        return {"y": inputs["x"].sum(axis=1)}
"""


def write_model(workspace: Path, code: str = SUM, name: str = "sum", more: str = "") -> Path:
    """A model of format python; `more` is YAML below `spec`."""
    folder = workspace / "specs" / name
    (folder / "src").mkdir(parents=True)
    (folder / "src/handler.py").write_text(code)
    (folder / "model.yaml").write_text(MODEL.format(name=name, more=indent(more, "  ")))
    return workspace


@pytest.fixture
def run() -> Iterator[Run]:
    started: list[Started] = []

    def start(workspace: Path, *arguments: str, terminal: bool = False) -> Started:
        started.append(Started(workspace, *arguments, terminal=terminal))
        return started[-1]

    yield start
    for one in started:
        one.end()
