"""A Kubernetes minor -> the features that are on by default there; a schema accepts fields earlier than clusters."""

from __future__ import annotations

ON_BY_DEFAULT = {
    "image-volume": (1, 35),
    "hpa-tolerance": (1, 35),
    "hpa-scale-to-zero": (1, 37),
    "resource-claims": (1, 34),
}
"""Source: the feature gates page of the Kubernetes documentation, state of November 2026."""


def has(kubernetes: str, feature: str) -> bool:
    """Whether a cluster of that minor (`1.36`) has the feature without further ado."""
    major, minor = kubernetes.split(".")
    return (int(major), int(minor)) >= ON_BY_DEFAULT[feature]
