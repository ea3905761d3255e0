"""A spec's file and its model's name -> the lock beside it, laid over the spec; or why it cannot be read."""

from __future__ import annotations

from pathlib import PurePosixPath

from mlspec.codes import code
from mlspec.diagnostics import Diagnostic, Related, Span, has_errors
from mlspec.source.files import Files
from mlspec.source.node import Document
from mlspec.source.read import parse
from mlspec.source.text import MAX_BYTES
from mlspec.spec.lock import Lock
from mlspec.spec.parse import parse_section
from mlspec.spec.service import ServiceSpec

UNREADABLE_LOCK = code(
    "MLS440",
    "unreadable-lock",
    title="a lock that cannot be read",
    reason="It is written by `mlspec lock` alone; a merge that stopped half way, or an edit, may have broken it.",
    remedy="delete it and write it again with `mlspec lock`; git has the one before",
)
SUFFIX = ".lock"


def lock_path(source: str) -> str:
    """`specs/churn/model.yaml` -> `specs/churn/model.lock`."""
    return str(PurePosixPath(source).with_suffix(SUFFIX))


def read_lock(files: Files, source: str, name: str, named: Span) -> tuple[Lock | None, list[Diagnostic]]:
    """The lock of the model `name`, whose spec is the file `source`; `named` is where it says its name."""
    path = lock_path(source)
    if files.size(path) is None:
        return None, []
    parsed = parse(path, files.read(path, MAX_BYTES + 1))
    reasons = [found for found in parsed.diagnostics if has_errors([found])]
    lock: Lock | None = None
    # A file of several models' specs has a file of several locks.
    mine = [document for document in parsed.documents if _name(document) == name]
    if mine and not reasons:
        lock, reasons = parse_section(Lock, mine[0].root)
    return lock, [_unreadable(reason, name, named) for reason in reasons[:1]]


def locks_in(files: Files, path: str) -> dict[str, Lock]:
    """Every lock of a file that can be read, by its model."""
    if files.size(path) is None:
        return {}
    read = (parse_section(Lock, each.root)[0] for each in parse(path, files.read(path, MAX_BYTES + 1)).documents)
    return {lock.metadata.name: lock for lock in read if lock is not None}


def _name(document: Document) -> object:
    node = document.root.get("metadata", "name")
    return node.value if node else None


def _unreadable(reason: Diagnostic, name: str, named: Span) -> Diagnostic:
    return UNREADABLE_LOCK.error(
        reason.span,
        f"the lock of {name} cannot be read: {reason.message}",
        label=reason.label,
        remedy=f"delete the file and run `mlspec lock {name}`; git has the one before",
        related=[Related(named, "its model")],
    )


def with_lock(spec: ServiceSpec, lock: Lock | None) -> ServiceSpec:
    """The spec with the model where the lock says that its registry has it, and with the digest that the lock knows."""
    source = spec.model
    known = lock.model_at(source.uri, source.revision) if lock else None
    if known is None or (source.uri or "").startswith("./"):
        return spec
    found = {
        "uri": known.location or source.uri,
        "digest": source.digest or known.pinned_digest,
        "size": source.size or known.size,
    }
    return spec.model_copy(update={"model": source.model_copy(update=found)})
