"""Plan -> the Argo CD Application that syncs one model in one environment."""

from __future__ import annotations

from collections.abc import Iterator

from mlspec.artifacts.file import File
from mlspec.artifacts.manifest import present, yaml_file
from mlspec.artifacts.registry import either
from mlspec.plan.plan import Gitops, Manifest, Plan

from .destination import destination
from .sync_policy import sync_policy

_VERSION_SELECTED = "/spec/selector/rollouts-pod-template-hash"
_RULES_OF_CANARY = 'select(.metadata.labels["rollouts.argoproj.io/gatewayapi-canary"] == "in-progress") | .spec.rules'
"""While a canary runs, the plugin marks its route. To ignore the weights alone, at any time, would keep every other
change of the rules from being applied: Argo CD leaves a whole list as it is where it ignores a part of it."""


@either
def application(plan: Plan) -> Iterator[File]:
    if plan.gitops is None:
        return
    yield yaml_file(plan.gitops.application_file, [_application(plan, plan.gitops)], plan.source)


def _application(plan: Plan, gitops: Gitops) -> Manifest:
    ignored = list(_ignored(plan, gitops))
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
                "syncPolicy": sync_policy(auto=gitops.auto_sync, options=_options(gitops, ignores=bool(ignored))),
                "ignoreDifferences": ignored,
            }
        ),
    }


def _options(gitops: Gitops, *, ignores: bool) -> Iterator[str]:
    if ignores:
        yield "RespectIgnoreDifferences=true"
    if gitops.has_custom_resources:
        yield "SkipDryRunOnMissingResource=true"


def _ignored(plan: Plan, gitops: Gitops) -> Iterator[Manifest]:
    """What controllers write after a sync: the autoscaler its replicas, a canary its selectors and weights."""
    if gitops.ignores_replicas:
        workload = plan.workload
        group = workload.api_version.partition("/")[0]
        yield {"group": group, "kind": workload.kind, "name": workload.name, "jsonPointers": ["/spec/replicas"]}
    if plan.canary and plan.canary.routed:
        for name in (plan.names.canary_service, plan.names.stable_service):
            yield {"kind": "Service", "name": name, "jsonPointers": [_VERSION_SELECTED]}
        route = {"group": "gateway.networking.k8s.io", "kind": "HTTPRoute", "name": plan.names.service}
        yield {**route, "jqPathExpressions": [_RULES_OF_CANARY]}
    if gitops.ignored_job:
        # Kueue lets the Job go when its turn comes, and says to which nodes.
        yield {"group": "batch", "kind": "Job", "jsonPointers": list(gitops.ignored_job)}
