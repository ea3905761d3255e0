"""Checks of what an environment says of Argo CD."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mlspec.codes import code
from mlspec.diagnostics import Diagnostic
from mlspec.environment.resolved import Environment

from .registry import environments_check

NO_REPOSITORY = code(
    "MLS229",
    "gitops-without-repository",
    title="how Argo CD syncs, without a repository that it could read",
    reason="Without `gitops.repo` no Application is written, and nothing that is said of one has an effect.",
    remedy="name the repository as `gitops.repo`, here or in the Workspace, or remove the others",
)


@environments_check(NO_REPOSITORY)
def gitops_without_repository(environments: Sequence[Environment]) -> Iterator[Diagnostic]:
    for environment in environments:
        gitops = environment.spec.gitops
        if gitops.repo is not None or not environment.source:
            continue
        for field in sorted(gitops.model_fields_set - {"repo"}):
            tree = environment.tree
            here = tree is not None and tree.get("gitops", field) is not None
            yield NO_REPOSITORY.error(
                tree.locate_key(("gitops", field)) if tree and here else environment.name_span,
                f"`gitops.{field}` of {environment.name} has no effect: there is no repository that Argo CD could read",
                label="of no Application" if here else "by the Workspace's default",
            )
