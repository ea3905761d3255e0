"""Checks of text that looks like a credential, anywhere in a spec: secrets are only ever named."""

from __future__ import annotations

from collections.abc import Iterator

from mlspec.codes import Ignorable, code
from mlspec.credentials import credential_kind, names_credential
from mlspec.diagnostics import Diagnostic, Span
from mlspec.environment.resolved import ResolvedSpec
from mlspec.source.node import Document, Node

from .registry import check, document_check

CREDENTIAL = code(
    "MLS230",
    "credential",
    title="a literal that looks like a credential",
    reason="A spec is committed, and what it says stands in the generated files for all to read.",
    remedy="put it into a Secret and name it: `{name: …, secret: <secret>/<key>}`; and revoke this one",
    ignorable=Ignorable.COMMITTED,
)


@check(CREDENTIAL)
def credential(resolved: ResolvedSpec) -> Iterator[Diagnostic]:
    """What reaches the output: nothing is rendered from it, so that it is not found there once more."""
    for tree in (resolved.tree, resolved.model.metadata_tree):
        yield from _within(tree)


@document_check(CREDENTIAL)
def credential_anywhere(document: Document) -> Iterator[Diagnostic]:
    """What is committed, whether or not a model makes anything of it."""
    yield from _within(document.root)


def _within(tree: Node) -> Iterator[Diagnostic]:
    for path, node in tree.scalars():
        if not isinstance(node.value, str):
            continue
        if kind := credential_kind(node.value):
            yield _finding(node.span, f"this looks like {kind}")
        elif path[-1:] == ("value",) and names_credential(name := _name_beside(tree, path), node.value):
            yield _finding(node.span, f"{name} looks like the name of a credential, and this is its value")


def _name_beside(tree: Node, path: tuple[str | int, ...]) -> str:
    """The `name` in the mapping that holds a `value`, as an environment variable has it."""
    name = tree.get(*path[:-1], "name")
    return name.value if name is not None and isinstance(name.value, str) else ""


def _finding(span: Span, message: str) -> Diagnostic:
    return CREDENTIAL.error(span, message, label="never write it here")
