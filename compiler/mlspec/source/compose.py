"""The text of a file in; its documents as trees of nodes, with the findings of each, out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import cast

from msgspec import Struct, field
from yaml import MarkedYAMLError
from yaml.events import (
    AliasEvent,
    CollectionStartEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    StreamEndEvent,
)

from mlspec.diagnostics import Diagnostic, Related, Span

from . import findings
from .events import EventSource, end_of, event_source, start_of
from .node import Entry, Node, Scalar
from .scalar import OutOfRange, resolve
from .syntax import explain
from .text import Text, quoted

MAX_DEPTH = 64
MAX_VALUES = 100_000
MAX_FINDINGS = 20
_BLOCK_STYLES = ("|", ">")
_NOWHERE = Span("")
_TEXT_TAGS = ("!", "tag:yaml.org,2002:str")


class Part(Struct):
    """What one document of a file came to."""

    root: Node | None = None
    """None where the document breaks off."""
    sound: bool = True
    """False where `root` lacks a value that the text has, so that no later stage should judge it."""
    findings: list[Diagnostic] = field(default_factory=list)
    start: Span = _NOWHERE
    """The line `---`, or the first character where there is none."""
    environment: str | None = None
    """What an Environment is called that the document may have been meant as, though it is not read."""

    @property
    def empty(self) -> bool:
        """Whether nothing but comments is written between the document's start and its end."""
        return self.root is not None and self.root.value is None and not self.root.text


class _Abandoned(Exception):
    """The rest of the file is not worth reading, or not safe to read."""

    def __init__(self, finding: Diagnostic) -> None:
        super().__init__(finding.message)
        self.finding = finding


def compose(text: Text, parser: Callable[[str], EventSource] = event_source) -> Iterator[Part]:
    """Every document of a file in turn; one that breaks off is the last."""
    composer = _Composer(text, parser(text.content))
    while True:
        part = Part()
        try:
            if not composer.compose_document(part):
                return
        except MarkedYAMLError as error:
            part.findings.append(explain(error, text))
        except _Abandoned as abandoned:
            part.findings.append(abandoned.finding)
        else:
            yield part
            continue
        part.root, part.sound = None, False
        yield part
        return


class _Composer:
    def __init__(self, text: Text, source: EventSource) -> None:
        self._text = text
        self._next = source.get_event
        self._values = 0
        self._reported = 0
        self._part = Part()
        self._anchors: list[tuple[str, Span]] = []
        self._aliases: list[tuple[str, Span]] = []
        self._merged: set[str] = set()

    def compose_document(self, part: Part) -> bool:
        """Fills `part` with the next document; False at the end of the file."""
        event = self._next()
        while not isinstance(event, DocumentStartEvent):
            if isinstance(event, StreamEndEvent):
                return False
            event = self._next()
        self._part, self._anchors, self._aliases = part, [], []
        self._merged = set()
        part.start = self._span(start_of(event), end_of(event))
        self._check_directives(event)
        part.root = self._node(self._next(), 1)
        self._next()
        self._report_references()
        return True

    def _node(self, event: Event, depth: int) -> Node:
        self._values += 1
        if self._values > MAX_VALUES:
            span = self._span(start_of(event))
            raise _Abandoned(findings.TOO_MANY_VALUES.error(span, f"the file holds more than {MAX_VALUES:,} values"))
        if isinstance(event, ScalarEvent):
            return self._scalar(event)
        if isinstance(event, AliasEvent):
            return self._alias(event)
        start = cast(CollectionStartEvent, event)  # no other event begins a node
        self._check_properties(start)
        if depth > MAX_DEPTH:
            span = self._span(start_of(event))
            raise _Abandoned(findings.TOO_DEEP.error(span, f"more than {MAX_DEPTH} lists and mappings are nested here"))
        return self._mapping(start, depth) if isinstance(event, MappingStartEvent) else self._sequence(start, depth)

    def _scalar(self, event: ScalarEvent) -> Node:
        span = self._scalar_span(event)
        self._check_properties(event)
        written: str = event.value
        if event.style or event.tag in _TEXT_TAGS:
            return Node(span, written, written)
        value: Scalar = None
        try:
            value = resolve(written)
        except OutOfRange:
            message = f"{quoted(written)} is not a number that JSON has"
            self._report(findings.NUMBER_OUT_OF_RANGE.error(span, message))
            self._part.sound = False
        return Node(span, value, written)

    def _alias(self, event: AliasEvent) -> Node:
        name, span = event.anchor or "", self._span(start_of(event), end_of(event))
        self._aliases.append((name, span))
        self._part.sound = False
        return Node(span, None, f"*{name}")

    def _report_references(self) -> None:
        """One finding for each alias, wherever it is used, and for each anchor that nothing uses."""
        anchors = dict(self._anchors)
        uses = Counter(name for name, _ in self._aliases)
        for name, span in dict(reversed(self._aliases)).items():
            label = f"used {uses[name]} times" if uses[name] > 1 else ""
            related = [Related(anchors[name], "what it stands for")] if name in anchors else []
            remedy = "" if related else f'put it in quotes if it is meant as text: "*{name}"'
            message = f"the alias {quoted('*' + name)} is not part of the language"
            self._report(findings.ANCHOR.error(span, message, label=label, remedy=remedy, related=related))
        for name, span in self._anchors:
            if name not in uses and name not in self._merged:
                message = f"the anchor {quoted('&' + name)} is not part of the language"
                self._report(findings.ANCHOR.error(span, message))

    def _sequence(self, start: CollectionStartEvent, depth: int) -> Node:
        items: list[Node] = []
        while not isinstance(event := self._next(), SequenceEndEvent):
            items.append(self._node(event, depth + 1))
        return Node(self._collection_span(start, event, items[-1] if items else None), items)

    def _mapping(self, start: CollectionStartEvent, depth: int) -> Node:
        entries: dict[str, Entry] = {}
        node: Node | None = None
        while not isinstance(event := self._next(), MappingEndEvent):
            if isinstance(event, ScalarEvent) and event.value == "<<" and not event.style:
                node = self._merged_away(event, depth)
                continue
            name, span = self._key(event, depth)
            first = entries.get(name) if name is not None else None
            if first is not None:
                self._report_duplicate(name or "", span, first.key)
            node = self._node(self._next(), depth + 1)
            if name is not None and first is None:
                entries[name] = Entry(span, node)
        return Node(self._collection_span(start, event, node), entries)

    def _key(self, event: Event, depth: int) -> tuple[str | None, Span]:
        """The name and the place of a key; no name where it cannot be one."""
        if not isinstance(event, ScalarEvent):
            return None, self._key_that_is_no_scalar(event, depth)
        span = self._scalar_span(event)
        self._check_properties(event)
        name: str = event.value
        if not event.style and event.tag not in _TEXT_TAGS and not _is_text(name):
            message = f"the key {quoted(name)} is not text" if name else "a key is missing here"
            remedy = f'put it in quotes: "{name}"' if name else "write the key in front of the colon"
            self._report(findings.KEY_NOT_TEXT.error(span, message, remedy=remedy))
        return name, span

    def _key_that_is_no_scalar(self, event: Event, depth: int) -> Span:
        node = self._node(event, depth + 1)
        if isinstance(event, CollectionStartEvent):
            message, remedy = "a list or a mapping is not a key", ""
            if self._text.content.startswith("{", start_of(event)):  # a flow mapping's first key is one: `{{`
                message = "`{{` begins a mapping whose key is a mapping"
                remedy = 'put the value in quotes if it is meant as text: "{{ … }}"'
            self._report(findings.KEY_NOT_TEXT.error(node.span, message, remedy=remedy))
        self._part.sound = False
        return node.span

    def _merged_away(self, key: ScalarEvent, depth: int) -> Node:
        """The value of a merge key: one finding for the key, none for the aliases that it takes."""
        self._report(findings.MERGE_KEY.error(self._scalar_span(key), "the merge key `<<` is not part of the language"))
        self._part.sound = False
        before = len(self._aliases)
        node = self._node(self._next(), depth + 1)
        self._merged.update(name for name, _ in self._aliases[before:])
        del self._aliases[before:]
        return node

    def _report_duplicate(self, name: str, span: Span, first: Span) -> None:
        message = f"the key {quoted(name)} is written twice"
        related = [Related(first, "first here")]
        self._report(findings.DUPLICATE_KEY.error(span, message, label="and again here", related=related))

    def _check_properties(self, event: ScalarEvent | CollectionStartEvent) -> None:
        """Notes the anchor of a node and reports its tag."""
        start = start_of(event)
        if event.anchor is not None:
            place = self._text.content.find(f"&{event.anchor}", start)
            self._anchors.append((event.anchor, self._span(place, place + len(event.anchor) + 1)))
        if event.tag is not None:
            place = self._text.content.find("!", start)
            tag = self._text.rest_of_line(place).split(maxsplit=1)[0].rstrip(",]}")
            span = self._span(place, place + len(tag))
            self._report(findings.TAG.error(span, f"the tag {quoted(tag)} is not part of the language"))

    def _check_directives(self, event: DocumentStartEvent) -> None:
        start = self._text.content.find("%", start_of(event))
        if event.tags or event.version not in (None, (1, 2)):
            line = self._text.rest_of_line(start)
            span = self._span(start, start + len(line))
            self._report(findings.DIRECTIVE.error(span, f"the directive {quoted(line)} is not part of the language"))

    def _report(self, finding: Diagnostic) -> None:
        self._reported += 1
        if self._reported > MAX_FINDINGS:
            message = f"the file has more than {MAX_FINDINGS} findings; the rest of it was not read"
            raise _Abandoned(findings.TOO_MANY_FINDINGS.error(finding.span, message))
        self._part.findings.append(finding)

    def _span(self, start: int, end: int | None = None) -> Span:
        return self._text.span(start, end)

    def _scalar_span(self, event: ScalarEvent) -> Span:
        start, end = event.start_mark, event.end_mark
        if event.style in _BLOCK_STYLES or not start or not end or end.index >= len(self._text.content):
            return self._trimmed_span(start_of(event), end_of(event))
        return Span(self._text.file, start.line + 1, start.column + 1, end.line + 1, end.column + 1)

    def _trimmed_span(self, start: int, end: int) -> Span:
        """The span of a scalar whose end libyaml puts where the next token begins, or beyond the last line."""
        return self._text.span(start, start + len(self._text.content[start:end].rstrip()))

    def _collection_span(self, start: CollectionStartEvent, end: Event, last: Node | None) -> Span:
        """From the first character of a list or mapping to its bracket, or to the end of its last value."""
        if start.flow_style or last is None:
            return self._text.span(start_of(start), end_of(end))
        first = self._text.span(start_of(start))
        return Span(first.file, first.line, first.column, last.span.end_line, last.span.end_column)


def _is_text(written: str) -> bool:
    try:
        return isinstance(resolve(written), str)
    except OutOfRange:
        return False
