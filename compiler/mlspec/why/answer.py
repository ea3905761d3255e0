"""A place in a generated file in; what of the specs, the environments and the defaults decides it out.

Found by compiling again with one value changed at a time: nothing has to carry along where it came from.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from itertools import islice
from typing import Any

from mlspec.artifacts.file import Output
from mlspec.artifacts.manifest import ManifestFile
from mlspec.diagnostics import Span
from mlspec.environment.locks import SUFFIX, lock_path
from mlspec.source.files import Files
from mlspec.source.node import Document
from mlspec.source.overlay import Overlay
from mlspec.source.read import parse
from mlspec.spec.json_schema import schema

from .edit import REMOVED, edited, renamed
from .files import AlteredFiles
from .leaf import Leaf, defaults, leaves
from .other_values import is_number, other_values
from .place import Moved, Place, moved
from .reasons import Reason, Reasons
from .stage import Key
from .subject import Subject
from .trial import Made, make, text_of

Each = Callable[[Sequence["Change"]], Iterable["Change"]]
_TRIES = 10
"""Values of its type that are tried until checks accept one,"""
_FAILURES = 4
"""and how many of them checks may refuse."""


@cache
def _definitions() -> dict[str, Any]:
    definitions: dict[str, Any] = schema()["definitions"]
    return definitions


@dataclass(frozen=True)
class Origin:
    """What decides a place: a value of a document, a default (`leaf.span` is None), or a `file` beside the spec."""

    leaf: Leaf | None
    file: str = ""
    how: Moved = Moved.YES

    @property
    def written(self) -> bool:
        return self.leaf is None or self.leaf.span is not None


@dataclass(frozen=True)
class Answer:
    """`origins` decide the value, the nearest first; without one it is always so, for the `reason`."""

    place: Place
    text: str
    """The line as it stands in the file."""
    origins: tuple[Origin, ...]
    reason: Reason | None


@dataclass(frozen=True)
class Change:
    """One thing that could be another; `tries` compiles it so, each time with another value."""

    origin: Origin
    tries: Callable[[], Iterator[Made]]


class Inquiry:
    """All that the specs of one subject can change; whoever asks about several places of it compiles once."""

    def __init__(self, subject: Subject, files: Files) -> None:
        self.subject, self._files = subject, files
        self._catalogue = tuple(subject.made.environment.spec.accelerators)
        self._made: dict[int, tuple[Iterator[Made], list[Made]]] = {}
        self._reasons = Reasons(subject.made)
        self._before: dict[tuple[Key, bool], Any] = {}
        self._after: dict[tuple[Key, bool, int], list[tuple[Change, list[Any]]]] = {}
        self.changes: Sequence[Change] = [*self._of_documents(), *self._of_files()]

    def answer(self, place: Place, each: Each = iter) -> Answer:
        """`each` may watch the changes pass."""
        subject = self.subject
        text = (text_of(subject.output) or "").splitlines()
        found = self._effects(each(self.changes), place, attempts=1)
        if not any(each.how is Moved.YES for each in found):
            # A larger step may cross a threshold, and another word not mean what is the default anyway.
            likely = [change for change in self.changes if _has_more(change.origin)]
            found = max(found, self._effects(each(likely), place, attempts=2), key=len)
        origins = tuple(sorted((each for each in found if each.how > Moved.FILE_GONE), key=_rank(place, text)))
        deciding = [origin for origin in origins if origin.how is Moved.YES]
        reason = None
        if not any(origin.written for origin in deciding):
            reason = self._reasons.of(place, subject.key, text)
        if deciding and reason is not None and not reason.is_about(place):
            reason = None
        return Answer(place, text[place.number - 1] if text else "", origins, reason)

    def _effects(self, changes: Iterable[Change], place: Place, *, attempts: int) -> list[Origin]:
        before, found = self._content_before(place), list[Origin]()
        for change, contents in self._others(changes, place, attempts):
            how = max(moved(place, before, each) for each in contents)
            found += [replace(change.origin, how=how)] if how is not Moved.NO else []
        return found

    def _others(self, changes: Iterable[Change], place: Place, attempts: int) -> list[tuple[Change, list[Any]]]:
        """The few changes that make another file of the subject's, with what they make of it."""
        known = (self.subject.key, place.document is None, attempts)
        if known not in self._after:
            found = ((change, self._contents_after(change, place, attempts)) for change in changes)
            self._after[known] = [(change, contents) for change, contents in found if contents]
        return self._after[known]

    def _content_before(self, place: Place) -> Any:
        known = (self.subject.key, place.document is None)
        if known not in self._before:
            self._before[known] = self._content(self.subject.output, place)
        return self._before[known]

    def _contents_after(self, change: Change, place: Place, attempts: int) -> list[Any]:
        """Of the subject's file, as far as it is another one."""
        outputs = (made.output(self.subject.key, self.subject.maker) for made in self.makes(change, attempts))
        others = (self._content(output, place) for output in outputs if output is not self.subject.output)
        return [other for other in others if other != self._content_before(place)]

    def makes(self, change: Change, attempts: int) -> list[Made]:
        """What comes of a change, each time with another value; compiled once."""
        tries, made = self._made.setdefault(id(change), (change.tries(), []))
        made += islice(tries, max(attempts - len(made), 0))
        return made[:attempts]

    def _content(self, output: Output | None, place: Place) -> Any:
        if isinstance(output, ManifestFile) and place.document is not None:
            return [output.manifest]
        text = text_of(output)
        if output is None or text is None or place.document is None:
            return text
        return [document.root.plain() for document in parse(output.path, text.encode()).documents]

    def _of_documents(self) -> Iterator[Change]:
        """What is written first, then what is not; a model before its environment."""
        environment = self.subject.made.environment.name
        documents = self.subject.documents[::-1]
        # What is built in is written nowhere.
        written = (leaf for each in documents if each.file for leaf in leaves(each, environment))
        for leaf in [*written, *(leaf for each in documents for leaf in self._defaults(each))]:
            yield Change(Origin(leaf), partial(self._tries, leaf))

    def _defaults(self, document: Document) -> Iterator[Leaf]:
        made, definitions = self.subject.made, _definitions()
        kind = document.root.get("kind")
        if kind and kind.value == "Model" and made.resolved is not None:
            return defaults(document, made.resolved.spec, made.resolved.tree, definitions)
        if kind and kind.value == "Environment":
            environment = made.environment
            return defaults(document, environment.spec, environment.written, definitions)
        return iter(())

    def _of_files(self) -> Iterator[Change]:
        specs = {document.file for document in self.subject.documents}
        for path in self.subject.beside:
            if path not in specs:
                files = AlteredFiles(self._files, path, gone=path.endswith(SUFFIX))
                yield Change(Origin(None, path), partial(self._with_files, files))

    def _with_files(self, files: Files) -> Iterator[Made]:
        yield from _accepted(iter([self._attempt(self.subject.documents, files)]), iter(()))

    def _tries(self, leaf: Leaf) -> Iterator[Made]:
        """What comes of values that can stand in the leaf's place, then of its absence."""
        words = [word for word in leaf.words if word != leaf.text] or list(self._catalogue)
        others = islice(leaf.takes(other_values(leaf.value, words, leaf.examples)), _TRIES)
        values = (self._attempt(self._edited(leaf, leaf.path, other), self._files_for(leaf, other)) for other in others)
        ends = range(len(leaf.path), 2, -1) if leaf.span is not None else ()
        yield from _accepted(values, (self._attempt(self._edited(leaf, leaf.path[:end], REMOVED)) for end in ends))

    def _attempt(self, documents: Sequence[Document], files: Files | None = None) -> Made | None:
        try:
            return make(documents, files or self._files, like=self.subject.made)
        except Exception:  # noqa: BLE001 - what checks would have refused need not be plannable
            return None

    def _files_for(self, leaf: Leaf, value: object) -> Files:
        """A lock says whose it is: under another name the model has the same one."""
        path = lock_path(leaf.document.file)
        if leaf.kind != "Model" or leaf.path != ("metadata", "name") or self._files.size(path) is None:
            return self._files
        lock = self._files.read(path).replace(f"name: {leaf.value}\n".encode(), f"name: {value}\n".encode())
        return Overlay(self._files, {path: lock})

    def _edited(self, leaf: Leaf, path: tuple[str | int, ...], value: object) -> tuple[Document, ...]:
        documents = []
        for document in self.subject.documents:
            root = document.root
            if document is leaf.document:
                root = edited(root, path, value)
            elif leaf.kind == "Environment" and path == ("metadata", "name"):
                root = renamed(root, ("spec", "environments"), str(leaf.value), str(value))
            documents.append(document if root is document.root else Document(document.file, root))
        return tuple(documents)


def _accepted(values: Iterator[Made | None], removals: Iterator[Made | None]) -> Iterator[Made]:
    """Those that checks accept; where there are none, those that can be compiled all the same."""
    refused: list[Made] = []
    found = False
    for tries, most in ((values, _FAILURES), (removals, _TRIES)):
        failures = 0
        for made in tries:
            if made is not None and made.accepted:
                found = True
                yield made
                continue
            refused += [made] if made is not None else []
            failures += 1
            if failures == most:
                break
    if not found:
        yield from refused


def _has_more(origin: Origin) -> bool:
    leaf = origin.leaf
    return leaf is not None and (
        origin.written or bool(leaf.words) or any(map(is_number, (leaf.value, *leaf.examples)))
    )


def _rank(place: Place, text: Sequence[str]) -> Callable[[Origin], tuple[int, ...]]:
    """Nearest first: what is written before defaults, and what the line itself shows before what only led to it."""
    line = text[place.number - 1] if 0 < place.number <= len(text) else ""

    def rank(origin: Origin) -> tuple[int, ...]:
        shown = origin.leaf.text if origin.leaf else origin.file
        of_layer = ("Model", "Environment", "Workspace").index(origin.leaf.kind) if origin.leaf else 3
        appears = (len(shown) > 1 and shown in line) or line.endswith(f" {shown}")
        return (-origin.how, not origin.written, not appears, of_layer)

    return rank


def place_of(origin: Origin) -> Span:
    """Where an origin is written; the file itself for a file."""
    return origin.leaf.span if origin.leaf and origin.leaf.span else Span(origin.file)
