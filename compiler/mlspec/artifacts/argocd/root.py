"""EnvironmentPlan -> the two AppProjects and the root Application of an environment, in one file.

Whoever runs Argo CD applies it: nothing that Argo CD syncs may widen what Argo CD may do.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mlspec.artifacts.file import File
from mlspec.artifacts.manifest import declared_kinds, yaml_file
from mlspec.artifacts.registry import environment
from mlspec.plan.plan import EnvironmentPlan, Manifest

from .destination import IN_CLUSTER, destination
from .sync_policy import sync_policy

_API_VERSION = "argoproj.io/v1alpha1"
_APPLICATION = ("argoproj.io", "Application")


@environment
def root(plan: EnvironmentPlan) -> Iterator[File]:
    documents = [_models_project(plan), _root_project(plan), _root_application(plan)]
    yield yaml_file(plan.file, documents, plan.source)


def _models_project(plan: EnvironmentPlan) -> Manifest:
    return _project(
        plan,
        plan.project,
        f"Models in {plan.environment}",
        destination(plan.cluster, plan.namespace),
        declared_kinds(),
    )


def _root_project(plan: EnvironmentPlan) -> Manifest:
    # Who may write an Application may name any project in it, and so do anything: the models' own project may not,
    # and this one may do nothing else.
    return _project(
        plan,
        plan.root,
        f"The Applications of {plan.environment}",
        destination(IN_CLUSTER, plan.argocd_namespace),
        [_APPLICATION],
    )


def _project(
    plan: EnvironmentPlan, name: str, description: str, target: Manifest, kinds: Iterable[tuple[str, str]]
) -> Manifest:
    # Without a list of cluster-wide kinds none is permitted, the namespace included: it is the platform team's.
    return {
        "apiVersion": _API_VERSION,
        "kind": "AppProject",
        "metadata": {
            "name": name,
            "namespace": plan.argocd_namespace,
            "labels": dict(plan.labels),
            # Argo CD keeps the project for as long as an Application names it.
            "finalizers": ["resources-finalizer.argocd.argoproj.io"],
        },
        "spec": {
            "description": description,
            "sourceRepos": [plan.repo],
            "destinations": [target],
            "namespaceResourceWhitelist": [{"group": group, "kind": kind} for group, kind in kinds],
        },
    }


def _root_application(plan: EnvironmentPlan) -> Manifest:
    return {
        "apiVersion": _API_VERSION,
        "kind": "Application",
        # No finalizer: to delete the root is not to delete every model.
        "metadata": {
            "name": plan.root,
            "namespace": plan.argocd_namespace,
            "labels": dict(plan.labels),
            "annotations": {"argocd.argoproj.io/manifest-generate-paths": "."},
        },
        "spec": {
            "project": plan.root,
            "source": {"repoURL": plan.repo, "targetRevision": plan.branch, "path": plan.applications_path},
            "destination": destination(IN_CLUSTER, plan.argocd_namespace),
            "syncPolicy": sync_policy(auto=plan.auto_sync),
        },
    }
