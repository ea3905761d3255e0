"""Subject -> the indicator of each kind of objective: the requests that count, and those among them that fail it."""

from __future__ import annotations

from decimal import Decimal

from msgspec import Struct

from mlspec_runtime import metric_names as metrics

from .promql import bucket_bound, indent, select, span
from .subject import Subject

_LEVEL = "namespace_model"
_BY = f"by (namespace, {metrics.MODEL})"


class Indicator(Struct, frozen=True):
    """`valid` requests and the `bad` ones among them, as words of the recorded names, and each a second over `window`.

    Names follow "Recording rules" in Prometheus's practices: level, metric, operations.
    """

    valid: str
    bad: str
    window: int
    """Seconds, the shortest that anything is recorded over."""
    valid_expr: str
    bad_expr: str

    @property
    def valid_rate(self) -> str:
        """Name of the recorded rate of valid requests."""
        return f"{_LEVEL}:mlspec_{self.valid}:rate{span(self.window)}"

    @property
    def bad_rate(self) -> str:
        """Name of the recorded rate of bad requests."""
        return f"{_LEVEL}:mlspec_{self.bad}:rate{span(self.window)}"

    def ratio(self, window: int) -> str:
        """Name of the recorded share of bad requests over `window` seconds."""
        return f"{_LEVEL}:mlspec_{self.bad}_per_{self.valid}:ratio_rate{span(window)}"

    def count(self, window: int) -> str:
        """Name of the recorded number of valid requests in `window` seconds."""
        return f"{_LEVEL}:mlspec_{self.valid}:increase{span(window)}"


def availability(subject: Subject, window: int) -> Indicator:
    """Every 5xx is a failure, time-outs and refusals too; a request that its client gave up is not counted at all."""
    dialect = subject.dialect
    counted = {**subject.requests, **dialect.given_up}
    failed = {**subject.requests, **dialect.failed}
    valid = f"sum {_BY} (rate({select(dialect.requests, counted, window)}))"
    bad = f"sum {_BY} (rate({select(dialect.requests, failed, window)}))"
    # Before the first failure no series counts it, and without the zeros there would be no ratio either.
    return Indicator("requests", "failed_requests", window, valid, f"{bad}\nor\n{valid} * 0")


def latency(subject: Subject, threshold: Decimal, window: int) -> Indicator:
    """A request is slow when it is not in the bucket up to `threshold` seconds."""
    valid, slow = _beyond(subject, subject.dialect.duration, threshold, window)
    return Indicator("timed_requests", "slow_requests", window, valid, slow)


def time_per_output_token(subject: Subject, histogram: str, threshold: Decimal, window: int) -> Indicator:
    """An answer is slow when its tokens follow each other, on average, more slowly than `threshold` seconds."""
    valid, slow = _beyond(subject, histogram, threshold, window)
    return Indicator("timed_answers", "slow_answers", window, valid, slow)


def _beyond(subject: Subject, histogram: str, threshold: Decimal, window: int) -> tuple[str, str]:
    """What is counted in a histogram, and what of it is not in the bucket up to `threshold` seconds.

    Each count goes with its own bucket: a pod from before the threshold changed has none, and is left out whole.
    """
    measured = {**subject.series, **subject.dialect.measured}
    within = {**measured, "le": bucket_bound(threshold)}
    count = f"rate({select(f'{histogram}_count', measured, window)})"
    bucket = f"rate({select(f'{histogram}_bucket', within, window)})"
    valid = f"sum {_BY} (\n" + indent(f"{count}\nand ignoring (le)\n{bucket}") + "\n)"
    slow = f"sum {_BY} (\n" + indent(f"{count}\n- ignoring (le)\n{bucket}") + "\n)"
    return valid, slow
