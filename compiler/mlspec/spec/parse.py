"""A tree of nodes and a type of the language -> its value, or findings at the user's own lines."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from mlspec.codes import code
from mlspec.diagnostics import Diagnostic, Span
from mlspec.source.node import Node
from mlspec.source.suggestion import did_you_mean
from mlspec.source.text import quoted

from .fields import OtherWords, Path, choices_of, keys_of, meaning_of, other_words_of, section_at
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
    remedy="write a value that it takes",
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
_KEY = "[key]"
"""What pydantic adds to the location of a key that its mapping does not take."""
_SHORTEST = 2
_MOST_PLACES = 2
"""A key that stands in more places says nothing about what was meant."""
_WITH_KEYS = ("a mapping", "a list")
_YES, _NO = ("yes", "on", "y", "true"), ("no", "off", "n", "false")


def parse_section(
    section: type[T],
    node: Node,
    where: Span | None = None,
    root: str = "the document",
    own: Node | None = None,
    more: tuple[str, ...] = (),
) -> tuple[T | None, list[Diagnostic]]:
    """The value of `node` as a `section`, or None and every reason why not.

    `where` is blamed for a missing top-level key; default: the node itself. `root` is what messages call the node.
    The layer `own` may have `more` keys, which are taken out before.
    """
    try:
        return section.model_validate(node.plain(), by_alias=True, by_name=False), []
    except ValidationError as problems:
        return None, _findings(section, node, _errors(problems), where or node.span, root, own, more)


def parse_part(
    section: type[Section], node: Node, root: str, own: Node | None = None, more: tuple[str, ...] = ()
) -> list[Diagnostic]:
    """What is wrong with a part of a `section` however it is completed: a layer by itself lacks what others bring."""
    try:
        section.model_validate(node.plain(), by_alias=True, by_name=False)
    except ValidationError as problems:
        errors = [error for error in _errors(problems) if not _waits_for_more(node, error)]
        return _findings(section, node, errors, node.span, root, own, more)
    return []


def _errors(problems: ValidationError) -> list[ErrorDetails]:
    return problems.errors(include_url=False)


def _waits_for_more(node: Node, error: ErrorDetails) -> bool:
    """Whether another layer may mend it: a key that is missing, or several keys that do not go together."""
    found = node.get(*_existing(node, error["loc"]))
    return error["type"] == "missing" or (
        error["type"] == "value_error" and found is not None and isinstance(found.value, dict)
    )


def _findings(
    section: type[Section],
    node: Node,
    errors: Iterable[ErrorDetails],
    where: Span,
    root: str,
    own: Node | None,
    more: tuple[str, ...],
) -> list[Diagnostic]:
    explained: set[Path] = set()
    found: list[Diagnostic] = []
    missing: list[tuple[Path, Diagnostic]] = []
    for error in errors:
        path = _existing(node, error["loc"])
        if error["type"] == "missing":
            wanted = (*path, str(error["loc"][-1]))
            missing.append((wanted, _missing(section, wanted, node.locate_key(path) if path else where)))
        elif error["type"] == "extra_forbidden":
            near, remedy = _meant(section, path, more if _is_in(own, node, path) else ())
            explained.add((*path[:-1], near or ""))
            found.append(_unknown_key(node, path, remedy, root, near or ""))
        else:
            found.append(_wrong(section, node, path, error))
    # A key that is only misspelt is not missing, too.
    return list(dict.fromkeys([*found, *(each for wanted, each in missing if wanted not in explained)]))


def _wrong(section: type[Section], node: Node, path: Path, error: ErrorDetails) -> Diagnostic:
    kind = error["type"]
    if kind == "value_error" and isinstance(problem := error.get("ctx", {}).get("error"), Invalid):
        if error["loc"][-1:] == (_KEY,):
            return _wrong_key(node, path, problem)
        return _invalid(section, node, path, problem)
    if kind in ("literal_error", "enum"):
        return _unknown_word(section, node, path)
    if kind in _TYPES:
        return _wrong_type(section, node, path, _TYPES[kind])
    return _out_of_bounds(section, node, path, error)


def _existing(node: Node, location: Path) -> Path:
    """The steps of `location` that the tree has; pydantic adds the names of union members to its own."""
    path: Path = ()
    for step in location:
        if node.get(*path, step) is not None:
            path = (*path, step)
    return path


def _name(path: Path) -> str:
    """A path as people write it: `network.to[0].ports`."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).removeprefix(".")


def _is_in(own: Node | None, node: Node, path: Path) -> bool:
    """Whether a key of the top is written in the layer `own`."""
    return own is not None and len(path) == 1 and own.key_span(path[0]) == node.key_span(path[0])


def _meant(section: type[Section], path: Path, more: tuple[str, ...]) -> tuple[str | None, str]:
    """The key of the same mapping that was meant, if one was, and what to do."""
    from .other_keys import letters, other_keys_of, places_of  # for findings only

    key, keys = str(path[-1]), [*keys_of(section, path[:-1]), *more]
    if key.startswith("-"):
        return None, f"write a space after the dash of a list's item: `- {key.lstrip('-')}: …`"
    here = section_at(section, path[:-1])
    others = other_keys_of(here) if here else OtherWords()
    if meant := others.meant.get(letters(key)):
        return meant if meant in keys else None, f"did you mean `{meant}`?"
    if advice := others.advice.get(letters(key)):
        return None, advice
    if near := did_you_mean(key, keys):
        return near, f"did you mean `{near}`?"
    places = places_of(section, key) if len(key) > _SHORTEST else []
    if 0 < len(places) <= _MOST_PLACES:
        return None, f"did you mean {' or '.join(f'`{each}`' for each in places)}?"
    return None, "known here: " + ", ".join(keys)


def _unknown_key(node: Node, path: Path, remedy: str, root: str, meant: str) -> Diagnostic:
    parent = path[:-1]
    place = f"`{_name(parent)}`" if parent else root
    message = f"{place} has no key {quoted(str(path[-1]))}"
    return UNKNOWN_KEY.error(node.locate_key(path), message, label="not part of the language", remedy=remedy, fix=meant)


def _missing(section: type[Section], wanted: Path, span: Span) -> Diagnostic:
    choices = ", ".join(choices_of(section, wanted))
    key = f"`{wanted[-1]}`" + (f", one of {choices}" if choices else "")
    meaning = meaning_of(section, wanted).rstrip(".")
    remedy = f"add {key}" + (f": {meaning}" if meaning else "")
    return MISSING_KEY.error(span, f"`{_name(wanted)}` is missing", remedy=remedy)


def _meaning(section: type[Section], path: Path) -> str:
    """A key and what the language says of it."""
    meaning = meaning_of(section, path)
    key = next((step for step in reversed(path) if isinstance(step, str)), "")
    return f"`{key}`: {meaning.rstrip('.')}" if meaning else ""


def _wrong_key(node: Node, path: Path, problem: Invalid) -> Diagnostic:
    from .meant import as_scalar  # for findings only

    message = f"`{_name(path[:-1])}` cannot have the key {quoted(str(path[-1]))}"
    fix = as_scalar(problem.fix)
    return INVALID_VALUE.error(node.locate_key(path), message, label=problem.label, remedy=problem.help, fix=fix)


def _invalid(section: type[Section], node: Node, path: Path, problem: Invalid) -> Diagnostic:
    place = _existing(node, (*path, *problem.at))
    return _refused(section, node, place, problem.label, problem.help, problem.fix)


def _refused(section: type[Section], node: Node, path: Path, why: str, remedy: str = "", meant: str = "") -> Diagnostic:
    """A value that its key does not take: one that has a text is quoted, and the reason stands below it."""
    from .meant import as_scalar  # for findings only

    found, name = node.get(*path), _name(path)
    fix = as_scalar(meant)
    remedy = remedy or ("" if fix else _meaning(section, path))
    if found is None or isinstance(found.value, dict | list):
        return INVALID_VALUE.error(node.locate(path), f"`{name}`: {why}" if name else why, remedy=remedy)
    shown = quoted(found.text) if found.text else "empty"
    return INVALID_VALUE.error(node.locate(path), f"`{name}` cannot be {shown}", label=why, remedy=remedy, fix=fix)


def _unknown_word(section: type[Section], node: Node, path: Path) -> Diagnostic:
    found = node.get(*path)
    word = found.text if found else ""
    choices = choices_of(section, path)
    others = other_words_of(section, path)
    # One number is not a slip of the pen for another: of versions, all the choices say more.
    near = did_you_mean(word, choices) if any(map(str.isalpha, word)) else None
    near = others.meant.get(word.casefold(), near)
    label = others.advice.get(word.casefold(), "not one of the choices")
    remedy, fix = "the choices are: " + ", ".join(choices), ""
    if found and not isinstance(found.value, str) and word in choices:
        label, remedy = f"{_kind(found).removesuffix(' with a fraction')} to YAML", f'write it in quotes: "{word}"'
        fix = f'"{word}"'
    elif near:
        remedy, fix = f"did you mean `{near}`? {remedy}", near
    return UNKNOWN_WORD.error(
        node.locate(path), f"`{_name(path)}` cannot be {quoted(word)}", label=label, remedy=remedy, fix=fix
    )


def _wrong_type(section: type[Section], node: Node, path: Path, expected: str) -> Diagnostic:
    found = node.get(*path) or node
    # What is not there has no place but its key's.
    span = node.locate_key(path) if found.value is None else node.locate(path)
    message = f"`{_name(path)}` must be {expected}" if path else f"this must be {expected}"
    listed = keys_of(section, path if expected == "a mapping" else (*path, 0)) if expected in _WITH_KEYS else []
    keys = ", ".join(listed)
    remedy, fix = _as_type(found, expected, keys)
    remedy = remedy or (f"its keys are: {keys}" if keys else _meaning(section, path))
    label = "nothing stands here" if found.value is None else f"this is {_kind(found)}"
    return WRONG_TYPE.error(span, message, label=label, remedy=remedy, fix=fix)


def _as_type(found: Node, expected: str, keys: str) -> tuple[str, str]:
    """How to write a value so that it has the type, and that in place of it; empty where nobody can tell."""
    from .meant import as_scalar  # for findings only

    word = found.text.casefold()
    fix, how = "", ""
    match expected, found.value:
        case "text", bool() | int() | float():
            fix, how = f'"{found.text}"', "write it in quotes"
        case "true or false", str() if word in (*_YES, *_NO):
            fix, how = "true" if word in _YES else "false", "write it without quotes"
        case (("a whole number" | "a number"), str()) if word.replace(".", "", 1).isdecimal():
            fix, how = found.text, "write it without quotes"
        case "a list", str():
            fix, how = f"[{as_scalar(found.text)}]", "write it as a list"
        case "a mapping", list():
            how = "" if keys else "write `<name>: …` for each, in place of a list"
        case "a list", _:
            how = "write items, each on a line that begins with `- `" + (
                f"; the keys of one are: {keys}" if keys else ""
            )
        case "a mapping", None:
            how = "write lines `key: value` below it, or remove it"
    return (f"{how}: {fix}" if fix else how), fix


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
        case float():
            return "a number with a fraction"
        case int():
            return "a number"
        case _:
            return "text"


def _out_of_bounds(section: type[Section], node: Node, path: Path, error: ErrorDetails) -> Diagnostic:
    context = error.get("ctx", {})
    match error["type"]:
        case bound if bound in _BOUNDS:
            words, key = _BOUNDS[bound]
            problem = f"must be {words} {context[key]:,}"
        case "string_too_long" | "too_long":
            problem = f"too long: at most {context['max_length']} fit"
        case "string_too_short":
            problem = "nothing stands here"
        case "too_short":
            problem = "must not be empty"
        case "string_pattern_mismatch":
            problem = f"does not match {context['pattern']}"
        case _:
            problem = error["msg"][:1].lower() + error["msg"][1:]
    return _refused(section, node, path, problem)
