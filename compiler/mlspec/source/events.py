"""A text in; the stream of YAML's parsing events out, from libyaml where PyYAML was built with it."""

from __future__ import annotations

from typing import Protocol, cast

import yaml
from yaml.error import Mark
from yaml.events import Event, ScalarEvent
from yaml.parser import Parser
from yaml.reader import Reader
from yaml.scanner import Scanner, ScannerError


class EventSource(Protocol):
    """A parser that gives one event at a time; yaml.MarkedYAMLError where the text is not YAML."""

    def get_event(self) -> Event: ...


class PurePythonParser(Reader, Scanner, Parser):
    """PyYAML's own parser without constructing anything: for machines where PyYAML was built without libyaml."""

    def __init__(self, content: str) -> None:
        Reader.__init__(self, content)
        Scanner.__init__(self)
        Parser.__init__(self)

    def get_event(self) -> Event:
        event: Event = super().get_event()  # type: ignore[no-untyped-call]  # the stubs leave it untyped
        if isinstance(event, ScalarEvent) and any("\ud800" <= character <= "\udfff" for character in event.value):
            problem = "found invalid Unicode character escape code"  # libyaml's words; this parser lets it through
            mark = cast(Mark, event.start_mark)
            raise ScannerError("while parsing a quoted scalar", mark, problem, mark)
        return event


def event_source(content: str) -> EventSource:
    """The fastest parser there is: libyaml's is 20 times faster than PyYAML's own."""
    if not yaml.__with_libyaml__:
        return PurePythonParser(content)
    from yaml._yaml import CParser

    return cast(EventSource, CParser(content))  # its None after the end of the stream is never asked for


def start_of(event: Event) -> int:
    """Index of the first character that an event stands for."""
    return event.start_mark.index if event.start_mark else 0


def end_of(event: Event) -> int:
    """Index behind the last character that an event stands for."""
    return event.end_mark.index if event.end_mark else 0
