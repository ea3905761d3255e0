"""Answers -> ids under which labels can be sent for them; ids and labels -> rows of which both are known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from pathlib import Path
from time import time
from typing import Final

import numpy as np

from mlspec_runtime import metric_names as names
from mlspec_runtime.batching import Outputs
from mlspec_runtime.datatypes import Array
from mlspec_runtime.errors import StartupError
from mlspec_runtime.feedback.figures import Figures
from mlspec_runtime.feedback.memory import Memory
from mlspec_runtime.feedback.packing import suits, unpack
from mlspec_runtime.feedback.prediction import (
    PREFIX,
    Damaged,
    Mint,
    Prediction,
    from_bytes,
    from_text,
    to_bytes,
)
from mlspec_runtime.feedback.readings import Readings, readings
from mlspec_runtime.manifest import Manifest
from mlspec_runtime.metrics import Metrics
from mlspec_runtime.settings import Accuracy, Settings
from mlspec_runtime.signature import Tensors

OLDEST: Final = 90 * 86_400
"""Seconds after which a label says too little about a version to be counted for it."""


@dataclass(frozen=True, slots=True)
class Label:
    """What a caller says was right about one answer; None for a row of which it knows nothing."""

    labels: tuple[float | None, ...]
    prediction: Prediction | None = None
    """None where nothing is known under this id."""
    predicted: Array | None = None
    """The prediction of each row."""


class Misfit(ValueError):
    """A label that can belong to no prediction of this model; the words are for the caller."""


class Feedback:
    """Of one worker. All of it runs on the event loop's thread, but for `identify`."""

    def __init__(self, accuracy: Accuracy, version: str, read: Readings, memory: Memory, figures: Figures) -> None:
        self._output, self._metric = accuracy.output, accuracy.metric
        self._figures = figures
        self._readings = read
        self._mint = Mint(version)
        self._memory = memory
        memory.own.matched.reserve(version)

    def identify(self, outputs: Outputs, rows: Sequence[int | None]) -> list[str | None]:
        """The ids of a batch's answers, under which labels can be sent for them; None for one with too many rows."""
        with np.errstate(all="ignore"):  # a handler may have asked numpy to raise, on this thread
            told = self._readings.tell(outputs[self._output])
        if len(rows) == told.size:
            return self._mint(self._readings.pack_each(told))
        if len(rows) == 1:
            return self._mint([self._readings.pack(told)])
        ends = list(accumulate([length or 1 for length in rows], initial=0))
        return self._mint([self._readings.pack(told[start:end]) for start, end in pairwise(ends)])

    def remember(self, own: str, given: str) -> None:
        """For some time labels can be sent under the caller's `own` id, too, if they reach this pod."""
        self._memory.own.recent.put(own, to_bytes(given))

    def read(self, name: str, labels: list[object]) -> Label:
        """Raises Misfit where the labels cannot be right, before anything is counted."""
        try:
            numbers = tuple(None if each is None else self._readings.label(each) for each in labels)
        except ValueError as error:
            raise Misfit(str(error)) from None
        prediction = self._find(name)
        if prediction is None or not suits(self._metric, prediction.packed):
            return Label(numbers)
        try:
            predicted = unpack(prediction.packed)
        except Damaged:
            raise _not_whole(name) from None
        if len(predicted) != len(labels):
            raise Misfit(f"there are labels for {len(labels)} rows, and the answer {_shown(name)} has {len(predicted)}")
        return Label(numbers, prediction, predicted)

    def _find(self, name: str) -> Prediction | None:
        if name.startswith(PREFIX):
            try:
                return from_text(name)
            except Damaged:
                raise _not_whole(name) from None
        for sheet in self._memory.all():
            entry = sheet.recent.get(name)
            if entry is not None:
                try:
                    return from_bytes(entry)
                except Damaged:
                    continue  # written over since
        return None

    def count(self, label: Label) -> str:
        """Counts the rows of one answer, once; says what became of them, as one of `metric_names.OUTCOMES`."""
        outcome = self._match(label)
        self._figures.sent(outcome)
        return outcome

    def _match(self, label: Label) -> str:
        found, predicted, own = label.prediction, label.predicted, self._memory.own
        if found is None or predicted is None or not own.matched.holds(found.version):
            return names.OUTCOME_UNKNOWN
        if time() - found.made > OLDEST:
            return names.OUTCOME_EXPIRED
        if any(found.number in sheet.seen for sheet in self._memory.all()):
            return names.OUTCOME_DUPLICATE
        own.seen.add(found.number)
        known = [index for index, each in enumerate(label.labels) if each is not None]
        if known:
            labels = np.array([label.labels[index] for index in known], "<f8")
            own.matched.add(found.version, predicted[known], labels)
            self._figures.matched(found.version, len(known))
        return names.OUTCOME_MATCHED


def open_feedback(
    manifest: Manifest,
    settings: Settings,
    outputs: Tensors,
    classes: tuple[str, ...],
    folder: Path | None,
    metrics: Metrics,
) -> Feedback | None:
    """None where the settings ask for none; `folder` is that of all workers, None where there is but one.

    Raises StartupError where the metric cannot be told from the model's output.
    """
    accuracy = settings.accuracy
    if accuracy is None:
        return None
    output = next((spec for spec in outputs if spec.name == accuracy.output), None)
    if output is None:
        raise StartupError("accuracy", f"the model has no output {accuracy.output!r}")
    read = readings(accuracy, output, classes)
    memory = Memory(folder, settings.workers, accuracy.samples)
    figures = Figures(manifest, accuracy, memory, metrics)
    return Feedback(accuracy, manifest.version, read, memory, figures)


def _not_whole(name: str) -> Misfit:
    return Misfit(f"the id {_shown(name)} is not whole; send it back as it was given")


def _shown(name: str) -> str:
    return repr(name if len(name) <= 40 else f"{name[:40]}…")
