"""Predictions and their labels, row by row -> the metric's value, and its weight beside those of other replicas.

The mean of several replicas' values by these weights is the metric over all their rows; for `auc` over all pairs within
a replica, and for `f1` over several classes it is near it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from mlspec_runtime.datatypes import Array


@dataclass(frozen=True, slots=True)
class Score:
    value: float
    weight: float


Measure = Callable[[Array, Array], Score | None]
"""None where the rows do not tell: no positive among them, for instance."""


def measure(metric: str, positive: int | None) -> Measure:
    """`positive` is the class that an `f1` is of; None: the mean over all classes."""
    if metric == "f1" and positive is not None:
        return lambda predicted, labels: f1_of(predicted == positive, labels == positive)
    return {"accuracy": accuracy, "f1": macro_f1, "auc": auc, "mae": mae}[metric]


def accuracy(predicted: Array, labels: Array) -> Score | None:
    return Score(float((predicted == labels).mean()), len(labels)) if len(labels) else None


def f1_of(predicted: Array, labels: Array) -> Score | None:
    """2 TP / (2 TP + FP + FN); what stands below the line is the weight."""
    weight = int(predicted.sum()) + int(labels.sum())
    return Score(2 * int((predicted & labels).sum()) / weight, weight) if weight else None


def macro_f1(predicted: Array, labels: Array) -> Score | None:
    """Every class that was predicted or was right counts the same."""
    if not len(labels):
        return None
    classes, codes = np.unique(np.concatenate([predicted, labels]), return_inverse=True)
    first, second = codes[: len(predicted)], codes[len(predicted) :]
    hits = np.bincount(first[first == second], minlength=len(classes))
    found = np.bincount(codes, minlength=len(classes))
    return Score(float((2 * hits / found).mean()), len(labels))


def auc(scores: Array, labels: Array) -> Score | None:
    """How often a positive has a higher score than a negative; a tie is half of one."""
    positives, negatives = scores[labels == 1], np.sort(scores[labels == 0])
    pairs = len(positives) * len(negatives)
    if not pairs:
        return None
    below = np.searchsorted(negatives, positives, "left") + np.searchsorted(negatives, positives, "right")
    return Score(float(below.sum()) / 2 / pairs, pairs)


def mae(predicted: Array, labels: Array) -> Score | None:
    return Score(float(np.abs(predicted - labels).mean()), len(labels)) if len(labels) else None
