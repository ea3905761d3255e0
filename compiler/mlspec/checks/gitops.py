"""Checks of what an environment says of Argo CD."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mlspec.codes import code
from mlspec.diagnostics import Diagnostic
from mlspec.environment.resolved import Environment
from mlspec.source.node import Node

from .registry import environments_check

NO_REPOSITORY = code(
    "MLS229",
    "gitops-without-repository",
    title="how Argo CD syncs, without a repository that it could read",
    reason="Without `gitops.repo` no Application is written, and nothing that is said of one has an effect.",
    remedy="name the repository as `gitops.repo`, in the environment or for all in the Workspace, or remove the others",
)


@environments_check(NO_REPOSITORY)
def gitops_without_repository(environments: Sequence[Environment]) -> Iterator[Diagnostic]:
    for environment in environments:
        if environment.spec.gitops.repo is None and environment.tree is not None:
            own = environment.tree.get("gitops")
            yield from _in_vain(own, f"of {environment.name}", "there is no repository that Argo CD could read")
    # What the Workspace says for all is in vain where none has a use for it.
    if environments and all(environment.spec.gitops.repo is None for environment in environments):
        because = "no environment has a repository that Argo CD could read"
        yield from _in_vain(environments[0].shared, "of the Workspace", because)


def _in_vain(gitops: Node | None, whose: str, because: str) -> Iterator[Diagnostic]:
    if gitops is None or not isinstance(gitops.value, dict):
        return
    for field, entry in gitops.value.items():
        if field != "repo" and entry.node.value is not None:
            yield NO_REPOSITORY.error(
                entry.key, f"`gitops.{field}` {whose} has no effect: {because}", label="of no Application"
            )
