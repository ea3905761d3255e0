"""How Argo CD is told to apply an output -> problems: sync waves, Applications, AppProjects."""

from __future__ import annotations

from collections.abc import Iterator

from ..manifests import Manifests, dig, entries, items, mapping, text, texts
from ..problem import Manifest, Problem, identity
from .canary import divides_requests
from .registry import object_rule

_WAVE = "argocd.argoproj.io/sync-wave"
_PATHS = "argocd.argoproj.io/manifest-generate-paths"
_WAVES = {
    "ServiceAccount": -2,
    "NetworkPolicy": -2,
    "ConfigMap": -2,
    "PersistentVolumeClaim": -1,
    "ResourceClaimTemplate": -1,
    "AnalysisTemplate": -1,
    "Deployment": 0,
    "LeaderWorkerSet": 0,
    "InferencePool": 0,
    "Rollout": 0,
    "Service": 0,
    "HTTPRoute": 1,
    "Ingress": 1,
    "HorizontalPodAutoscaler": 2,
    "ScaledObject": 2,
    "PodDisruptionBudget": 2,
    "PrometheusRule": 2,
    # Not healthy before it has ended: what came in a later wave would wait for that.
    "Job": 2,
    "CronJob": 0,
}
_OPTIONS = {"ServerSideApply=true", "ApplyOutOfSyncOnly=true", "PruneLast=true"}
_RETRY = {"limit": 5, "backoff": {"duration": "5s", "factor": 2, "maxDuration": "3m"}}
_ARGO_CD = ("Application", "AppProject")
"""Kinds of Argo CD itself, which no Application brings."""
_BUILT_IN = ("v1", "apps/v1", "batch/v1", "autoscaling/v2", "policy/v1", "networking.k8s.io/v1", "resource.k8s.io/v1")


@object_rule(32, "An object is applied after what it needs: accounts and settings, claims, workload, route, the rest")
def sync_waves(manifests: Manifests) -> Iterator[Problem]:
    for manifest in manifests:
        expected = _WAVES.get(text(manifest, "kind"))
        if manifest.get("kind") == "HTTPRoute" and divides_requests(manifests, manifest):
            expected = 0  # a Rollout starts no pod before it can set the weights of its route
        written = text(manifest, "metadata", "annotations", _WAVE)
        if expected is not None and written != (str(expected) if expected else ""):
            said = f'must be "{expected}"' if expected else "must be left out: 0 is the wave of what states none"
            yield Problem(identity(manifest), ("metadata", "annotations", _WAVE), said)


@object_rule(33, "An Application belongs to its environment's project, heals, retries and prunes last")
def application(manifests: Manifests) -> Iterator[Problem]:
    for found in manifests.of("Application"):
        for path, holds, said in (
            (
                ("spec", "project"),
                text(found, "spec", "project") not in ("", "default"),
                "must be the environment's own",
            ),
            (("spec", "syncPolicy", "retry"), dig(found, "spec", "syncPolicy", "retry") == _RETRY, f"must be {_RETRY}"),
            (("metadata", "annotations", _PATHS), text(found, "metadata", "annotations", _PATHS) == ".", "must be `.`"),
            (
                ("metadata", "labels"),
                bool(text(found, "metadata", "labels", "mlspec.dev/environment")),
                "no environment",
            ),
        ):
            if not holds:
                yield Problem(identity(found), path, said)
        automated = dig(found, "spec", "syncPolicy", "automated")
        if automated is not None and automated != {"prune": True, "selfHeal": True}:
            path = ("spec", "syncPolicy", "automated")
            yield Problem(identity(found), path, "must prune and heal, or be left out")
        options = {*texts(found, "spec", "syncPolicy", "syncOptions")}
        needed = _OPTIONS | ({"SkipDryRunOnMissingResource=true"} if _brings_custom(manifests, found) else set())
        for option in sorted(needed - options):
            yield Problem(identity(found), ("spec", "syncPolicy", "syncOptions"), f"needs {option}")


def _brings_custom(manifests: Manifests, application: Manifest) -> bool:
    return any(application is found for found in manifests.applications) and any(
        manifest.get("apiVersion") not in _BUILT_IN and manifest.get("kind") not in _ARGO_CD for manifest in manifests
    )


@object_rule(35, "An AppProject permits one repository, one namespace of one cluster, and the kinds that are emitted")
def project_is_narrow(manifests: Manifests) -> Iterator[Problem]:
    for project in manifests.of("AppProject"):
        spec, name = mapping(project, "spec"), identity(project)
        if len(items(spec, "sourceRepos")) != 1 or "*" in str(spec.get("sourceRepos")):
            yield Problem(name, ("spec", "sourceRepos"), "must be this repository alone")
        destinations = entries(spec, "destinations")
        if len(destinations) != 1 or "*" in str(spec.get("destinations")):
            yield Problem(name, ("spec", "destinations"), "must be one namespace of one cluster")
        if spec.get("clusterResourceWhitelist"):
            yield Problem(name, ("spec", "clusterResourceWhitelist"), "a model has no objects of a whole cluster")
        permitted = entries(spec, "namespaceResourceWhitelist")
        if not permitted or "*" in str(spec.get("namespaceResourceWhitelist")):
            yield Problem(name, ("spec", "namespaceResourceWhitelist"), "must list the kinds that are emitted")


@object_rule(35, "The AppProject of an Application permits where it reads, where it goes and what it brings")
def project_permits_all(manifests: Manifests) -> Iterator[Problem]:
    for found in manifests.applications:
        project = manifests.named("AppProject", dig(found, "spec", "project"))
        if project is None:
            continue
        name = identity(project)
        if text(found, "spec", "source", "repoURL") not in texts(project, "spec", "sourceRepos"):
            yield Problem(identity(found), ("spec", "source", "repoURL"), f"{name} does not permit it")
        if dig(found, "spec", "destination") not in items(project, "spec", "destinations"):
            yield Problem(identity(found), ("spec", "destination"), f"{name} does not permit it")
        listed = entries(project, "spec", "namespaceResourceWhitelist")
        permitted = [(text(item, "group"), text(item, "kind")) for _, item in listed]
        for manifest in manifests:
            kind = (text(manifest, "apiVersion").rpartition("/")[0], text(manifest, "kind"))
            if manifest.get("kind") not in _ARGO_CD and kind not in permitted:
                yield Problem(identity(manifest), ("kind",), f"{name} does not permit it")
