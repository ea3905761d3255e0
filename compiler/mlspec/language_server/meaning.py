"""A place in a spec in; what the value there means, what it is in each environment, and where it leads, out."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from mlspec.compile import Compilation
from mlspec.diagnostics import Span
from mlspec.environment.resolved import ResolvedSpec
from mlspec.source.node import Document, Node
from mlspec.source.read import parse
from mlspec.spec.environment import EnvironmentDocument
from mlspec.spec.fields import Path, choices_of, field_at, meaning_of, section_at
from mlspec.spec.json_schema import schema
from mlspec.spec.section import Section
from mlspec.spec.service import ModelDocument, ServiceSpec
from mlspec.spec.workspace import WorkspaceDocument

_KINDS: dict[str, type[Section]] = {
    "Model": ModelDocument,
    "Environment": EnvironmentDocument,
    "Workspace": WorkspaceDocument,
}


def path_at(file: str, content: bytes, line: int, column: int) -> tuple[Document, Path, Span] | None:
    """The document and the path of the key or the value at a place; None where nothing is, or nobody can read it."""
    for document in parse(file, content).documents:
        if found := _below(document.root, (), line, column):
            return document, *found
    return None


def _below(node: Node, path: Path, line: int, column: int) -> tuple[Path, Span] | None:
    if isinstance(node.value, dict):
        for key, entry in node.value.items():
            if _covers(entry.key, line, column):
                return (*path, key), entry.key
            if found := _below(entry.node, (*path, key), line, column):
                return found
    elif isinstance(node.value, list):
        for index, item in enumerate(node.value):
            if found := _below(item, (*path, index), line, column):
                return found
    elif path and _covers(node.span, line, column):
        return path, node.span
    return None


def _covers(span: Span, line: int, column: int) -> bool:
    return (span.line, span.column) <= (line, column) <= (span.end_line, span.end_column)


def hover_text(document: Document, path: Path, compilation: Compilation) -> str:
    """Markdown: the path, its meaning and choices, its default, and the value in each environment."""
    kind = document.root.get("kind")
    section = _KINDS.get(str(kind.value) if kind else "")
    if section is None:
        return ""
    section, below = _layer(section, path)
    meaning, choices = meaning_of(section, below), choices_of(section, below)
    if not meaning and field_at(section, below) is None:
        return ""
    lines = [f"**`{_name(path)}`**", *([meaning] if meaning else [])]
    if choices and "spec" in path:
        lines.append("One of " + ", ".join(f"`{each}`" for each in choices))
    if default := _default(section, below):
        lines.append(f"Default: `{default}`")
    lines += _values(document, section, below, compilation)
    return "\n\n".join(lines)


def _layer(section: type[Section], path: Path) -> tuple[type[Section], Path]:
    """Where a part of a model's spec stands, it is that."""
    if section is ModelDocument and path[:1] == ("spec",):
        return (ServiceSpec, path[3:]) if path[1:2] == ("environments",) and len(path) > 2 else (ServiceSpec, path[1:])
    if path[:2] == ("spec", "defaults") and len(path) > 2:
        return ServiceSpec, path[2:]
    return section, path


def _values(document: Document, section: type[Section], path: Path, compilation: Compilation) -> Iterator[str]:
    if section is not ServiceSpec or not path:
        return
    name = document.root.get("metadata", "name")
    for each in compilation.resolution.specs:
        if each.model.source == document.file and name is not None and each.name == name.value:
            yield f"{each.environment.name}: {_value(each, path)}"


def _value(resolved: ResolvedSpec, path: Path) -> str:
    found = resolved.tree.get(*path)
    if found is None:
        return "the default"
    where = found.span if not isinstance(found.value, dict | list) else resolved.at(*path)
    value = f"`{found.text}`" if not isinstance(found.value, dict | list) else "as written"
    return f"{value} ({where.file}:{where.line})"


def _default(section: type[Section], path: Path) -> str:
    parent = section_at(section, path[:-1]) if path else None
    if parent is None:
        return ""
    stated = _definitions().get(parent.__name__, {}).get("properties", {}).get(str(path[-1]), {})
    default = stated.get("default")
    return "" if default is None else str(default).lower() if isinstance(default, bool) else str(default)


@cache
def _definitions() -> dict[str, Any]:
    found: dict[str, Any] = schema()["definitions"]
    return {**found, "ServiceSpec": found["ModelSpec"]}


def _name(path: Path) -> str:
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).removeprefix(".")


def leads_to(document: Document, path: Path, compilation: Compilation) -> list[Span]:
    """Where that is defined what a name in a model's spec means: an environment, or an accelerator in each of them."""
    resolution = compilation.resolution
    if path[:2] == ("spec", "environments") and len(path) == 3:
        return [each.name_span for each in resolution.environments if each.name == path[2] and each.source]
    if path[-3:] == ("resources", "accelerator", "type"):
        node = document.root.get(*path)
        entries = ((each.tree, ("accelerators", str(node.value) if node else "")) for each in resolution.environments)
        return [tree.locate_key(entry) for tree, entry in entries if tree is not None and tree.get(*entry) is not None]
    return []
