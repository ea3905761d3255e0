"""A type of the language and a path below it -> the keys, the choices and the meaning of the value there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, get_args, get_origin

from msgspec import Struct, field
from pydantic.fields import FieldInfo

from .section import Section

Path = tuple[str | int, ...]


class OtherWords(Struct, frozen=True):
    """Beside a field's type: words in small letters that people write for its choices, and what to tell of others."""

    meant: Mapping[str, str] = field(default_factory=dict)
    advice: Mapping[str, str] = field(default_factory=dict)


def keys_of(section: type[Section], path: Path) -> list[str]:
    """The keys that the mapping at `path` may have; empty where any may stand."""
    found = section_at(section, path)
    return [str(field.alias or name) for name, field in found.model_fields.items()] if found else []


def section_at(section: type[Section], path: Path) -> type[Section] | None:
    """The type of the mapping at `path`; None where any keys may stand."""
    return _of_keys(_type_at(section, path))


def sections_below(
    section: type[Section], path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], type[Section]]]:
    """Every mapping below that has one place, with its path; those in lists and by names have many."""
    for name, found in section.model_fields.items():
        below = _of_keys(found.annotation)
        if below is not None:
            here = (*path, str(found.alias or name))
            yield here, below
            yield from sections_below(below, here)


def choices_of(section: type[Section], path: Path) -> list[str]:
    """The words of which the value at `path` must be one."""
    return list(dict.fromkeys(_literals(_type_at(section, path))))


def other_words_of(section: type[Section], path: Path) -> OtherWords:
    """What people call the choices at `path`; nothing where the language has no such list."""
    found = field_at(section, path)
    metadata = found.metadata if found else []
    return next((each for each in metadata if isinstance(each, OtherWords)), OtherWords())


def meaning_of(section: type[Section], path: Path) -> str:
    """What the language says of the value at `path`, or of the list that it is an item of; empty for nothing."""
    while path and isinstance(path[-1], int):
        path = path[:-1]
    found = field_at(section, path)
    return found.description or "" if found else ""


def is_scalar(kind: Any) -> bool:
    """Whether no value of a type is a mapping or a list."""
    if _of_keys(kind) is not None or get_origin(kind) in (list, dict):
        return False
    return all(is_scalar(each) for each in get_args(kind))


def field_at(section: type[Section], path: Path) -> FieldInfo | None:
    """The field that the value at `path` is of; None for an item of a list, or under a free name."""
    if not path:
        return None
    return next((found for kind in _sections(_type_at(section, path[:-1])) if (found := _field(kind, path[-1]))), None)


def _type_at(section: type[Section], path: Path) -> Any:
    kind: Any = section
    for step in path:
        kind = _below(kind, step)
    return kind


def _below(kind: Any, step: str | int) -> Any:
    for section in _sections(kind):
        if found := _field(section, step):
            return found.annotation
    inner = [argument for argument in get_args(kind) if argument is not type(None)]
    return inner[-1] if inner else kind


def _field(section: type[Section], step: str | int) -> FieldInfo | None:
    named = (found for name, found in section.model_fields.items() if step in (name, found.alias))
    return next(named, None)


def _of_keys(kind: Any) -> type[Section] | None:
    """The section that a value itself is, neither its items nor what stands under its names."""
    if isinstance(kind, type) and issubclass(kind, Section):
        return kind
    if get_origin(kind) in (list, dict):
        return None
    return next((found for each in get_args(kind) if (found := _of_keys(each))), None)


def _sections(kind: Any) -> Iterator[type[Section]]:
    if isinstance(kind, type) and issubclass(kind, Section):
        yield kind
    for argument in get_args(kind):
        yield from _sections(argument)


def _literals(kind: Any) -> Iterator[str]:
    for argument in get_args(kind):
        if isinstance(argument, str):
            yield argument
        else:
            yield from _literals(argument)
