"""Plain mappings -> YAML that PyYAML, go-yaml and every YAML 1.2 reader understand alike, laid out as kubectl does."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

import yaml
from yaml.events import (
    DocumentEndEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
    StreamStartEvent,
)

EMITTER = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
"""libyaml's own, where PyYAML was built with it: five times as fast, and the same text."""

_NEVER_FOLD = 2**30
_MAPPING = MappingStartEvent(None, None, implicit=True, flow_style=False)
_MAPPING_END = MappingEndEvent()
_SEQUENCE = SequenceStartEvent(None, None, implicit=True, flow_style=False)
_SEQUENCE_END = SequenceEndEvent()

# What YAML 1.1 or 1.2, or go-yaml between them, would read as something else than text; a little more of what looks
# like a number, since readers go by more than their specification (ruamel.yaml takes `._` for one, and fails).
_AMBIGUOUS = re.compile(
    r"""
      y | n | yes | no | on | off | true | false | null | ~ | = | <<
    | [-+]? 0b [01_]+ | [-+]? 0o [0-7_]+ | [-+]? 0x [0-9a-f_]+
    | [-+.,:_0-9]+ (e[-+]?[0-9_]*)?
    | [-+]? \. (inf|nan)
    | [0-9]{4}-[0-9]{1,2}-[0-9]{1,2} .*
    |
    """,
    re.VERBOSE | re.IGNORECASE,
)


def to_yaml(documents: Iterable[Mapping[str, Any]]) -> str:
    """Keys in their own order, text quoted where any reader could take it for something else, no line folded.

    A character that an editor would not show (a control, a line separator, a direction mark) is escaped: what a
    reviewer sees is what is there. There are no anchors: they would make two fields one for whoever edits the file.
    TypeError for what a manifest cannot hold.
    """
    events = _stream(documents)
    text = _emit(events, allow_unicode=True)
    if not _is_shown(text.replace("\n", "")):
        text = _emit(events, allow_unicode=False)
    return text


def _emit(events: list[Event], *, allow_unicode: bool) -> str:
    return str(yaml.emit(events, Dumper=EMITTER, allow_unicode=allow_unicode, width=_NEVER_FOLD))


# Events go straight to the emitter: PyYAML's representer, which else makes them, would take four fifths of the time.
def _stream(documents: Iterable[Mapping[str, Any]]) -> list[Event]:
    events: list[Event] = [StreamStartEvent()]
    for index, document in enumerate(documents):
        events.append(DocumentStartEvent(explicit=index > 0))
        _add(document, events)
        events.append(DocumentEndEvent(explicit=False))
    events.append(StreamEndEvent())
    return events


def _add(value: object, events: list[Event]) -> None:
    """Appends the events of a value; texts and dicts, which are nearly all of them, are asked for first."""
    if isinstance(value, str):
        events.append(_text(value))
    elif isinstance(value, (dict, Mapping)):
        events.append(_MAPPING)
        for key, item in value.items():
            events.append(_text(key))
            _add(item, events)
        events.append(_MAPPING_END)
    elif isinstance(value, list):
        events.append(_SEQUENCE)
        for item in value:
            _add(item, events)
        events.append(_SEQUENCE_END)
    else:
        events.append(ScalarEvent(None, None, (True, False), _plain(value)))


@lru_cache(8192)
def _text(text: str) -> ScalarEvent:
    return ScalarEvent(None, None, (True, True), text, style=_style(text))


def _style(text: str) -> str | None:
    if "\n" in text and _is_block(text):
        return "|"
    if not _is_shown(text) or _AMBIGUOUS.fullmatch(text):
        return '"'
    return None


def _is_block(text: str) -> bool:
    # Blank lines at either end and indented beginnings need indicators that few readers of YAML know.
    return text[0] not in " \n" and not text.endswith("\n\n") and all(_is_shown(line) for line in text.split("\n"))


def _is_shown(text: str) -> bool:
    # libyaml escapes what lies beyond the Basic Multilingual Plane, and PyYAML's own emitter does not.
    return text.isprintable() and (text.isascii() or max(text) <= "\uffff")


def _plain(value: object) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case float():
            # YAML 1.1 reads `1e+20` as text: a number has a point there.
            return re.sub(r"^(-?\d+)e", r"\1.0e", repr(value))
    raise TypeError(f"{value!r} has no place in a manifest")
