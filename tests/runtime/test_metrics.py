"""What the running server exports is what `metric_names` promises, and it counts right."""

from __future__ import annotations

from prometheus_client.parser import text_string_to_metric_families

from mlspec_runtime import metric_names as names
from tests.runtime.conftest import Start
from tests.runtime.running import Running
from tests.runtime.test_batching import GATED, infer

OF_LABELS = {names.ACCURACY, names.ACCURACY_SAMPLES, names.ACCURACY_WEIGHT, names.LABELS, names.FEEDBACK}
LATER = {names.DRIFT_SCORE, names.DRIFT_SAMPLES, names.DRIFT_SKIPPED, *OF_LABELS}
"""Exported once a model asks for drift or accuracy."""


def exported(running: Running) -> dict[str, set[tuple[str, ...]]]:
    """Names of our metrics as a rule would write them, without a histogram's suffix, with their label names."""
    found: dict[str, set[tuple[str, ...]]] = {}
    for family in text_string_to_metric_families(running.http.get("/metrics").text):
        if not family.name.startswith("mlspec_"):
            continue
        name = f"{family.name}_total" if family.type == "counter" else family.name
        labels = {tuple(sorted(label for label in sample.labels if label != "le")) for sample in family.samples}
        found.setdefault(name, set()).update(labels)
    return found


def test_exactly_the_promised_names_and_labels(start: Start) -> None:
    running = start(GATED, {"concurrency": 1, "queue": 0}).ready()
    infer(running, 1.0, 2.0)
    found = exported(running)
    assert set(found) == set(names.LABEL_NAMES) - LATER
    for name, labels in found.items():
        assert labels <= {tuple(sorted(names.LABEL_NAMES[name]))}, name


def test_failures_are_counted_from_zero(start: Start) -> None:
    """Prometheus sees no increase in a series that begins with 1."""
    running = start(GATED).ready()
    page = running.http.get("/metrics").text
    for code in names.FAILURES:
        assert f'{names.REQUESTS}{{code="{code}",endpoint="infer",model="tested",version="1.2.0"}} 0.0' in page
    for reason in names.REASONS:
        assert f'{names.REJECTED}{{model="tested",reason="{reason}"}} 0.0' in page
    infer(running, 13.0, 2.0)
    assert running.metric(names.REQUESTS, endpoint=names.ENDPOINT_INFER, code="500") == 1


def test_requests_are_counted_by_endpoint_and_code(start: Start) -> None:
    running = start(GATED).ready()
    for _ in range(3):
        infer(running, 1.0, 2.0)
    infer(running, 13.0, 2.0)
    infer(running, 14.0, 2.0)
    running.http.get("/v2/health/live")
    running.http.get("/v2/models/other")
    for endpoint, code, count in (
        (names.ENDPOINT_INFER, "200", 3),
        (names.ENDPOINT_INFER, "500", 1),
        (names.ENDPOINT_INFER, "400", 1),
        (names.ENDPOINT_HEALTH, "200", 1),
        (names.ENDPOINT_UNKNOWN, "404", 1),
    ):
        assert running.metric(names.REQUESTS, endpoint=endpoint, code=code, model="tested", version="1.2.0") == count
    assert running.metric(f"{names.REQUEST_DURATION}_count", endpoint=names.ENDPOINT_INFER) == 5
    assert running.metric(names.PREDICTIONS) == 3
    assert running.metric(names.MODEL_INFO, format="python") == 1


def test_latency_buckets_are_those_of_the_settings(start: Start) -> None:
    running = start(GATED, {"latencyBuckets": [0.1, 0.25, 2]}).ready()
    infer(running, 1.0, 2.0)
    text = running.http.get("/metrics").text
    bounds = [
        line.split('le="')[1].split('"')[0]
        for line in text.splitlines()
        if line.startswith(f"{names.REQUEST_DURATION}_bucket") and 'endpoint="infer"' in line
    ]
    assert bounds == ["0.1", "0.25", "2.0", "+Inf"]


def test_predictions_are_counted_by_class(churn: Running) -> None:
    body = {"inputs": [{"name": "features", "datatype": "FP64", "shape": [3, 30], "data": [0.0] * 90}]}
    before = running_total(churn)
    label = churn.http.post("/v2/models/churn/infer", json=body).json()["outputs"][0]["data"][0]
    assert running_total(churn) - before == 3
    assert churn.metric(names.PREDICTIONS, **{names.CLASS: str(label)}) >= 3


def running_total(running: Running) -> float:
    return running.metric(names.PREDICTIONS)
