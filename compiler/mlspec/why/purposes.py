"""A path in a manifest in; what its value is for, always the same and demanded by no rule, out."""

from __future__ import annotations

import re

_PURPOSES = (
    (r"(apiVersion|kind)", "it is what the object is"),
    (r".*app\.kubernetes\.io/component.*", "it tells the serving of a model from its batches, in Kubernetes' own word"),
    (r".*app\.kubernetes\.io/managed-by.*", "it says who wrote the object, in Kubernetes' own word"),
    (
        r"metadata.annotations.*argocd\.argoproj\.io/sync-wave.*",
        "Argo CD applies lower waves first: what is referred to",
    ),
    (
        r"metadata.annotations.*argocd\.argoproj\.io/compare-options.*",
        "Argo CD compares the API server's own answer, with what it fills in, so that no difference stays for ever",
    ),
    (
        r"metadata.annotations.*argocd\.argoproj\.io/manifest-generate-paths.*",
        "Argo CD looks again only when a file of this folder has changed",
    ),
    (
        r"metadata\.finalizers.*",
        "a model that leaves the repository leaves the cluster; an AppProject stays as long as something needs it",
    ),
    (r"metadata\.namespace", "Argo CD reads its own objects there"),
    (r"metadata\.annotations", "it holds what stands below it"),
    (r"automountServiceAccountToken", "no pod talks to the API server, so none needs a token that could be stolen"),
    (
        r"spec\.ignoreDifferences.*",
        "an autoscaler, Argo Rollouts or Kueue writes that in the cluster, and Argo CD must not write it back",
    ),
    (r"spec\.progressDeadlineAbort", "a canary that is stuck is taken back, in place of waiting for a person"),
    (
        r"spec\.fallback.*",
        "while Prometheus gives no answer, KEDA keeps at least the replicas that are at work",
    ),
    (
        r"spec\.syncPolicy.*",
        "how Argo CD applies what changes: in an order that keeps the service up, and again if it fails",
    ),
    (r"spec\.namespaceResourceWhitelist.*", "the kinds of objects that mlspec generates, and no others, are permitted"),
    (r"spec\.(project|destination.*|destinations.*)", "what may be applied, and where, is the environment's own"),
    (r"spec\.metrics\[\d+\]\.interval", "one measurement every half minute sees a bad version within its first step"),
    (r"spec\.metrics\[\d+\]\.name", "it is what people see of it, one for each objective"),
    (r"spec\.groups\[\d+\].*", "it is a part of the rules that every model has: docs/alerts.md"),
    (r"spec\.(endpoints|podMetricsEndpoints)\[\d+\].*", "Prometheus scrapes the one port that has metrics"),
)


def purpose_of(shown: str) -> str:
    """What the value at a path is for; empty where nothing is known."""
    return next((purpose for pattern, purpose in _PURPOSES if re.fullmatch(pattern, shown)), "")
