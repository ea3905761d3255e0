"""Answered requests -> their rows by feature and bucket, and how many rows could not be looked at."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np

from mlspec_runtime.datatypes import Array
from mlspec_runtime.drift.buckets import Buckets
from mlspec_runtime.drift.inbox import MOST_ROWS, Answered


def count(buckets: Buckets, requests: Iterable[Answered]) -> tuple[Array, int]:
    """Of a request with too many rows for one look, some that lie evenly in it."""
    total = np.zeros(buckets.shape, dtype=np.int64)
    skipped = 0
    for group in _by_shape(requests):
        rows = sum(_rows(inputs) for inputs, _ in group)
        try:
            inputs = _joined([each for each, _ in group], buckets.inputs)
            outputs = _joined([each for _, each in group], buckets.outputs)
            counts = buckets.count(inputs, outputs)
        except (LookupError, ValueError, TypeError):
            skipped += rows  # narrower than the reference, where the signature leaves that open
            continue
        total += counts
        skipped += rows - sum(len(range(0, _rows(inputs), _step(_rows(inputs)))) for inputs, _ in group)
    return total, skipped


def _by_shape(requests: Iterable[Answered]) -> Iterator[Sequence[Answered]]:
    """Those that can be laid end to end."""
    groups: dict[tuple[object, ...], list[Answered]] = {}
    for inputs, outputs in requests:
        shapes = [array.shape[1:] for array in inputs.values()] + [array.shape[1:] for array in outputs.values()]
        groups.setdefault(tuple(shapes), []).append((inputs, outputs))
    yield from groups.values()


def _joined(each: Sequence[Mapping[str, Array]], names: Iterable[str]) -> dict[str, Array]:
    """The tensors of these names, row after row; thinned out alike."""
    return {name: np.concatenate([_thinned(tensors[name]) for tensors in each]) for name in names}


def _thinned(array: Array) -> Array:
    step = _step(len(array))
    return array if step == 1 else array[::step]


def _step(rows: int) -> int:
    return -(-rows // MOST_ROWS)


def _rows(tensors: Mapping[str, Array]) -> int:
    return len(next(iter(tensors.values())))
