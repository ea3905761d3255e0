"""What a model file says of itself, as every reader gives it, and why one cannot be begun with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from mlspec.source.files import hidden


class CannotBegin(Exception):
    """The reason, and what to do instead."""


@dataclass(frozen=True)
class Tensor:
    """One input or output in the words of the Open Inference Protocol."""

    name: str
    datatype: str
    shape: tuple[int, ...]


@dataclass(frozen=True)
class Found:
    """`inputs` and `outputs` are empty where the file does not tell: the server finds out when it starts."""

    path: Path
    format: str
    said: str
    """What it is, for a comment: `LogisticRegression of scikit-learn 1.9.1`."""
    inputs: tuple[Tensor, ...] = ()
    outputs: tuple[Tensor, ...] = ()
    columns: tuple[str, ...] = ()
    """The names of the columns that it was fitted on, in order."""
    suffix: str = ""
    """The ending by which the server knows the file, where its own is another."""
    requirements: tuple[str, ...] = ()
    """What its image needs where that is not the format's own."""
    methods: tuple[str, ...] = ()
    """What it answers besides `predict`."""
    note: str = ""
    """What whoever begins with it should know."""

    @property
    def file_name(self) -> str:
        return f"model{self.suffix or self.path.suffix}" if self.path.is_file() else "model"

    @property
    def files(self) -> Mapping[str, Path]:
        """What it consists of, each by its name beside the spec."""
        if self.path.is_file():
            return {self.file_name: self.path}
        inside = ((file.relative_to(self.path).as_posix(), file) for file in sorted(self.path.rglob("*")))
        # The compiler passes over what is hidden, a clone's .git perhaps.
        return {f"{self.file_name}/{name}": file for name, file in inside if file.is_file() and not hidden(name)}

    @property
    def size(self) -> int:
        """Bytes."""
        return sum(file.stat().st_size for file in self.files.values())
