"""A tree of nodes and a type of the language -> its value, or findings at the user's own lines."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeVar, get_args

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from mlspec.codes import code
from mlspec.diagnostics import Diagnostic, Span
from mlspec.source.node import Node
from mlspec.source.suggestion import did_you_mean

from .section import Invalid, Section

UNKNOWN_KEY = code(
    "MLS101",
    "unknown-key",
    title="a key that the language does not have",
    reason="A misspelt key would otherwise be ignored in silence, and its default would rule.",
    remedy="remove it, or correct its spelling",
)
MISSING_KEY = code(
    "MLS102",
    "missing-key",
    title="a key that must be there is missing",
    reason="There is no default that would be right for everyone.",
    remedy="add it",
)
WRONG_TYPE = code(
    "MLS103",
    "wrong-type",
    title="a value of another type than its key takes",
    reason="Nothing is converted behind your back: YAML reads `1.10` as the number 1.1.",
    remedy="write a value of the right type; text that looks like a number goes in quotes",
)
INVALID_VALUE = code(
    "MLS104",
    "invalid-value",
    title="a value that its key does not take",
    reason="Caught here, it cannot fail in the cluster.",
    remedy="write a value as the message says",
)
UNKNOWN_WORD = code(
    "MLS105",
    "unknown-word",
    title="a word that is not one of the choices",
    reason="The key takes one of a few words.",
    remedy="use one of the choices",
)

T = TypeVar("T", bound=Section)

_TYPES = {
    "string_type": "text",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "list_type": "a list",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
}
_BOUNDS = {
    "greater_than": ("above", "gt"),
    "greater_than_equal": ("at least", "ge"),
    "less_than": ("below", "lt"),
    "less_than_equal": ("at most", "le"),
}


def parse_section(section: type[T], node: Node, where: Span | None = None) -> tuple[T | None, list[Diagnostic]]:
    """The value of `node` as a `section`, or None and every reason why not.

    `where` is blamed for a missing top-level key; default: the node itself.
    """
    try:
        return section.model_validate(node.plain()), []
    except ValidationError as problems:
        found = (_diagnose(section, node, error, where or node.span) for error in problems.errors(include_url=False))
        return None, list(dict.fromkeys(found))


def _diagnose(section: type[Section], node: Node, error: ErrorDetails, where: Span) -> Diagnostic:
    path = _existing(node, error["loc"])
    kind, context = error["type"], error.get("ctx", {})
    if kind == "extra_forbidden":
        return _unknown_key(section, node, path)
    if kind == "missing":
        key = str(error["loc"][-1])
        span = node.locate_key(path) if path else where
        return MISSING_KEY.error(span, f"`{key}` is missing", label=f"needs `{key}`", remedy=f"add `{key}`")
    if kind == "value_error" and isinstance(problem := context.get("error"), Invalid):
        return _invalid(node, path, problem)
    if kind in ("literal_error", "enum"):
        return _unknown_word(section, node, path)
    if kind in _TYPES:
        return _wrong_type(node, path, _TYPES[kind])
    return _out_of_bounds(node, path, error)


def _existing(node: Node, location: tuple[str | int, ...]) -> tuple[str | int, ...]:
    """The steps of `location` that the tree has; pydantic adds the names of union members to its own."""
    path: tuple[str | int, ...] = ()
    for step in location:
        if node.get(*path, step) is not None:
            path = (*path, step)
    return path


def _name(path: tuple[str | int, ...]) -> str:
    return ".".join(str(step) for step in path)


def _unknown_key(section: type[Section], node: Node, path: tuple[str | int, ...]) -> Diagnostic:
    word, parent = str(path[-1]), path[:-1]
    choices = keys_of(section, parent)
    near = did_you_mean(word, choices)
    remedy = f"did you mean `{near}`?" if near else "known here: " + ", ".join(choices)
    place = f"`{_name(parent)}`" if parent else "this mapping"
    return UNKNOWN_KEY.error(
        node.locate_key(path), f"{place} has no key `{word}`", label="not part of the language", remedy=remedy
    )


def keys_of(section: type[Section], path: tuple[str | int, ...]) -> list[str]:
    """The keys that the mapping at `path` below `section` may have; empty where any may stand."""
    kind: Any = section
    for step in path:
        kind = _below(kind, step)
    found = next(_sections(kind), None)
    return [str(field.alias or name) for name, field in found.model_fields.items()] if found else []


def _below(kind: Any, step: str | int) -> Any:
    for section in _sections(kind):
        for name, field in section.model_fields.items():
            if step in (name, field.alias):
                return field.annotation
    inner = [argument for argument in get_args(kind) if argument is not type(None)]
    return inner[-1] if inner else kind


def _sections(kind: Any) -> Iterator[type[Section]]:
    if isinstance(kind, type) and issubclass(kind, Section):
        yield kind
    for argument in get_args(kind):
        yield from _sections(argument)


def _invalid(node: Node, path: tuple[str | int, ...], problem: Invalid) -> Diagnostic:
    place = _existing(node, (*path, *problem.at))
    is_key = bool(problem.at) and isinstance(problem.at[-1], str) and node.get(*place) is not None
    span = node.locate_key(place) if is_key and isinstance(node.get(*place), Node) else node.locate(place)
    target = node.get(*place)
    if is_key and target is not None and not isinstance(target.value, dict | list):
        span = target.span
    name = _name(place)
    message = f"`{name}`: {problem.label}" if name else problem.label
    return INVALID_VALUE.error(span, message, label=problem.label, remedy=problem.help)


def _unknown_word(section: type[Section], node: Node, path: tuple[str | int, ...]) -> Diagnostic:
    found = node.get(*path)
    word = found.text if found else ""
    choices = _choices(section, path)
    near = did_you_mean(word, choices)
    options = "use one of: " + ", ".join(choices)
    remedy = f"did you mean `{near}`? {options}" if near else options
    if found and not isinstance(found.value, str) and word in choices:
        remedy = f'write it in quotes: "{word}"'
    return UNKNOWN_WORD.error(
        node.locate(path), f"`{_name(path)}` cannot be `{word}`", label="not one of the choices", remedy=remedy
    )


def _choices(section: type[Section], path: tuple[str | int, ...]) -> list[str]:
    kind: Any = section
    for step in path:
        kind = _below(kind, step)
    return list(dict.fromkeys(_literals(kind)))


def _literals(kind: Any) -> Iterator[str]:
    for argument in get_args(kind):
        if isinstance(argument, str):
            yield argument
        else:
            yield from _literals(argument)


def _wrong_type(node: Node, path: tuple[str | int, ...], expected: str) -> Diagnostic:
    found = node.get(*path) or node
    remedy = ""
    if expected == "text" and isinstance(found.value, bool | int | float):
        remedy = f'write it in quotes: "{found.text}"'
    elif isinstance(found.value, str) and expected in ("a whole number", "a number", "true or false"):
        remedy = "write it without quotes and unit"
    return WRONG_TYPE.error(
        node.locate(path),
        f"`{_name(path)}` must be {expected}, not {_kind(found)}",
        label=f"expected {expected}",
        remedy=remedy,
    )


def _kind(node: Node) -> str:
    match node.value:
        case dict():
            return "a mapping"
        case list():
            return "a list"
        case None:
            return "nothing"
        case bool():
            return "true or false"
        case int() | float():
            return "a number"
        case _:
            return "text"


def _out_of_bounds(node: Node, path: tuple[str | int, ...], error: ErrorDetails) -> Diagnostic:
    context = error.get("ctx", {})
    match error["type"]:
        case bound if bound in _BOUNDS:
            words, key = _BOUNDS[bound]
            problem = f"must be {words} {context[key]}"
        case "string_too_long" | "too_long":
            problem = f"too long: at most {context['max_length']} fit"
        case "string_too_short" | "too_short":
            problem = "must not be empty"
        case "string_pattern_mismatch":
            problem = f"does not match {context['pattern']}"
        case _:
            problem = error["msg"][:1].lower() + error["msg"][1:]
    name = _name(path)
    return INVALID_VALUE.error(
        node.locate(path), f"`{name}`: {problem}" if name else problem, label=problem, remedy="correct the value"
    )
