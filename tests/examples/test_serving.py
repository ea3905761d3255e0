"""Each example, served as `mlspec run` serves it, gives the answer that lies beside its spec."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from prometheus_client.parser import text_string_to_metric_families

from mlspec.compile import compile as compile_specs
from mlspec.promql import parse
from mlspec.serving.choose import choose
from mlspec.serving.context import context_of, lay
from mlspec.serving.requirements import find_shortfall
from mlspec.source.files import FilesOnDisk
from mlspec_runtime.metric_names import DRIFT_SAMPLES, DRIFT_SCORE, LABEL_NAMES
from tests.conftest import unavailable
from tests.libyaml import load_all
from tests.runtime.running import Running, eventually

ROOT = Path(__file__).parents[2]
SERVERS_OWN = {f"{name}{suffix}" for name in LABEL_NAMES for suffix in ("", "_bucket", "_count", "_sum")}
WITH_A_CARD = ("digits-onnx", "image-embedder")
ADDED = {"namespace", "pod", "service", "job", "instance"}
"""Labels that a scrape adds."""
EXAMPLES = sorted(
    path.parent.name
    for path in (ROOT / "specs").glob("*/expected.json")
    # A model that nobody serves is scored by tests/batch.
    if "replicas: 0" not in path.with_name("model.yaml").read_text(encoding="utf-8")
)


@pytest.mark.parametrize("model", EXAMPLES)
def test_the_answer_is_the_expected_one(model: str, tmp_path: Path) -> None:
    compilation = compile_specs(FilesOnDisk(ROOT))
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
        _says_all_that_is_asked_of_it(running, f"{chosen.environment.name}/{model}")
    finally:
        running.stop()
    for found, wanted in zip(answer["outputs"], asked["outputs"], strict=True):
        assert {**found, "data": None} == {**wanted, "data": None}
        if wanted["datatype"].startswith("FP"):
            assert np.allclose(found["data"], wanted["data"], rtol=1e-4, atol=1e-6)
        else:
            assert found["data"] == wanted["data"]


def _says_all_that_is_asked_of_it(running: Running, owner: str) -> None:
    """Every metric and label of the server that a rule, a scaler, a panel or an analysis reads is on its page."""

    def text() -> str:
        return running.http.get("/metrics").text

    if DRIFT_SAMPLES in text():
        eventually(lambda: f"{DRIFT_SCORE}{{" in text())  # once the rows of the answer have been counted
    page = text_string_to_metric_families(text())
    scraped: dict[str, set[str]] = {}
    for sample in (sample for family in page for sample in family.samples):
        scraped.setdefault(sample.name, set()).update(sample.labels)
    read = 0
    for selector in (each for query in _queries(owner) for each in parse(query).selectors):
        if selector.metric in SERVERS_OWN:
            read += 1
            labels = {label for label, _, _ in selector.matchers} - ADDED
            assert labels <= scraped.get(selector.metric, {"no such metric"}), selector.metric
            assert selector.metric in scraped
    assert read >= (5 if owner.startswith("staging/") else 20)


def _queries(owner: str) -> Iterator[str]:
    """Of every object of the model, rules, scalers, analyses and dashboards."""
    for path in sorted((ROOT / "generated" / owner).glob("*.yaml")):
        for document in load_all(path.read_text(encoding="utf-8")):
            yield from _below(document, path.name)


def _below(node: object, file: str) -> Iterator[str]:
    if isinstance(node, list):
        for item in node:
            yield from _below(item, file)
    elif isinstance(node, dict):
        for key, value in node.items():
            if key in ("expr", "query") and isinstance(value, str):
                yield re.sub(r"\{\{.*?\}\}|\$\{?\w+\}?", "5m", value)
            elif isinstance(value, str) and key.endswith(".json") and "dashboard" in file:
                yield from _below(json.loads(value), file)
            else:
                yield from _below(value, file)
