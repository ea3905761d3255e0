"""A generated Python file -> the place where it is no Python."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from mlspec.artifacts.file import File

from .problem import Problem


def python_problems(file: File) -> Iterator[Problem]:
    """One problem where the file does not parse."""
    try:
        ast.parse(file.content, file.path)
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None) or 1
        yield Problem(f"{file.path}:{line}", (), str(error))
