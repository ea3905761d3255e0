"""Each example's train.py makes the same model every time, and the committed one is what it makes."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.conftest import unavailable

SPECS = Path(__file__).resolve().parents[2] / "specs"
SCRIPTS = sorted(SPECS.glob("*/train.py"))
LARGEST = 200_000


def _train(script: Path, folder: Path, hash_seed: str) -> dict[str, bytes]:
    folder.mkdir()
    # OpenBLAS adds in another order with another number of threads.
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "OPENBLAS_NUM_THREADS": "1", "PYTHONWARNINGS": "error"}
    subprocess.run([sys.executable, script, folder], env=environment, check=True)
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: str(script.parent.name))
def test_training_again_gives_the_same_bytes(script: Path, tmp_path: Path) -> None:
    if "import torch" in script.read_text() and importlib.util.find_spec("torch") is None:
        unavailable("torch is not installed (pip install 'mlspec[formats]')")
    first, second = (_train(script, tmp_path / seed, seed) for seed in ("1", "2"))
    assert first == second
    assert all(len(content) < LARGEST for content in first.values())
    assert sorted(first) == sorted(path.name for path in script.parent.iterdir() if path.name in first)
    _equal_tensors(json.loads(first["expected.json"]), _committed(script.parent))


def _committed(folder: Path) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    return answer


def _equal_tensors(found: dict[str, Any], wanted: dict[str, Any]) -> None:
    """Equal but for the last digits, which are the processor's."""
    for kind in ("inputs", "outputs"):
        for left, right in zip(found[kind], wanted[kind], strict=True):
            assert (left["name"], left["datatype"], left["shape"]) == (right["name"], right["datatype"], right["shape"])
            assert np.allclose(left["data"], right["data"], rtol=1e-4)


@pytest.mark.parametrize(
    "folder",
    # What vLLM answers is its own affair, and needs cards.
    sorted(
        path.parent for path in SPECS.glob("*/model.yaml") if "format: vllm" not in path.read_text(encoding="utf-8")
    ),
    ids=lambda path: path.name,
)
def test_every_example_says_what_it_answers(folder: Path) -> None:
    answer = _committed(folder)
    for tensor in (*answer["inputs"], *answer["outputs"]):
        assert np.prod(tensor["shape"]) == len(tensor["data"]), tensor["name"]
