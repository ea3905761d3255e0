"""What ends a canary: measured in the real promtool on the pods of its version alone."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from mlspec.plan.monitoring.canary import HASH_ARGUMENT, canary_metrics
from mlspec.plan.plan import CanaryMetric
from mlspec.promql import parse
from mlspec_runtime.metric_names import LABEL_NAMES, REQUEST_DURATION
from tests.plan.specs import spec_of

SLO = {"availability": "99.9%", "latency": {"target": "99%", "threshold": "250ms"}}
NEW, OLD = "6b8d9c7f4", "7d9f8c6b5"


def _metric(name: str) -> CanaryMetric:
    (found,) = (each for each in canary_metrics(spec_of(monitoring={"slo": SLO}), 60) if each.name == name)
    return found


def _query(metric: CanaryMetric) -> str:
    """As Argo Rollouts fills it in."""
    return metric.query.replace(f"{{{{args.{HASH_ARGUMENT}}}}}", NEW)


@pytest.mark.parametrize("name", ["availability", "latency"])
def test_a_query_reads_what_the_server_exports(name: str) -> None:
    known = {
        **LABEL_NAMES,
        **{f"{REQUEST_DURATION}{end}": LABEL_NAMES[REQUEST_DURATION] for end in ("_count", "_bucket")},
    }
    for selector in parse(_query(_metric(name))).selectors:
        assert selector.metric in known
        assert {label for label, _, _ in selector.matchers} <= {*known[selector.metric], "namespace", "pod", "le"}


def _series(metric: str, count: int, pod: str = NEW, **labels: str) -> tuple[str, int]:
    all_labels = {"namespace": "ml-prod", "pod": f"churn-{pod}-x2x4z", "model": "churn", "endpoint": "infer", **labels}
    inside = ",".join(f'{key}="{value}"' for key, value in all_labels.items())
    return f"{metric}{{{inside}}}", count


def _requests(code: str, count: int, **labels: str) -> tuple[str, int]:
    return _series("mlspec_requests_total", count, code=code, **labels)


AVAILABILITY: Mapping[str, tuple[list[tuple[str, int]], float | None]] = {
    "one in fifty fails": ([_requests("200", 98), _requests("503", 2)], 0.02),
    "a single failure": ([_requests("200", 10), _requests("500", 1)], None),
    "nothing fails": ([_requests("200", 100)], None),
    "nobody asks": ([], None),
    "the old version fails": ([_requests("200", 100), _requests("500", 50, pod=OLD)], None),
    "a model with a longer name fails": ([_requests("200", 9), _requests("500", 9, pod=f"eu-{NEW}")], None),
    "a client that left is none of them": ([_requests("200", 2), _requests("500", 2), _requests("499", 96)], 0.5),
    "probes are none of them": (
        [_requests("200", 8, endpoint="health"), _requests("500", 2), _requests("200", 2)],
        0.5,
    ),
}


@pytest.mark.parametrize(("series", "share"), AVAILABILITY.values(), ids=AVAILABILITY)
def test_failures_of_the_canary(
    series: list[tuple[str, int]], share: float | None, require_tool: Callable[[str], str], tmp_path: Path
) -> None:
    assert _tested(require_tool("promtool"), _query(_metric("availability")), series, share, tmp_path) == ""


@pytest.mark.parametrize(("quick", "share"), [(90, 0.1), (99, None), (100, None)])
def test_slow_requests_of_the_canary(
    quick: int, share: float | None, require_tool: Callable[[str], str], tmp_path: Path
) -> None:
    name = REQUEST_DURATION
    series = [
        _series(f"{name}_count", 100),
        _series(f"{name}_bucket", quick, le="0.25"),
        _series(f"{name}_count", 9, OLD),
    ]
    assert _tested(require_tool("promtool"), _query(_metric("latency")), series, share, tmp_path) == ""


def _tested(promtool: str, query: str, series: list[tuple[str, int]], share: float | None, folder: Path) -> str:
    """What promtool complains of where the query returns anything but this share, or anything at all for None."""
    expected = [] if share is None else [{"labels": "{}", "value": share}]
    test: dict[str, Any] = {
        "interval": "30s",
        "input_series": [{"series": name, "values": f"{count}x4"} for name, count in series],
        "promql_expr_test": [{"expr": query, "eval_time": "1m", "exp_samples": expected}],
    }
    file = folder / "test.json"
    file.write_text(json.dumps({"evaluation_interval": "30s", "tests": [test]}), encoding="utf-8")
    done = subprocess.run([promtool, "test", "rules", str(file)], capture_output=True, text=True, check=False)
    return done.stdout + done.stderr if done.returncode else ""
