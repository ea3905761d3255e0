"""The root of a YAML document in; whether its apiVersion and kind mean mlspec, or nearly do, out."""

from __future__ import annotations

from msgspec import Struct

from mlspec.diagnostics import Diagnostic, Span

from .findings import API_VERSION, KIND
from .node import Node
from .suggestion import did_you_mean
from .text import quoted

VERSION = "mlspec.dev/v1"
KINDS = ("Model", "Environment", "Workspace")
_GROUP = "mlspec.dev/"


class Header(Struct, frozen=True):
    """What a document says that it is. One that is not `ours` and has a finding was perhaps meant for mlspec."""

    ours: bool
    diagnostics: tuple[Diagnostic, ...] = ()
    environment: str | None = None
    """The name of an Environment that a document which is not ours may have been meant as."""


def read_header(root: Node) -> Header:
    """Whether a document is one of ours; a near miss has a finding, any other document none."""
    version, kind = _word(root, "apiVersion"), _word(root, "kind")
    if version == VERSION:
        return Header(True) if kind in KINDS else Header(False, (_unknown_kind(root, kind),))
    if version is None:
        return _without_version(root, kind)
    near = did_you_mean(version, (VERSION,)) is not None or version.casefold().startswith("mlspec")
    if version.startswith(_GROUP) or (near and kind in KINDS):
        message = f"the document is not read: {quoted(version)} is not an apiVersion that mlspec has"
        return Header(
            False,
            (API_VERSION.error(root.locate(("apiVersion",)), message, label="no such version", fix=VERSION),),
        )
    return Header(False)


def _word(root: Node, key: str) -> str | None:
    node = root.get(key)
    return node.value if node is not None and isinstance(node.value, str) else None


def _unknown_kind(root: Node, kind: str | None) -> Diagnostic:
    if root.get("kind") is None:
        return KIND.error(root.locate_key(("apiVersion",)), "the document has no kind")
    near = did_you_mean(kind or "", KINDS)
    message = f"the document is not read: {quoted(kind)} is not a kind" if kind else "the kind is not a word"
    return KIND.error(root.locate(("kind",)), message, label="no such kind" if near else "", fix=near or "")


def _without_version(root: Node, kind: str | None) -> Header:
    entries = root.value if isinstance(root.value, dict) else {}
    for key, entry in entries.items():
        if entry.node.text.startswith(_GROUP) and did_you_mean(key, ("apiVersion",)):
            message = f"the document is not read: {quoted(key)} is not `apiVersion`"
            return Header(False, (API_VERSION.error(entry.key, message, label="misspelt", fix="apiVersion"),))
    if "spec" not in entries:
        return Header(False)
    if kind in KINDS:
        named = _environment_name(root) if kind == "Environment" else None
        return Header(False, (_no_version(entries["kind"].key, kind or ""),), named)
    if entries.keys() == {"metadata", "spec"}:
        return Header(False, (_no_header(entries["metadata"].key),), _environment_name(root))
    return Header(False)


def _environment_name(root: Node) -> str | None:
    name = root.get("metadata", "name")
    return name.value if name is not None and isinstance(name.value, str) else None


def _no_version(span: Span, kind: str) -> Diagnostic:
    message = f"a document of kind {kind} is not read: it has no apiVersion"
    return API_VERSION.warning(span, message, remedy=f"write `apiVersion: {VERSION}` if it is meant for mlspec")


def _no_header(span: Span) -> Diagnostic:
    message = "a document is not read: it has neither apiVersion nor kind"
    remedy = f"write `apiVersion: {VERSION}` and its kind ({', '.join(KINDS)}) above, if it is meant for mlspec"
    return API_VERSION.warning(span, message, remedy=remedy)
