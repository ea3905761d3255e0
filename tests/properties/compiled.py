"""A workspace in memory -> what it compiles to, in the forms in which properties compare it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from mlspec.artifacts.file import File
from mlspec.compile import Compilation
from mlspec.compile import compile as compile_workspace
from mlspec.diagnostics import Severity
from mlspec.source.files import FilesInMemory
from tests.libyaml import load_all

Objects = dict[str, list[dict[str, Any]]]


def compiled(texts: Mapping[str, bytes]) -> Compilation:
    return compile_workspace(FilesInMemory(texts))


def digests(result: Compilation) -> dict[str, str]:
    """Every path that is written, with the digest of its content."""
    return {output.path: output.sha256 for outputs in result.outputs.values() for output in outputs}


def errors(result: Compilation) -> list[str]:
    found = (each for each in result.diagnostics if each.severity is Severity.ERROR)
    return [f"{each.code} {each.span}: {each.message}" for each in found]


def made(result: Compilation) -> dict[str, str]:
    """The text of every file that the compiler made, by its path."""
    outputs = (output for outputs in result.outputs.values() for output in outputs)
    return {output.path: output.content.decode() for output in outputs if isinstance(output, File)}


def objects(result: Compilation) -> Objects:
    """Every Kubernetes object, read back from the file that it stands in."""
    files = made(result).items()
    return {path: list(load_all(text)) for path, text in files if path.endswith(".yaml")}


def data(result: Compilation) -> dict[str, Any]:
    """Every JSON file, read back."""
    return {path: json.loads(text) for path, text in made(result).items() if path.endswith(".json")}
