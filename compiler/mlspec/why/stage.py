"""A plan and the artifacts that are made of it in; its files, each made when it is asked for, out.

An artifact reads nothing but its plan. Whoever notes which parts of a plan it reads knows of every other plan whether
it makes the same of it, and need not make it: nearly all that a changed value leaves alone is not made again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from msgspec import Struct

from mlspec.artifacts.file import Output

Key = tuple[str, ...]
Finish = Callable[[list[Output]], Sequence[Output]]
Files = Mapping[Key, Output]


class Watched:
    """In place of a plan: notes which of its parts are read."""

    def __init__(self, plan: Struct) -> None:
        self._plan, self.seen = plan, set[str]()

    def __getattr__(self, name: str) -> Any:
        if name in type(self._plan).__struct_fields__:
            self.seen.add(name)
            return getattr(self._plan, name)
        # What is computed of parts reads those here, too.
        return getattr(type(self._plan), name).__get__(self)


class Stage:
    """`like` is the same stage of another plan, whose files are taken where they are made of the same parts."""

    def __init__(
        self,
        plan: Struct,
        artifacts: Mapping[str, Callable[[Any], Iterable[Output]]],
        key_of: Callable[[str], Key],
        like: Stage | None = None,
        *,
        finish: Finish = lambda files: files,
        finished_by: Iterable[str] = (),
    ) -> None:
        self._plan, self._artifacts, self._key_of, self._like = plan, artifacts, key_of, like
        self._finish, self._finished_by = finish, frozenset(finished_by)
        self._made: dict[str, tuple[Files, frozenset[str]]] = {}
        fields = plan.__struct_fields__ if like is not None else ()
        self._changed = {name for name in fields if getattr(plan, name) != getattr(like._plan, name)} if like else set()

    @property
    def names(self) -> Iterable[str]:
        """Of its artifacts."""
        return self._artifacts

    def files(self, name: str) -> Files:
        """What one artifact makes; nothing where this plan has no use for it."""
        if name not in self._artifacts:
            return {}
        if name not in self._made:
            self._made[name] = self._taken_over(name) or self._make(name)
        return self._made[name][0]

    def all(self) -> dict[Key, Output]:
        """The files of every artifact."""
        return {key: file for name in self.names for key, file in self.files(name).items()}

    def _taken_over(self, name: str) -> tuple[Files, frozenset[str]] | None:
        made = self._like._made.get(name) if self._like is not None else None
        return made if made is not None and not made[1] & self._changed else None

    def _make(self, name: str) -> tuple[Files, frozenset[str]]:
        watched = Watched(self._plan)
        files = self._finish(list(self._artifacts[name](watched)))
        return {self._key_of(file.path): file for file in files}, self._finished_by | watched.seen
