"""The same workspace, however it is written and wherever it is compiled, gives the same bytes."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.strategies import Workspace, styles, workspaces

from .compiled import compiled, digests, errors

COMPILE = """
import pickle, sys
from tests.properties.compiled import compiled, digests
for texts in pickle.load(open(sys.argv[1], "rb")):
    print(sorted(digests(compiled(texts)).items()))
"""


@given(workspaces(), styles)
def test_order_style_and_comments_change_nothing(workspace: Workspace, style: Random) -> None:
    first = compiled(workspace.texts())
    assert errors(first) == []
    again = compiled(workspace.texts())
    assert list(digests(again).items()) == list(digests(first).items())
    assert again.diagnostics == first.diagnostics
    assert digests(compiled(workspace.texts(style))) == digests(first)


@settings(max_examples=3)
@given(st.lists(workspaces(), min_size=5, max_size=5))
def test_another_process_makes_the_same(tmp_path_factory: pytest.TempPathFactory, several: list[Workspace]) -> None:
    path = tmp_path_factory.mktemp("workspaces") / "texts"
    path.write_bytes(pickle.dumps([workspace.texts() for workspace in several]))
    assert _in_process(path, "0") == _in_process(path, "1")


def _in_process(path: Path, hash_seed: str) -> str:
    return subprocess.run(
        [sys.executable, "-c", COMPILE, path],
        cwd=Path(__file__).parents[2],
        env={**os.environ, "PYTHONHASHSEED": hash_seed},
        capture_output=True,
        check=True,
        text=True,
    ).stdout
