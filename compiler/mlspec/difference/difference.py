"""What a change of the specs does, as data: rows of what was asked for, and what follows for the cluster."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Sign(StrEnum):
    ADDED = "+"
    REMOVED = "-"
    CHANGED = "~"


@dataclass(frozen=True, slots=True)
class Row:
    """One thing that changes; `before` or `after` is empty where it is new or goes, `notes` say what that means."""

    sign: Sign
    subject: str
    before: str = ""
    after: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ObjectChange:
    """A Kubernetes object that appears, goes or changes; `refused` are the parts that a cluster lets nobody change."""

    sign: Sign
    kind: str
    name: str
    path: str
    refused: tuple[str, ...] = ()
    labels_only: bool = False
    """Whether nothing but its labels changes, as those with the version do."""


@dataclass(frozen=True, slots=True)
class Subject:
    """One model in one environment, or (`model` empty) an environment itself, and what becomes of it.

    `sign` is None where nothing changes at all.
    """

    environment: str
    model: str = ""
    sign: Sign | None = None
    rows: tuple[Row, ...] = ()
    objects: tuple[ObjectChange, ...] = ()
    restart: str = ""
    """How running pods are replaced; empty where they stay."""
    unknown: bool = False
    """Whether the spec had an error before, so that nobody knows what was there."""

    @property
    def title(self) -> str:
        return f"{self.model} in {self.environment}" if self.model else f"environment {self.environment}"


@dataclass(frozen=True, slots=True)
class Difference:
    """All subjects, by name; `base` is the commit that the specs are compared with."""

    base: str
    subjects: tuple[Subject, ...]

    @property
    def changed(self) -> tuple[Subject, ...]:
        return tuple(subject for subject in self.subjects if subject.sign is not None)

    def objects(self, sign: Sign) -> int:
        """How many objects appear, go or change."""
        return sum(each.sign is sign for subject in self.subjects for each in subject.objects)
