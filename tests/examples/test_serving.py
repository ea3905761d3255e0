"""Each example, served as `mlspec run` serves it, gives the answer that lies beside its spec."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from mlspec.compile import Compilation
from mlspec.compile import compile as compile_specs
from mlspec.serving.choose import choose
from mlspec.serving.context import context_of, lay
from mlspec.serving.requirements import find_shortfall
from mlspec.source.files import FilesOnDisk
from tests.conftest import unavailable
from tests.examples.asked import says_all_that_is_asked_of_it
from tests.runtime.running import Running

ROOT = Path(__file__).parents[2]
WITH_A_CARD = ("digits-onnx", "image-embedder")
EXAMPLES = sorted(
    path.parent.name
    for path in (ROOT / "specs").glob("*/expected.json")
    # A model that nobody serves is scored by tests/batch.
    if "replicas: 0" not in path.with_name("model.yaml").read_text(encoding="utf-8")
)


@pytest.fixture(scope="module")
def compilation() -> Compilation:
    return compile_specs(FilesOnDisk(ROOT))


@pytest.mark.parametrize("model", EXAMPLES)
def test_the_answer_is_the_expected_one(model: str, compilation: Compilation, tmp_path: Path) -> None:
    # In prod there is a dashboard, too; but some have a card there, and so another image.
    chosen = choose(compilation.resolution, model, None if model in WITH_A_CARD else "prod")
    context = context_of(compilation, chosen)
    if missing := find_shortfall(context.requirements).missing:
        unavailable(f"{', '.join(missing)}: not installed")
    lay(context, ROOT, tmp_path)
    asked = json.loads((ROOT / "specs" / model / "expected.json").read_bytes())
    running = Running(tmp_path)
    try:
        answer = running.ready().http.post(f"/v2/models/{model}/infer", json={"inputs": asked["inputs"]}).json()
        if "id" in answer:
            labels = [row % 2 == 0 for row in range(answer["outputs"][0]["shape"][0])]
            told = running.http.post(f"/v2/models/{model}/feedback", json={"id": answer["id"], "labels": labels})
            assert told.json()["outcome"] == "matched", told.text
        environment = chosen.environment.name
        read = says_all_that_is_asked_of_it(running, compilation.outputs[f"{environment}/{model}"])
        assert len(read) >= (3 if environment == "staging" else 10)
    finally:
        running.stop()
    for found, wanted in zip(answer["outputs"], asked["outputs"], strict=True):
        assert {**found, "data": None} == {**wanted, "data": None}
        if wanted["datatype"].startswith("FP"):
            assert np.allclose(found["data"], wanted["data"], rtol=1e-4, atol=1e-6)
        else:
            assert found["data"] == wanted["data"]
