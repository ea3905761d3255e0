"""Plan -> the Argo CD Application that syncs one model in one environment."""

from __future__ import annotations

from collections.abc import Iterator

from mlspec.artifacts.file import File
from mlspec.artifacts.manifest import present, yaml_file
from mlspec.artifacts.registry import deployment
from mlspec.plan.plan import Gitops, Manifest, Plan

from .destination import destination
from .sync_policy import sync_policy


@deployment
def application(plan: Plan) -> Iterator[File]:
    if plan.gitops is None:
        return
    yield yaml_file(plan.gitops.application_file, [_application(plan, plan.gitops)], plan.source)


def _application(plan: Plan, gitops: Gitops) -> Manifest:
    return {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Application",
        "metadata": {
            "name": plan.names.application,
            "namespace": gitops.namespace,
            "labels": dict(plan.labels),
            "annotations": {
                # The API server's own answer is compared, with what it fills in; comparing the files themselves shows
                # a difference for ever in each list whose items have defaults (argoproj/argo-cd#22151).
                "argocd.argoproj.io/compare-options": "ServerSideDiff=true",
                "argocd.argoproj.io/manifest-generate-paths": ".",
            },
            # A model that leaves the repository leaves the cluster: without it, its pods would run on, unowned.
            "finalizers": ["resources-finalizer.argocd.argoproj.io"],
        },
        "spec": present(
            {
                "project": gitops.project,
                "source": {"repoURL": gitops.repo, "targetRevision": gitops.branch, "path": gitops.path},
                "destination": destination(gitops.cluster, plan.namespace),
                "syncPolicy": sync_policy(auto=gitops.auto_sync, options=_options(gitops)),
                "ignoreDifferences": _ignored(plan) if gitops.ignores_replicas else None,
            }
        ),
    }


def _options(gitops: Gitops) -> Iterator[str]:
    if gitops.ignores_replicas:
        yield "RespectIgnoreDifferences=true"
    if gitops.has_custom_resources:
        yield "SkipDryRunOnMissingResource=true"


def _ignored(plan: Plan) -> list[Manifest]:
    deployment = {"group": "apps", "kind": "Deployment", "name": plan.names.service}
    return [{**deployment, "jsonPointers": ["/spec/replicas"]}]
