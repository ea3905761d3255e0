"""ResolvedSpec -> whether its rows can be compared with a reference at all."""

from __future__ import annotations

from mlspec.environment.resolved import ResolvedSpec
from mlspec.spec.model import Tensor
from mlspec.spec.monitoring import Drift

TABULAR = frozenset({"sklearn", "xgboost", "lightgbm", "onnx", "pytorch", "python"})
"""Formats whose models may take rows of columns."""
LARGEST = 16 * 2**20
"""Bytes of a reference."""
MOST_DIMENSIONS = 2


def is_comparable(resolved: ResolvedSpec, drift: Drift) -> bool:
    """Whether its inputs are columns of rows, and there is a reference that is not too large to be read."""
    size, model = resolved.files.size(resolved.file(drift.reference)), resolved.spec.model
    tabular = model.format in TABULAR and bool(model.inputs) and all(map(is_table, model.inputs))
    return tabular and size is not None and size <= LARGEST


def is_table(tensor: Tensor) -> bool:
    return tensor.shape[0] == -1 and len(tensor.shape) <= MOST_DIMENSIONS
