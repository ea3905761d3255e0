"""From the server's metrics to the line that lives on a terminal."""

from __future__ import annotations

import math

import pytest

from mlspec.serving.figures import Reading, live_line, quantile, read_figures

PAGE = """\
# HELP mlspec_requests_total Requests answered
# TYPE mlspec_requests_total counter
mlspec_requests_total{model="a",version="1",endpoint="infer",code="200"} 90.0
mlspec_requests_total{model="a",version="1",endpoint="invocations",code="400"} 10.0
mlspec_requests_total{model="a",version="1",endpoint="health",code="200"} 1000.0
mlspec_request_duration_seconds_bucket{model="a",version="1",endpoint="infer",le="0.01"} 50.0
mlspec_request_duration_seconds_bucket{model="a",version="1",endpoint="infer",le="0.1"} 90.0
mlspec_request_duration_seconds_bucket{model="a",version="1",endpoint="infer",le="+Inf"} 90.0
mlspec_request_duration_seconds_bucket{model="a",version="1",endpoint="health",le="0.01"} 1000.0
mlspec_batch_size_sum{model="a"} 300.0
mlspec_batch_size_count{model="a"} 60.0
mlspec_queue_depth{model="a"} 7.0
"""


def test_only_predictions_count() -> None:
    reading = read_figures(PAGE)
    assert reading == Reading(100, {0.01: 50, 0.1: 90, math.inf: 90}, 300, 60, 7)


def test_a_line_is_about_what_came_since_the_last() -> None:
    line = live_line(Reading(), read_figures(PAGE), 2.0)
    assert line == "50 requests/s   p50 9.0 ms   p99 98.0 ms   queue 7   batch 5.0"
    page = read_figures(PAGE)
    assert live_line(page, page, 1.0) == "0 requests/s   p50 –   p99 –   queue 7   batch –"


@pytest.mark.parametrize(
    ("share", "buckets", "expected"),
    [
        (0.5, [], None),
        (0.5, [(1.0, 0.0), (math.inf, 0.0)], None),
        (0.5, [(1.0, 4.0), (math.inf, 4.0)], 0.5),
        (0.99, [(1.0, 1.0), (2.0, 1.0), (math.inf, 100.0)], 2.0),
        (0.75, [(1.0, 2.0), (2.0, 4.0), (math.inf, 4.0)], 1.5),
    ],
)
def test_quantile_is_linear_within_a_bucket(
    share: float, buckets: list[tuple[float, float]], expected: float | None
) -> None:
    assert quantile(share, buckets) == expected
