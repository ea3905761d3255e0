"""A requirements file's text -> the requirements in it, each on one line, and what is wrong with a line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

_NAME = r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?"
_EXTRAS = rf"(?:\s*\[\s*(?:{_NAME}(?:\s*,\s*{_NAME})*)?\s*\])?"
_CLAUSE = r"(?:===|==|>=|<=|~=|!=|<|>)\s*[A-Za-z0-9][A-Za-z0-9.*+!_-]*"
_VERSIONS = rf"(?:\s*{_CLAUSE}(?:\s*,\s*{_CLAUSE})*)?"
_URL = r"\s*@\s*[A-Za-z][A-Za-z0-9+.-]*:[^\s;]+"
# pip takes whatever follows a space and a `-` for an option.
_MARKER = r"(?:\s*;(?:(?!\s-)[^#])*?)?"
_HASHES = r"(?:\s+--hash=[a-z0-9]+:[0-9a-f]+)*"
_SAME_LIBRARY = {"onnxruntime-gpu": "onnxruntime", "xgboost-cpu": "xgboost"}
"""Distributions that bring the same modules: of two of them, the one installed last would overwrite the other."""
_REQUIREMENT = re.compile(rf"({_NAME}){_EXTRAS}(?:{_URL}|{_VERSIONS}){_MARKER}{_HASHES}\s*", re.ASCII)
_PINNED = re.compile(rf"{_NAME}{_EXTRAS}\s*==\s*[0-9]+(?:\.[0-9]+)*{_HASHES}", re.ASCII)
"""What needs no second look by `packaging`, whose import costs as much as reading a spec."""


def read_requirements(text: str) -> Iterator[tuple[int, str]]:
    """(number of the first line, requirement): comments dropped and continued lines joined, as pip reads them.

    Source: pip's "Requirements File Format".
    """
    number, joined = 0, ""
    for at, line in enumerate(text.splitlines(), start=1):
        number = number if joined else at
        comment = re.match(r"\s*#", line) is not None
        if line.endswith("\\") and not comment:
            joined += line[:-1]
            continue
        whole = re.sub(r"(^|\s+)#.*$", "", joined if comment else joined + line).strip()
        joined = ""
        if whole:
            yield number, " ".join(whole.split())
    if joined.strip():
        yield number, " ".join(joined.split())


@cache
def requirement_problem(line: str) -> str | None:
    """Why `line` may not stand in an image's requirements, or None where it may."""
    if line.startswith("-"):
        return "an option of pip; the index and its credentials belong to the build (build secret `pip.conf`)"
    if "${" in line:
        return "a variable, which pip would fill in from the build's environment"
    if not (line.isascii() and line.isprintable()) or _REQUIREMENT.fullmatch(line) is None:
        return "not a requirement; write `name==version`, `name[extra]==version` or `name @ https://…`"
    return None if _PINNED.fullmatch(line) else _refusal(line)


def _refusal(line: str) -> str | None:
    """Why pip would refuse the line's versions or marker."""
    from packaging.requirements import InvalidRequirement, Requirement

    try:
        Requirement(re.sub(rf"{_HASHES}\s*$", "", line))
    except InvalidRequirement as error:
        return f"not a requirement: {str(error).splitlines()[0]}"
    return None


def distribution(line: str) -> str:
    """The normalised name of the distribution that a requirement is for (PyPA, "Names and normalization").

    Raises ValueError where `requirement_problem` finds one.
    """
    match = _REQUIREMENT.fullmatch(line)
    if match is None:
        raise ValueError(f"{line!r}: {requirement_problem(line)}")
    return re.sub(r"[-_.]+", "-", match[1]).lower()


def choice_of(line: str) -> str:
    """The library that a requirement chooses a distribution of: `onnxruntime` for `onnxruntime-gpu` as well.

    Raises ValueError as `distribution` does.
    """
    name = distribution(line)
    return _SAME_LIBRARY.get(name, name)


def distributions_of(name: str) -> tuple[str, ...]:
    """The normalised name itself, then the others that bring the same modules."""
    library = _SAME_LIBRARY.get(name, name)
    others = (library, *(other for other, brings in _SAME_LIBRARY.items() if brings == library))
    return (name, *(other for other in others if other != name))
