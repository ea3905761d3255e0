"""A place in a generated file in; what of the specs, the environments and the defaults decides it out.

Found by compiling again with one value changed at a time: nothing has to carry along where it came from.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
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
from .leaf import Leaf, defaults, leaves
from .other_values import is_number, other_values
from .place import Moved, Place, moved
from .reasons import Reason, reason_of
from .subject import Subject
from .trial import AlteredFiles, Made, make, text_of

Each = Callable[[Sequence["Change"]], Iterable["Change"]]
_TRIES = 10
"""Values of its type that are tried until checks accept one."""


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
        self.changes: Sequence[Change] = [*self._of_documents(), *self._of_files()]

    def answer(self, place: Place, each: Each = iter) -> Answer:
        """`each` may watch the changes pass."""
        subject, before = self.subject, self._content(self.subject.output, place)
        text = (text_of(subject.output) or "").splitlines()
        found = self._effects(each(self.changes), place, before, attempts=1)
        if not any(each.how is Moved.YES for each in found):
            # A larger step may cross a threshold, and another word not mean what is the default anyway.
            likely = [change for change in self.changes if _has_more(change.origin)]
            found = max(found, self._effects(each(likely), place, before, attempts=2), key=len)
        origins = tuple(sorted((each for each in found if each.how > Moved.FILE_GONE), key=_rank(place, text)))
        reason = None
        if not any(origin.written and origin.how is Moved.YES for origin in origins):
            reason = reason_of(place, subject.made, subject.key, text)
        return Answer(place, text[place.number - 1] if text else "", origins, reason)

    def _effects(self, changes: Iterable[Change], place: Place, before: Any, *, attempts: int) -> list[Origin]:
        effects = ((change, self._effect(change, place, before, attempts)) for change in changes)
        return [replace(change.origin, how=how) for change, how in effects if how is not Moved.NO]

    def _effect(self, change: Change, place: Place, before: Any, attempts: int) -> Moved:
        after = (self._content(made.outputs.get(self.subject.key), place) for made in self._makes(change, attempts))
        return max((moved(place, before, each) for each in after), default=Moved.NO)

    def _makes(self, change: Change, attempts: int) -> list[Made]:
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
        made, definitions = self.subject.made, schema()["definitions"]
        kind = document.root.get("kind")
        if kind and kind.value == "Model" and made.resolved is not None:
            return defaults(document, made.resolved.spec, made.resolved.tree, definitions)
        if kind and kind.value == "Environment":
            return defaults(document, made.environment.spec, made.environment.tree, definitions)
        return iter(())

    def _of_files(self) -> Iterator[Change]:
        specs = {document.file for document in self.subject.documents}
        for path in self.subject.beside:
            if path not in specs:
                files = AlteredFiles(self._files, path, gone=path.endswith(SUFFIX))
                yield Change(Origin(None, path), partial(_compiled, [(self.subject.documents, files)]))

    def _tries(self, leaf: Leaf) -> Iterator[Made]:
        """What comes of the first value that can stand in the leaf's place; else of its absence."""
        words = [word for word in leaf.words if word != leaf.text] or list(self._catalogue)
        others = list(islice(leaf.takes(other_values(leaf.value, words, leaf.examples)), _TRIES))
        if leaf.span is not None:
            others += [REMOVED]
        edits = [(self._edited(leaf, leaf.path, value), self._files_for(leaf, value)) for value in others]
        if leaf.span is not None:
            removed = (leaf.path[:end] for end in range(len(leaf.path) - 1, 2, -1))
            edits += [(self._edited(leaf, path, REMOVED), self._files) for path in removed]
        yield from _compiled(edits)

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
            documents.append(Document(document.file, root))
        return tuple(documents)


def _compiled(edits: Sequence[tuple[tuple[Document, ...], Files]]) -> Iterator[Made]:
    """Those that checks accept; where there are none, those that can be compiled all the same."""
    for checked in (True, False):
        accepted = False
        for documents, files in edits:
            made = _attempt(documents, files, checked=checked)
            if made is not None:
                accepted = True
                yield made
        if accepted:
            return


def _attempt(documents: Sequence[Document], files: Files, *, checked: bool) -> Made | None:
    try:
        return make(documents, files, checked=checked)
    except Exception:  # noqa: BLE001 - what checks would have refused need not be plannable
        return None


def _has_more(origin: Origin) -> bool:
    return origin.leaf is not None and (origin.written or is_number(origin.leaf.value))


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
