"""ResolvedSpec -> which of the model's outputs labels are held against, and what the server is told of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mlspec.environment.resolved import ResolvedSpec
from mlspec.spec.model import Tensor
from mlspec.spec.monitoring import Accuracy

_COUNTS = frozenset({"INT8", "INT16", "INT32", "INT64", "UINT8", "UINT16", "UINT32", "UINT64"})


def accuracy_output(accuracy: Accuracy, outputs: Sequence[Tensor]) -> Tensor | None:
    """The output that the spec names, or the first one, that the metric can be told from."""
    named = [output for output in outputs if accuracy.output in (None, output.name)]
    return next((output for output in named if fits(accuracy.metric, output)), None)


def fits(metric: str, output: Tensor) -> bool:
    """Whether the metric can be told from such an output, with a row for each row of the input."""
    first, *more = output.shape
    columns = more[0] if more else 1
    if first != -1 or len(more) > 1:
        return False
    is_score = output.datatype.startswith("FP")
    if metric == "mae":
        return columns == 1 and (is_score or output.datatype in _COUNTS)
    if metric == "auc":
        return is_score and columns in (1, 2)
    return columns > 1 if is_score else columns == 1


def accuracy_settings(resolved: ResolvedSpec) -> dict[str, Any] | None:
    """None where nobody sends labels."""
    accuracy = resolved.spec.monitoring.accuracy
    output = accuracy_output(accuracy, resolved.spec.model.outputs) if accuracy else None
    if accuracy is None or output is None:
        return None
    settings = {"metric": accuracy.metric, "output": output.name, "samples": accuracy.min_samples}
    if accuracy.positive is not None:
        settings["positive"] = _as_json(accuracy.positive)
    return settings


def _as_json(positive: str | int | bool) -> str:
    """As a label would be written in the body of a request, but that all are text."""
    return str(positive).lower() if isinstance(positive, bool) else str(positive)
