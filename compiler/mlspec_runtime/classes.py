"""A batch's outputs -> how many rows were predicted as each class, for the predictions counter."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import numpy as np

from mlspec_runtime.datatypes import Array

MAX_CLASSES = 100
"""Label values that a metric may have; the classes after them are counted as `other`."""


class ClassCounter:
    """Knows the classifier's `classes`, or learns the first labels that it sees. Used by the model's thread alone."""

    def __init__(self, classes: tuple[str, ...]) -> None:
        self._classes = classes
        self._known = set(classes[:MAX_CLASSES])
        self._learns = not classes

    def count(self, outputs: Mapping[str, Array], rows: int) -> dict[str, int]:
        """Rows by class. Scores with a column for each class count as their largest; without labels the class is ''.

        A handler's answers may hold anything: what cannot name a class has no label.
        """
        array = next(iter(outputs.values()), None)
        if array is None:
            return {}
        kind = array.dtype.kind
        if self._classes and kind not in "OSU" and array.ndim == 2 and array.shape[1] == len(self._classes):
            columns = np.bincount(array.argmax(axis=1), minlength=len(self._classes)).tolist()
            counts = dict(zip(self._classes, columns, strict=True))
        elif kind in "biuOSU" and array.size == rows:
            try:
                counts = _named(Counter(array.ravel().tolist()))
            except TypeError:
                return {"": rows}
        else:
            return {"": rows}
        return self._bounded({name: count for name, count in counts.items() if count})

    def _bounded(self, counts: dict[str, int]) -> dict[str, int]:
        bounded: Counter[str] = Counter()
        for name, count in counts.items():
            if self._learns and len(self._known) < MAX_CLASSES:
                self._known.add(name)
            bounded[name if name in self._known else "other"] += count
        return bounded


def _named(counts: Counter[object]) -> dict[str, int]:
    """Named after they are counted: there are fewer classes than rows. Labels with one name are one class."""
    named: Counter[str] = Counter()
    for label, count in counts.items():
        named[label.decode(errors="replace") if isinstance(label, bytes) else str(label)] += count
    return named
