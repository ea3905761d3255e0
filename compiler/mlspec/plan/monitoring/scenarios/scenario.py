"""Scenarios -> the unit-test files that `promtool test rules` runs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from msgspec import Struct

from mlspec.plan.monitoring.promql import number, quote, span

SCRAPE_INTERVAL = 30


class Phase(Struct, frozen=True):
    """`seconds` in which a counter grows by `growth` a scrape, or a gauge stays at `level`."""

    seconds: int
    growth: Decimal = Decimal(0)
    level: Decimal | None = None


class Series(Struct, frozen=True):
    """Samples of one series from the start, one phase after the other."""

    metric: str
    labels: Mapping[str, str]
    phases: tuple[Phase, ...]

    @property
    def selector(self) -> str:
        """As an unit test names it."""
        return f"{self.metric}{{{','.join(f'{label}={quote(value)}' for label, value in self.labels.items())}}}"

    @property
    def values(self) -> str:
        """In the notation of unit tests: `0+10x5 60+0x3`. A level stays where it is, a growth goes on from there."""
        parts, reached = [], Decimal(0)
        for phase in self.phases:
            samples = phase.seconds // SCRAPE_INTERVAL
            start = reached if phase.level is None else phase.level
            parts.append(f"{number(start)}+{number(phase.growth)}x{samples - 1}")
            reached = start + phase.growth * samples
        return " ".join(parts)


class Scenario(Struct, frozen=True):
    """What Prometheus sees, and whether an alert fires after all of it."""

    name: str
    alert: str
    severity: str
    fires: bool
    series: tuple[Series, ...]
    seconds: int
    """When to look."""
    interval: int = SCRAPE_INTERVAL
    """Seconds between two evaluations: long windows are tested with fewer."""


def promtool_files(scenarios: Iterable[Scenario], rule_files: Sequence[str]) -> dict[int, dict[str, Any]]:
    """A test file for each evaluation interval, which promtool knows only for a file as a whole."""
    by_interval: dict[int, list[Scenario]] = {}
    for scenario in scenarios:
        by_interval.setdefault(scenario.interval, []).append(scenario)
    return {
        interval: {
            "rule_files": list(rule_files),
            "evaluation_interval": span(interval),
            "tests": [_test(scenario) for scenario in group],
        }
        for interval, group in sorted(by_interval.items())
    }


def _test(scenario: Scenario) -> dict[str, Any]:
    firing = f'ALERTS{{alertname="{scenario.alert}",severity="{scenario.severity}",alertstate="firing"}}'
    return {
        "name": scenario.name,
        "interval": span(SCRAPE_INTERVAL),
        "input_series": [{"series": series.selector, "values": series.values} for series in scenario.series],
        "promql_expr_test": [
            {
                "expr": f"count({firing}) or vector(0)",
                "eval_time": span(scenario.seconds),
                "exp_samples": [{"labels": "{}", "value": int(scenario.fires)}],
            }
        ],
    }
