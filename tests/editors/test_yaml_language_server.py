"""The JSON Schema in yaml-language-server, the real one: what it completes, what it explains and what it refuses."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import unavailable

from .client import Editor

ROOT = Path(__file__).parents[2]
SPEC = "specs/churn/model.yaml"
TEXT = """\
# yaml-language-server: $schema=../../schemas/mlspec.dev_v1.json
apiVersion: mlspec.dev/v1
kind: Model
metadata: {name: churn}
spec:
  model: {format: sklearn, version: 1.2.0}
  health:
    drain: 20s
    stratup: 1m
  rollout:
    strategy: 
  resources: {memory: 1GB}
  expose: 3
  
"""


@pytest.fixture(scope="module")
def editor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Editor]:
    program = shutil.which("yaml-language-server")
    if program is None:
        unavailable("yaml-language-server is not on PATH")
    root = tmp_path_factory.mktemp("workspace")
    (root / "schemas").mkdir()
    shutil.copy(ROOT / "schemas/mlspec.dev_v1.json", root / "schemas")
    (root / "specs/churn").mkdir(parents=True)
    with Editor([program, "--stdio"], root, os.environ) as connected:
        connected.open(SPEC, TEXT)
        yield connected


def test_what_is_wrong_is_refused_in_words_of_the_language(editor: Editor) -> None:
    """Neither a pattern nor the name of a type in our code."""
    found = editor.findings(SPEC, lambda those: any("stratup" in each["message"] for each in those))
    (typo,) = (each for each in found if "stratup" in each["message"])
    assert typo["range"]["start"] == {"line": 8, "character": 4}
    said = {each["range"]["start"]["line"]: each["message"] for each in found}
    assert said[11] == "not of the form that is meant here: write it as in 512Mi or 1Gi"
    assert said[12] == 'Incorrect type. Expected "expose | null".'


def test_hover_has_the_description(editor: Editor) -> None:
    said = editor.at("hover", SPEC, 7, 6)["contents"]["value"]
    assert said.startswith("#### health\n\nHow long requests in progress may take to finish.")


def test_keys_and_words_are_completed_with_their_descriptions(editor: Editor) -> None:
    offered = editor.at("completion", SPEC, 8, 4)["items"]
    startup = next(each for each in offered if each["label"] == "startup")
    assert "From start to ready at most" in str(startup["documentation"])
    words = {each["label"] for each in editor.at("completion", SPEC, 10, 14)["items"]}
    assert {"rolling", "recreate", "canary"} <= words
    sections = {each["label"]: each["documentation"] for each in editor.at("completion", SPEC, 13, 2)["items"]}
    assert sections["build"] == "What the image contains besides the model."
    assert all(said for name, said in sections.items() if name not in ("null",))
