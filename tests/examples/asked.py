"""A running server, and the objects of its model -> whether all that they ask Prometheus of it is on its page."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator

from prometheus_client.parser import text_string_to_metric_families

from mlspec.artifacts.file import Output
from mlspec.artifacts.manifest import ManifestFile
from mlspec.promql import parse
from mlspec_runtime.metric_names import DRIFT_SAMPLES, DRIFT_SCORE, LABEL_NAMES
from tests.runtime.running import Running, eventually

SERVERS_OWN = {f"{name}{suffix}" for name in LABEL_NAMES for suffix in ("", "_bucket", "_count", "_sum")}
ADDED = {"namespace", "pod", "service", "job", "instance"}
"""Labels that a scrape adds."""


def says_all_that_is_asked_of_it(running: Running, outputs: Iterable[Output]) -> set[str]:
    """Every metric and label of the server that a rule, a scaler, a panel or an analysis of its reads; the metrics."""

    def text() -> str:
        return running.http.get("/metrics").text

    if DRIFT_SAMPLES in text():
        eventually(lambda: f"{DRIFT_SCORE}{{" in text())  # once the rows of the answer have been counted
    page = text_string_to_metric_families(text())
    scraped: dict[str, set[str]] = {}
    for sample in (sample for family in page for sample in family.samples):
        scraped.setdefault(sample.name, set()).update(sample.labels)
    read = set()
    for selector in (each for query in _queries(outputs) for each in parse(query).selectors):
        if selector.metric in SERVERS_OWN:
            read.add(selector.metric)
            labels = {label for label, _, _ in selector.matchers} - ADDED
            assert labels <= scraped.get(selector.metric, {"no such metric"}), selector.metric
            assert selector.metric in scraped
    return read


def _queries(outputs: Iterable[Output]) -> Iterator[str]:
    """Of every object of the model: rules, scalers, analyses and dashboards."""
    for file in outputs:
        if isinstance(file, ManifestFile):
            yield from _below(file.manifest, file.path)


def _below(node: object, path: str) -> Iterator[str]:
    if isinstance(node, list | tuple):
        for item in node:
            yield from _below(item, path)
    elif isinstance(node, dict):
        for key, value in node.items():
            if key in ("expr", "query") and isinstance(value, str):
                yield re.sub(r"\{\{.*?\}\}|\$\{?\w+\}?", "5m", value)
            elif isinstance(value, str) and key.endswith(".json") and "dashboard" in path:
                yield from _below(json.loads(value), path)
            else:
                yield from _below(value, path)
