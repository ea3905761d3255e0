"""How a tree differs goes in; the same as findings, for the formats that programs read, comes out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

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
UNWATCHED = code(
    "MLS507",
    "unwatched-environment",
    title="an environment would lose all its Applications",
    reason="They are deleted by the root that reads them, and with each of them all that it runs.",
    remedy="say the environment's `gitops.repo` again; if that is meant: `mlspec compile --allow-empty`",
)
STRAY = code(
    "MLS506",
    "stray-file",
    title="a file that mlspec did not write in a folder that Argo CD reads",
    reason="Argo CD would apply it as if it were the output of a spec, and nobody reviews it as one.",
    remedy="move it elsewhere or delete it",
)


def refusals(
    changes: Changes, without_models: Iterable[str], without_argocd: Iterable[str], named: Mapping[str, Span]
) -> Iterator[Diagnostic]:
    """Why nothing may be written; the environments that would lose their last model, or their Applications, and where
    environments are written."""
    yield from foreign(changes)
    yield from immutable(changes)
    yield from emptied(changes, without_models, named)
    yield from unwatched(changes, without_argocd, named)


def foreign(changes: Changes) -> Iterator[Diagnostic]:
    """Each file of somebody else's that is in the way."""
    for change in changes.foreign:
        yield FOREIGN.error(Span(change.path), headline(change))


def immutable(changes: Changes) -> Iterator[Diagnostic]:
    """Each part of an object that a cluster would not take in its new form, in the file that it was deployed from."""
    for change, path in changes.immutable:
        message = f"`{path}` would change, which Kubernetes refuses for what is deployed"
        yield IMMUTABLE.error(_written(change, path), message, label="as it was deployed")


def emptied(changes: Changes, lost: Iterable[str], named: Mapping[str, Span]) -> Iterator[Diagnostic]:
    """Each environment that would lose its last model: where it is written or, gone itself, at its index."""
    for name in lost:
        span = named.get(name)
        yield EMPTIED.error(
            span or Span(f"{changes.layout.indexes}/{name}"),
            f"{name} would lose its last model, and Argo CD would delete all that runs there",
            label="has no model any more" if span else "",
        )


def unwatched(changes: Changes, lost: Iterable[str], named: Mapping[str, Span]) -> Iterator[Diagnostic]:
    """Each environment that would lose all its Applications."""
    for name in lost:
        span = named.get(name)
        message = f"{name} would lose its Applications, and Argo CD would delete all that runs there"
        label = "has no `gitops.repo` any more" if span else ""
        yield UNWATCHED.error(span or Span(changes.layout.index_of(name)), message, label=label)


def _written(change: Change, path: str) -> Span:
    """The key of a part of `spec` in a file that is as mlspec wrote it."""
    content = change.found.content if change.found else None
    key = path.rpartition(".")[2].encode()
    found = re.search(rb"^  (%b):" % re.escape(key), content or b"", re.MULTILINE)
    if content is None or found is None:
        return Span(change.path)
    line, start = content.count(b"\n", 0, found.start()) + 1, found.start(1) - found.start() + 1
    return Span(change.path, line, start, line, start + len(key))


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
