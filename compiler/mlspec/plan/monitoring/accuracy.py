"""Subject -> the alert that its answers have turned out wrong too often, by the labels that callers have sent."""

from __future__ import annotations

from decimal import Decimal

from mlspec.plan.plan import AlertingRule
from mlspec.plan.quantities import duration
from mlspec.spec.monitoring import Accuracy
from mlspec_runtime import metric_names as metrics

from .promql import indent, number, select
from .subject import Subject

WORDS = {"accuracy": "accuracy", "f1": "F1 score", "auc": "area under the ROC curve", "mae": "mean absolute error"}
_BY = f"sum by (namespace, {metrics.MODEL}, {metrics.VERSION}, {metrics.METRIC})"


def accuracy_low(subject: Subject, accuracy: Accuracy) -> AlertingRule:
    """Each replica has labels of its own: together they count by their weights. A version that is gone may rest."""
    asked = subject.options.accuracy_low
    matchers = {**subject.series, metrics.METRIC: accuracy.metric}
    value, weight = select(metrics.ACCURACY, matchers), select(metrics.ACCURACY_WEIGHT, matchers)
    weighed = indent(f"{value}\n* {weight}")
    together = indent(f"{_BY} (\n{weighed}\n)\n/\n{_BY} ({weight})")
    beyond = f"{'>' if accuracy.metric == 'mae' else '<'} {bound(accuracy)}"
    enough = f"{_BY} ({select(metrics.ACCURACY_SAMPLES, matchers)}) >= {accuracy.min_samples}"
    served = f"and on (namespace, {metrics.MODEL}, {metrics.VERSION})\n{select(metrics.MODEL_INFO, subject.series)}"
    return AlertingRule(
        alert="MlspecAccuracyLow",
        expr=f"(\n{together}\n) {beyond}\nand\n{enough}\n{served}",
        for_=duration(asked.for_),
        labels=subject.labels(asked.severity),
        annotations={
            "summary": f"The {WORDS[accuracy.metric]} of {subject.name} is {{{{ $value | {_shown(accuracy)} }}}}.",
            "description": f"The latest labels say so of version {{{{ $labels.version }}}}; it should be "
            f"{_limit(accuracy)}. What is asked may have changed since the model was trained, or how it is labelled.",
        },
    )


def bound(accuracy: Accuracy) -> str:
    """The value beyond which it fires, as PromQL has it."""
    stated = Decimal(str(accuracy.maximum)) if accuracy.maximum is not None else accuracy.minimum
    return number(stated or Decimal(0))


def _shown(accuracy: Accuracy) -> str:
    return 'printf "%.4g"' if accuracy.metric == "mae" else "humanizePercentage"


def _limit(accuracy: Accuracy) -> str:
    if accuracy.minimum is None:
        return f"{bound(accuracy)} at most"
    return f"{number(accuracy.minimum * 100)}% at least"
