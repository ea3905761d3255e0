"""A cluster and a namespace -> where Argo CD applies."""

from __future__ import annotations

from mlspec.plan.plan import Manifest

IN_CLUSTER = "https://kubernetes.default.svc"
"""The cluster that Argo CD itself runs in."""


def destination(cluster: str, namespace: str) -> Manifest:
    """`cluster` is a server's URL or a cluster's name; an Application and its AppProject must say it alike."""
    return {"server" if "://" in cluster else "name": cluster, "namespace": namespace}
