"""A subject whose server watches for drift -> the alert that tells of a feature that has drifted.

Each replica knows the index of the rows that it has answered. The replicas' mean, weighted by their rows, is never
below the index of all rows together, which is convex; replicas with too few rows to tell have no say.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from msgspec import Struct

from mlspec.environment.resolved import ResolvedSpec
from mlspec.plan.plan import AlertingRule
from mlspec.plan.quantities import duration, seconds
from mlspec_runtime import metric_names as metrics

from .promql import number, select, span

if TYPE_CHECKING:
    from .subject import Subject

_BY = f"by (namespace, {metrics.MODEL}, {metrics.VERSION}, {metrics.FEATURE})"
_LONGEST_HOLD = timedelta(hours=1)


class DriftWatch(Struct, frozen=True):
    """When the index of a feature counts. Times in seconds."""

    threshold: Decimal
    samples: int
    """Rows that a replica's window needs."""
    window: int

    @property
    def hold(self) -> timedelta:
        """A quarter of the window, in whole minutes, an hour at most: one odd batch goes by unheard."""
        return min(timedelta(minutes=self.window // 240), _LONGEST_HOLD)


def drift_watch_of(resolved: ResolvedSpec) -> DriftWatch | None:
    """None where nothing is watched."""
    drift = resolved.spec.monitoring.drift
    if drift is None or not resolved.spec.serves:
        return None
    from mlspec.plan.drift.plan_drift import samples_needed

    return DriftWatch(Decimal(str(drift.threshold)), samples_needed(resolved, drift), seconds(drift.window))


def drift_alerts(subject: Subject) -> Iterator[AlertingRule]:
    """Nothing where nothing is watched, or the spec switches it off."""
    if subject.drift is not None and subject.options.feature_drift.enabled:
        yield feature_drift(subject, subject.drift)


def index(subject: Subject, watch: DriftWatch) -> str:
    """Of each feature over all replicas that have enough rows; nothing where none has."""
    score = select(metrics.DRIFT_SCORE, subject.series)
    enough = f"{select(metrics.DRIFT_SAMPLES, subject.series)} >= {watch.samples}"
    return f"sum {_BY} (\n  {score}\n  * ({enough})\n)\n/\nsum {_BY} (\n  {enough}\n)"


def feature_drift(subject: Subject, watch: DriftWatch) -> AlertingRule:
    """For each feature, and for each output that the reference has."""
    feature = f"{{{{ $labels.{metrics.FEATURE} }}}}"
    return AlertingRule(
        alert="MlspecFeatureDrift",
        expr=f"{index(subject, watch)}\n> {number(watch.threshold)}",
        for_=duration(subject.options.feature_drift.for_ or watch.hold),
        labels=subject.labels(subject.options.feature_drift.severity),
        annotations={
            "summary": f'{feature} of {subject.name} has drifted: index {{{{ $value | printf "%.2f" }}}}.',
            "description": f"Over the last {span(watch.window)}, its values are distributed otherwise than in the "
            f"reference; an index above {number(watch.threshold)} is no chance. Look first at what sends it: a changed "
            "unit, a new category, values that are missing. If the world has changed, train the model anew, and "
            "replace the reference with it.",
        },
    )
