"""ResolvedSpec with `monitoring.drift` -> what its reference says, what the server is told, and when that counts."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from mlspec.environment.resolved import ResolvedSpec
from mlspec.spec.monitoring import Drift

from .binding import Tensor, bind
from .comparable import is_comparable
from .distribution import distribution
from .noise import least_rows, least_samples
from .reference import Fault, Feature, Reference, Refused
from .table import read_table

MOST_FEATURES = 100
"""A series for each in every replica."""


@dataclass(frozen=True)
class _File:
    """Equal where the content is, so that a file is read once for all environments and checks."""

    path: str
    sha256: str
    read: Callable[[], bytes] = field(compare=False, repr=False)


def read_reference(resolved: ResolvedSpec, drift: Drift) -> Reference | Fault:
    """Of a spec whose rows are comparable."""
    path, files, model = resolved.file(drift.reference), resolved.files, resolved.spec.model
    file = _File(path, files.sha256(path), lambda: files.read(path))
    return _read(file, _tensors(model.inputs), _tensors(model.outputs), tuple(drift.exclude), drift.threshold)


def _tensors(stated: Sequence[Any]) -> tuple[Tensor, ...]:
    """Those of rows: what is no column cannot stand in a file of them."""
    tensors = (Tensor(tensor.name, tensor.datatype, tuple(tensor.shape)) for tensor in stated)
    return tuple(tensor for tensor in tensors if len(tensor.shape) <= 2 and tensor.shape[0] == -1)


@lru_cache(maxsize=64)
def _read(
    file: _File, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...], exclude: tuple[str, ...], threshold: float
) -> Reference | Fault:
    try:
        table = read_table(file.path, file.read())
        bound = bind(list(table.columns), inputs, outputs, exclude)
        if not bound:
            return Fault("drift-features", "has no column that is not excluded", "nothing to watch", "remove `drift`")
        if len(bound) > MOST_FEATURES:
            said = f"has {len(bound)} columns to watch; at most {MOST_FEATURES} are"
            return Fault("drift-features", said, "too many columns", "name those that matter least in `exclude`")
        reference = Reference(table.rows, tuple(distribution(each, table.columns[each.name]) for each in bound))
    except Refused as refused:
        return refused.fault
    return _too_short(reference, threshold) or reference


def _too_short(reference: Reference, threshold: float) -> Fault | None:
    needed, name = max((least_rows(feature.shares, threshold), feature.name) for feature in reference.features)
    if reference.rows >= needed:
        return None
    said = (
        f"has {reference.rows} rows; to tell an index of {threshold:g} from chance takes {needed} "
        f"({name!r} has the most buckets)"
    )
    return Fault("drift-reference-short", said, "too few rows", f"use at least {needed} rows, or a higher `threshold`")


def samples_needed(resolved: ResolvedSpec, drift: Drift) -> int:
    """Rows that a window needs before the index of any feature counts; 0 where a check refuses the reference."""
    reference = read_reference(resolved, drift) if is_comparable(resolved, drift) else None
    if not isinstance(reference, Reference):
        return 0
    return max(least_samples(feature.shares, reference.rows, drift.threshold) for feature in reference.features)


def plan_drift(resolved: ResolvedSpec) -> str | None:
    """Content of drift.json; None where the server watches nothing. The spec has passed every check."""
    drift = resolved.spec.monitoring.drift
    if drift is None or not resolved.spec.serves:
        return None
    reference = read_reference(resolved, drift)
    if isinstance(reference, Fault):
        raise TypeError(f"{drift.reference} {reference.message}")
    # One feature a line, so that a change of one is a change of one line.
    lines = ",\n".join(f"  {json.dumps(_as_json(feature))}" for feature in reference.features)
    return f'{{"features": [\n{lines}\n]}}\n'


def _as_json(feature: Feature) -> dict[str, Any]:
    buckets = {"bounds": feature.bounds} if feature.categories is None else {"categories": feature.categories}
    return {
        "name": feature.name,
        "output" if feature.is_output else "input": feature.tensor,
        "column": feature.column,
        **buckets,
        "shares": feature.shares,
    }
