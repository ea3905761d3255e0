"""Tensors of some rows -> rows by feature and bucket, all numbers at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np

from mlspec_runtime.datatypes import Array
from mlspec_runtime.drift.index import smoothed
from mlspec_runtime.drift.reference import Feature

Tensors = Mapping[str, Array]


class Buckets:
    """The buckets of all features. Counts are an array of features by places: each has a row, padded with zeros."""

    def __init__(self, features: Sequence[Feature]) -> None:
        self.names = tuple(feature.name for feature in features)
        self.inputs = {feature.tensor for feature in features if not feature.is_output}
        self.outputs = {feature.tensor for feature in features if feature.is_output}
        self._numbers = [(place, feature) for place, feature in enumerate(features) if feature.categories is None]
        self._rows = np.array([place for place, _ in self._numbers], dtype=np.intp)
        self._texts = [
            (place, feature, {text.encode(): number for number, text in enumerate(feature.categories)})
            for place, feature in enumerate(features)
            if feature.categories is not None
        ]
        self.used = np.array([len(feature.shares) for feature in features])
        self.shape = (len(features), int(self.used.max()))
        shares = np.zeros(self.shape)
        for place, feature in enumerate(features):
            shares[place, : len(feature.shares)] = feature.shares
        self.expected = smoothed(shares, self.used)
        longest = max((len(feature.bounds) for _, feature in self._numbers), default=0)
        # What a feature has no bound for is in no bucket above it.
        self._bounds = np.full((longest, len(self._numbers)), np.inf)
        for column, (_, feature) in enumerate(self._numbers):
            self._bounds[: len(feature.bounds), column] = feature.bounds

    def count(self, inputs: Tensors, outputs: Tensors) -> Array:
        """Rows by feature and bucket. Raises LookupError or ValueError where a tensor lacks a column."""
        counts = np.zeros(self.shape, dtype=np.int64)
        if self._numbers:
            self._count_numbers(counts, inputs, outputs)
        for place, feature, categories in self._texts:
            self._count_texts(counts, _column(feature, inputs, outputs), place, categories)
        return counts

    def _count_numbers(self, counts: Array, inputs: Tensors, outputs: Tensors) -> None:
        columns = [_column(feature, inputs, outputs) for _, feature in self._numbers]
        table = np.stack([np.asarray(column, np.float64) for column in columns])
        missing = np.isnan(table).sum(axis=1)
        above = table.shape[1] - missing
        for place, bounds in enumerate(self._bounds):
            higher = (table > bounds[:, np.newaxis]).sum(axis=1)  # which a missing value never is
            counts[self._rows, place] = above - higher
            above = higher
        counts[self._rows, len(self._bounds)] += above
        counts[self._rows, self.used[self._rows] - 1] += missing

    def _count_texts(self, counts: Array, column: Array, place: int, categories: Mapping[bytes, int]) -> None:
        """The last places are those of other texts and of missing ones; an empty text is missing."""
        missing = int(self.used[place]) - 1
        for value, rows in Counter(column.tolist()).items():
            text = value if isinstance(value, bytes) else b"" if value is None else str(value).encode()
            counts[place, categories.get(text, missing - 1) if text else missing] += rows


def _column(feature: Feature, inputs: Tensors, outputs: Tensors) -> Array:
    array = (outputs if feature.is_output else inputs)[feature.tensor]
    column: Array = array.reshape(len(array), -1)[:, feature.column]
    return column
