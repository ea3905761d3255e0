"""Checks of `monitoring.accuracy`: a metric that the model's outputs do not tell, or a bound that says nothing."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from mlspec.checks.registry import check
from mlspec.checks.vllm import is_vllm
from mlspec.codes import Ignorable, code
from mlspec.diagnostics import Diagnostic
from mlspec.environment.resolved import ResolvedSpec
from mlspec.plan.accuracy import accuracy_output
from mlspec.source.suggestion import did_you_mean
from mlspec.spec.monitoring import Accuracy

NO_OUTPUTS = code(
    "MLS361",
    "accuracy-without-outputs",
    title="accuracy of a model whose outputs nobody knows",
    reason="Whether an output is a class, a score or a number decides what a label can be compared with.",
    remedy="write the signature: `model.outputs`, with -1 as the first length of each",
)
NOT_TOLD = code(
    "MLS362",
    "accuracy-metric",
    title="a metric that the model's outputs do not tell",
    reason="Every label would be held against something else than the prediction that it is for.",
    remedy="choose a metric that fits the outputs, or name the output that it is of",
)
NO_POSITIVE = code(
    "MLS363",
    "accuracy-positive",
    title="a positive class for a metric that has none",
    reason="Only f1 and auc are of one class.",
    remedy="remove `positive`, or choose f1 or auc",
)
GUESSED = code(
    "MLS364",
    "accuracy-minimum",
    title="a minimum that a score without any knowledge reaches",
    reason="Guessing has an area under the ROC curve of 50%: worse is only who knows, and tells the opposite.",
    remedy="set a minimum above 50%",
    ignorable=Ignorable.YES,
)
_TAKES = {
    "accuracy": "a column of scores for each class (FP32 [-1, 3]), or the class itself (INT64, BOOL or BYTES [-1])",
    "auc": "a score for each row (FP32 [-1]), or one for each of two classes (FP32 [-1, 2])",
    "mae": "a number for each row (FP32 [-1])",
}
_TAKES["f1"] = _TAKES["accuracy"]


@check(NO_OUTPUTS)
def accuracy_without_outputs(resolved: ResolvedSpec) -> Iterator[Diagnostic]:
    if _asked(resolved) and not resolved.spec.model.outputs:
        yield NO_OUTPUTS.error(
            resolved.at_key("monitoring", "accuracy"),
            f"nobody knows what {resolved.name} answers",
            label="needs `model.outputs`",
        )


@check(NOT_TOLD)
def accuracy_metric(resolved: ResolvedSpec) -> Iterator[Diagnostic]:
    asked, outputs = _asked(resolved), resolved.spec.model.outputs
    if asked is None or not outputs or accuracy_output(asked, outputs):
        return
    names = [output.name for output in outputs]
    if asked.output is not None and asked.output not in names:
        near = did_you_mean(asked.output, names)
        yield NOT_TOLD.error(
            resolved.at("monitoring", "accuracy", "output"),
            f"{resolved.name} has no output {asked.output}",
            label="no such output",
            remedy="" if near else f"its outputs are: {', '.join(names)}",
            fix=near or "",
        )
        return
    shown = ", ".join(f"{output.name} is {output.datatype} {output.shape}" for output in outputs[:3])
    yield NOT_TOLD.error(
        resolved.at("monitoring", "accuracy", "metric"),
        f"{asked.metric} cannot be told from {asked.output or 'any output'} of {resolved.name}",
        label=shown,
        remedy=f"{asked.metric} takes {_TAKES[asked.metric]}",
    )


@check(NO_POSITIVE)
def accuracy_positive(resolved: ResolvedSpec) -> Iterator[Diagnostic]:
    asked = _asked(resolved)
    if asked and asked.positive is not None and asked.metric not in ("f1", "auc"):
        yield NO_POSITIVE.error(
            resolved.at_key("monitoring", "accuracy", "positive"),
            f"{asked.metric} is not of one class",
            label="would have no effect",
        )


@check(GUESSED)
def accuracy_minimum(resolved: ResolvedSpec) -> Iterator[Diagnostic]:
    asked = _asked(resolved)
    if asked and asked.metric == "auc" and asked.minimum is not None and asked.minimum <= Decimal("0.5"):
        yield GUESSED.error(
            resolved.at("monitoring", "accuracy", "minimum"), "guessing reaches this minimum", label="must be above 50%"
        )


def _asked(resolved: ResolvedSpec) -> Accuracy | None:
    """None where there is no server of ours that could take labels."""
    return None if is_vllm(resolved) or not resolved.spec.serves else resolved.spec.monitoring.accuracy
