"""Subject -> the alert that its answers have turned out wrong too often, by the labels that callers have sent."""

from __future__ import annotations

from decimal import Decimal

from mlspec.plan.plan import AlertingRule
from mlspec.plan.quantities import duration
from mlspec.spec.monitoring import Accuracy
from mlspec_runtime import metric_names as metrics

from .promql import Matchers, indent, number, select
from .subject import Subject

WORDS = {"accuracy": "accuracy", "f1": "F1 score", "auc": "area under the ROC curve", "mae": "mean absolute error"}
_BY = ("namespace", metrics.MODEL, metrics.VERSION, metrics.METRIC)


def accuracy_low(subject: Subject, accuracy: Accuracy) -> AlertingRule:
    """A version that is gone may rest."""
    asked = subject.options.accuracy_low
    beyond = f"{'>' if accuracy.metric == 'mae' else '<'} {bound(accuracy)}"
    enough = f"{labels_held(subject, accuracy, *_BY)} >= {accuracy.min_samples}"
    served = f"and on (namespace, {metrics.MODEL}, {metrics.VERSION})\n{select(metrics.MODEL_INFO, subject.series)}"
    return AlertingRule(
        alert="MlspecAccuracyLow",
        expr=f"(\n{indent(measured(subject, accuracy, *_BY))}\n) {beyond}\nand\n{enough}\n{served}",
        for_=duration(asked.for_),
        labels=subject.labels(asked.severity),
        annotations={
            "summary": f"The {WORDS[accuracy.metric]} of {subject.name} is {{{{ $value | {_shown(accuracy)} }}}}.",
            "description": f"The latest labels say so of version {{{{ $labels.version }}}}; it should be "
            f"{_limit(accuracy)}. What is asked may have changed since the model was trained, or how it is labelled.",
        },
    )


def measured(subject: Subject, accuracy: Accuracy, *by: str) -> str:
    """The metric of all replicas: each has labels of its own, and together they count by their weights."""
    matchers, group = _of(subject, accuracy), f"sum by ({', '.join(by)})"
    value, weight = select(metrics.ACCURACY, matchers), select(metrics.ACCURACY_WEIGHT, matchers)
    weighed = indent(f"{value}\n* {weight}")
    return f"{group} (\n{weighed}\n)\n/\n{group} ({weight})"


def labels_held(subject: Subject, accuracy: Accuracy, *by: str) -> str:
    """How many labels it is told from."""
    return f"sum by ({', '.join(by)}) ({select(metrics.ACCURACY_SAMPLES, _of(subject, accuracy))})"


def _of(subject: Subject, accuracy: Accuracy) -> Matchers:
    return {**subject.series, metrics.METRIC: accuracy.metric}


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
