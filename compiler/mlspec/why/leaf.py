"""A document of one model or environment in; every value in it that may decide something, or may be set, out."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from mlspec.diagnostics import Span
from mlspec.source.node import Document, Node
from mlspec.spec.environment import EnvironmentSpec
from mlspec.spec.fields import Path, choices_of, field_at, is_scalar, meaning_of
from mlspec.spec.section import Section
from mlspec.spec.service import ModelMetadata, ServiceSpec
from mlspec.spec.workspace import WorkspaceSpec

_SPECS: dict[str, type[Section]] = {"Model": ServiceSpec, "Environment": EnvironmentSpec, "Workspace": WorkspaceSpec}
_LAYERS = {
    ("Model", ""): "",
    ("Model", "environments"): ", in {name}",
    ("Environment", ""): ", of {name}",
    ("Environment", "defaults"): ", for every model in {name}",
    ("Workspace", ""): ", of the workspace",
    ("Workspace", "defaults"): ", for every model",
}
NOTHING = "none"
"""How a default is shown that is no value."""
_WITHOUT_DEFAULT = ("defaults", "environments", "overrides")


@dataclass(frozen=True)
class Leaf:
    """A scalar of a document: `value` is what stands there or, without a `span`, the default."""

    document: Document = dataclasses.field(repr=False)
    path: Path
    """From the document's root."""
    name: str
    """As people write it, from the `spec` on."""
    value: object
    text: str
    span: Span | None = None
    meaning: str = ""
    words: tuple[str, ...] = ()
    """Of which it is one."""
    examples: tuple[object, ...] = ()
    field: FieldInfo | None = dataclasses.field(default=None, repr=False, compare=False)

    def takes(self, others: Iterable[object]) -> Iterator[object]:
        """Those of the values that its type takes, where it has one of its own."""
        if self.field is None:
            yield from others
            return
        adapter = _adapter(self.field)
        for other in others:
            with suppress(ValidationError):
                adapter.validate_python(other, strict=True)
                yield other

    @property
    def kind(self) -> str:
        return _kind(self.document)

    @property
    def label(self) -> str:
        """Its name, and in which layer it stands."""
        layer = _LAYERS.get((self.kind, str(self.path[1]) if len(self.path) > 1 else ""), _LAYERS[self.kind, ""])
        named = self.document.root.get("metadata", "name")
        of = self.path[2] if self.kind == "Model" and len(self.path) > 2 else named.value if named else ""
        return self.name + layer.format(name=of)

    @property
    def documented(self) -> str:
        """Where the language says what it is."""
        steps = [str(step) for step in self.path[:-1] if not isinstance(step, int)]
        return f"docs/language.md#{self.kind}-{''.join(steps)}".lower()


_adapters: dict[int, TypeAdapter[Any]] = {}
"""By the fields, which live as long as their types, and have no hash."""


def _adapter(field: FieldInfo) -> TypeAdapter[Any]:
    if id(field) not in _adapters:
        _adapters[id(field)] = TypeAdapter(field.rebuild_annotation())
    return _adapters[id(field)]


def leaves(document: Document, environment: str) -> Iterator[Leaf]:
    """Every scalar that is written, as far as it concerns the environment."""
    for top, kind in (("metadata", ModelMetadata), ("spec", _SPECS[_kind(document)])):
        root = document.root.get(top)
        for path, node in root.scalars() if root is not None else ():
            section, below = _layer(kind, path)
            if path[:1] == ("environments",) and path[1:2] != (environment,):
                continue
            yield Leaf(
                document,
                (top, *path),
                _name(below if top == "spec" else (top, *path)),
                node.value,
                node.text or "null",
                node.span,
                meaning_of(section, below),
                tuple(choices_of(section, below)),
                field=field_at(section, below),
            )


def _layer(kind: type[Section], path: Path) -> tuple[type[Section], Path]:
    """A model's spec may stand in an environment's block and in `defaults`, too."""
    if path[:1] == ("environments",):
        return ServiceSpec, path[2:]
    if path[:1] == ("defaults",):
        return ServiceSpec, path[1:]
    return kind, path


def defaults(document: Document, value: Section, tree: Node | None, definitions: dict[str, Any]) -> Iterator[Leaf]:
    """Every scalar of the document's spec, which is `value` once merged as `tree`, that nobody wrote."""
    yield from _defaults(document, value, tree, definitions, ())


def _defaults(
    document: Document, value: Section, tree: Node | None, definitions: dict[str, Any], path: tuple[str, ...]
) -> Iterator[Leaf]:
    properties = definitions.get(type(value).__name__, {}).get("properties", {})
    for name, field_ in type(value).model_fields.items():
        key, below = str(field_.alias or name), getattr(value, name)
        here = (*path, key)
        written = tree.get(*here) if tree is not None else None
        if key in _WITHOUT_DEFAULT and not path:
            continue
        if isinstance(below, Section):
            yield from _defaults(document, below, tree, definitions, here)
        elif written is None and (is_scalar(field_.annotation) or below):
            stated = properties.get(key, {})
            text = stated.get("default", below)
            yield Leaf(
                document,
                ("spec", *here),
                _name(here),
                text if isinstance(text, str | int | float) else None,
                _shown(text),
                None,
                field_.description or "",
                tuple(choices_of(type(value), (key,))),
                tuple(_examples(stated)),
                field_,
            )


def _examples(stated: dict[str, Any]) -> Iterator[object]:
    for option in (stated, *stated.get("anyOf", ()), *stated.get("allOf", ())):
        yield from option.get("examples", ())


def _shown(value: object) -> str:
    if value is None or value == [] or value == {}:
        return NOTHING
    if isinstance(value, bool):
        return str(value).lower()
    return str(value)


def _name(path: Path) -> str:
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).removeprefix(".")


def _kind(document: Document) -> str:
    node = document.root.get("kind")
    return str(node.value) if node else ""
