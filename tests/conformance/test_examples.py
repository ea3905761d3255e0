"""The repository's example models, served as their images serve them, pass every case that applies to them."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from mlspec.compile import compile as compile_specs
from mlspec.conformance.subject import learn
from mlspec.conformance.suite import Result, cases_for, run_suite
from mlspec.serving.choose import choose
from mlspec.serving.context import context_of, lay
from mlspec.source.files import FilesOnDisk
from tests.conformance.conftest import address_of
from tests.conftest import unavailable
from tests.runtime.running import Running

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("model", ["churn", "digits-onnx", "image-embedder"])
def test_an_example_passes(model: str, tmp_path: Path) -> None:
    if model == "image-embedder" and importlib.util.find_spec("torch") is None:
        unavailable("torch is not installed (pip install 'mlspec[formats]')")
    compilation = compile_specs(FilesOnDisk(ROOT))
    context = context_of(compilation, choose(compilation.resolution, model, "staging"))
    lay(context, ROOT, tmp_path)
    running = Running(tmp_path)
    try:
        running.ready()
        subject = learn(address_of(running), model)
        outcomes = list(run_suite(subject, cases_for(subject)))
    finally:
        running.stop()
    assert [one for one in outcomes if one.result is Result.FAILED] == []
    # What one FP input of rows gives no occasion for.
    assert sorted(one.name for one in outcomes if one.result is Result.SKIPPED) == [
        "BYTES longer than their tensor",
        "FP16 as JSON",
        "an input is missing",
        "fractions for whole numbers",
        "negative numbers without a sign",
        *(["numbers too large for the datatype"] if model == "churn" else []),
        *(["rows of different lengths"] if model == "image-embedder" else []),
    ]
