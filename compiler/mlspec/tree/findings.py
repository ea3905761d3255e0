"""How a tree differs goes in; the same as findings, for the formats that programs read, comes out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mlspec.codes import code
from mlspec.diagnostics import Diagnostic, Span

from .changes import Change, Changes, Kind
from .diff import headline

STALE = code(
    "MLS501",
    "stale-output",
    title="a generated file that is not what the specs give today",
    reason="Argo CD applies what is committed: a spec without its outputs changes nothing in the cluster.",
    remedy="run `mlspec compile` and commit what it writes",
)
EDITED = code(
    "MLS502",
    "edited-output",
    title="a generated file that somebody changed by hand",
    reason="The next compile puts it back, and the change is lost.",
    remedy="say it in the spec, where need be by `overrides`, and run `mlspec compile`",
)
FOREIGN = code(
    "MLS503",
    "file-in-the-way",
    title="a file that mlspec did not write where it must write",
    reason="What was not generated is never overwritten.",
    remedy="move the file or delete it, then compile again",
)
IMMUTABLE = code(
    "MLS504",
    "immutable-field",
    title="a field that Kubernetes lets nobody change would change",
    reason="The cluster refuses the object in its new form, and Argo CD's sync fails until somebody deletes it.",
    remedy="delete the file in a commit of its own, and Argo CD deletes the object; then compile again",
)
EMPTIED = code(
    "MLS505",
    "emptied-environment",
    title="an environment would lose its last model",
    reason="Argo CD would delete all that runs there.",
    remedy="if that is meant, say so: `mlspec compile --allow-empty`",
)
STRAY = code(
    "MLS506",
    "stray-file",
    title="a file that mlspec did not write in a folder that Argo CD reads",
    reason="Argo CD would apply it as if it were the output of a spec, and nobody reviews it as one.",
    remedy="move it elsewhere or delete it",
)


def refusals(changes: Changes, emptied: Iterable[str]) -> Iterator[Diagnostic]:
    """Why nothing may be written; `emptied` are the environments that would lose their last model."""
    for change in changes.foreign:
        yield FOREIGN.error(Span(change.path), headline(change))
    for change, path in changes.immutable:
        yield IMMUTABLE.error(
            Span(change.path), f"`{path}` would change, which Kubernetes refuses for what is deployed"
        )
    for name in emptied:
        index = f"{changes.layout.indexes}/{name}"
        yield EMPTIED.error(
            Span(index), f"{name} would lose its last model, and Argo CD would delete all that runs there"
        )


def differences(changes: Changes) -> Iterator[Diagnostic]:
    """Each file that somebody changed by hand; what is stale of one owner is one finding, at its first file."""
    stale: dict[str, list[Change]] = {}
    for change in changes.shown:
        if change.kind in (Kind.EDITED, Kind.DELETED):
            yield EDITED.error(Span(change.path), headline(change))
        else:
            stale.setdefault(change.owner, []).append(change)
    for owner, each in stale.items():
        more = f", and so are {len(each) - 1} more files of {owner}" if len(each) > 1 else ""
        yield STALE.error(Span(each[0].path), f"{each[0].path} is not what the specs give{more}")


def stray_files(paths: Iterable[str]) -> Iterator[Diagnostic]:
    """Each file that Argo CD would apply though no spec asks for it."""
    for path in paths:
        yield STRAY.error(Span(path), f"{path} is not mlspec's, and Argo CD would apply it")
