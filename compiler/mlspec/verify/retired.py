"""An object and a Kubernetes minor -> what that minor took away, refuses by now, deprecates, or means otherwise in it.

A schema still accepts all of these: fields leave the API years after they have lost their effect, or never.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterator
from typing import Any

from msgspec import Struct

from .manifests import Manifests
from .problem import Manifest, Path, Problem, identity

_CHANGES = "https://github.com/kubernetes/kubernetes/blob/master/CHANGELOG"
_ENHANCEMENTS = "https://github.com/kubernetes/enhancements/tree/master/keps"


def _anything(_: Any) -> bool:
    return True


def _is_loose_range(value: Any) -> bool:
    """Whether a range of addresses is one that only the old, lenient parser takes."""
    try:
        return str(ipaddress.ip_network(str(value))) != str(value)
    except ValueError:
        return True


def _mounts_a_claim_by_label(template: Any) -> bool:
    """Whether a pod has a claim, a label of SELinux, and does not say how the volume gets that."""
    spec = template.get("spec") or {}
    has_claim = any("persistentVolumeClaim" in volume for volume in spec.get("volumes") or [])
    return has_claim and "seLinuxChangePolicy" not in (spec.get("securityContext") or {})


def _has_annotation_of(prefix: str) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, dict) and any(str(key).startswith(prefix) for key in value)


class Retired(Struct, frozen=True):
    """A part of the API that is not what it was since a minor."""

    since: tuple[int, int]
    kind: str
    """Of the object; `Pod` for the template of any workload."""
    path: Path
    """Below the object, or below the template; `*` for any key or item."""
    message: str
    instead: str
    source: str
    refused: bool = False
    """Whether clusters of that minor do not do it any more; otherwise they warn."""
    other_default: bool = False
    """Whether it is there as before, and something that is not said beside it means something else."""
    applies: Callable[[Any], bool] = _anything
    where: Callable[[Any], bool] = _anything
    """Of the whole object, or of the template."""


RETIRED = (
    *(
        Retired(
            (1, 36),
            "NetworkPolicy",
            ("spec", direction, "*", peers, "*", "ipBlock", *part),
            "a range with leading zeros, or with bits beyond its prefix, is refused",
            "write the range as its network address: `10.0.0.0/8`",
            f"{_ENHANCEMENTS}/sig-network/4858-ip-cidr-validation",
            refused=True,
            applies=_is_loose_range,
        )
        for direction, peers in (("ingress", "from"), ("egress", "to"))
        for part in (("cidr",), ("except", "*"))
    ),
    Retired(
        (1, 37),
        "Pod",
        ("spec", "securityContext", "seLinuxOptions", "level"),
        "a claim is mounted with this label, and a pod with another one on the same node waits for ever",
        "write `seLinuxChangePolicy` beside it: Recursive for the way before, MountOption where all pods agree",
        "https://kubernetes.io/blog/2026/04/22/breaking-changes-in-selinux-volume-labeling/",
        other_default=True,
        where=_mounts_a_claim_by_label,
    ),
    Retired(
        (1, 36),
        "Service",
        ("spec", "externalIPs"),
        "externalIPs are deprecated, and will be ignored",
        "use a load balancer, or a Gateway with an address",
        "https://kubernetes.io/blog/2026/05/14/kubernetes-v1-36-deprecation-and-removal-of-service-externalips/",
    ),
    Retired(
        (1, 34),
        "Service",
        ("spec", "trafficDistribution"),
        "PreferClose is deprecated",
        "write PreferSameZone, which means the same",
        f"{_ENHANCEMENTS}/sig-network/3015-prefer-same-node",
        applies=lambda value: value == "PreferClose",
    ),
    Retired(
        (1, 24),
        "Service",
        ("spec", "loadBalancerIP"),
        "loadBalancerIP is deprecated: each provider means something else by it",
        "use your provider's annotation",
        f"{_CHANGES}/CHANGELOG-1.24.md",
    ),
    Retired(
        (1, 30),
        "Pod",
        ("metadata", "annotations"),
        "AppArmor's annotation is deprecated",
        "write `securityContext.appArmorProfile`",
        f"{_CHANGES}/CHANGELOG-1.30.md",
        applies=_has_annotation_of("container.apparmor.security.beta.kubernetes.io/"),
    ),
    Retired(
        (1, 27),
        "Pod",
        ("metadata", "annotations"),
        "seccomp's annotation has no effect",
        "write `securityContext.seccompProfile`",
        f"{_CHANGES}/CHANGELOG-1.27.md",
        refused=True,
        applies=_has_annotation_of("seccomp.security.alpha.kubernetes.io/"),
    ),
)
"""What an override could still bring in; no output of ours has any of it."""

UNCHANGED = (
    (
        "what the API server fills in",
        "the same in each, for every kind that is emitted",
        "https://github.com/kubernetes/kubernetes/tree/master/pkg/apis (`v*/defaults.go`)",
    ),
    (
        "fields that those kinds got",
        "all optional, none with a default: `hostnameOverride`, `restartPolicyRules`, `schedulingGroup`, `scheduling`, "
        "`evictionResponders`, `mode` of an `emptyDir`, `derivedAttributes`",
        "https://github.com/kubernetes/kubernetes/tree/master/api/openapi-spec",
    ),
    (
        "1.35: the kubelet asks whether a pod may have an image that is on its node already",
        "each pod names the environment's `imagePullSecrets`",
        f"{_ENHANCEMENTS}/sig-node/2535-ensure-secret-pulled-images",
    ),
    (
        "1.36: nodes mount no `gitRepo` volumes",
        "rule 28 refuses them in every minor",
        f"{_ENHANCEMENTS}/sig-storage/5040-remove-gitrepo-driver",
    ),
)
"""Looked at from 1.33 to 1.37 and of no concern to an output: what, why not, source."""


def retired_in(manifest: Manifest, minor: str) -> Iterator[tuple[Retired, Problem]]:
    """Each retired part that the object has, with its place."""
    manifests = Manifests([manifest], minor)
    roots: list[tuple[str, Path, Manifest]] = [(str(manifest.get("kind")), (), manifest)]
    roots += [("Pod", pod.path, pod.template) for pod in manifests.pods]
    for row in RETIRED:
        if manifests.minor < row.since:
            continue
        for kind, below, root in roots:
            for path, value in _matches(root, row.path) if kind == row.kind and row.where(root) else ():
                if row.applies(value):
                    yield row, Problem(identity(manifest), (*below, *path), row.message)


def _matches(value: Any, pattern: Path) -> Iterator[tuple[Path, Any]]:
    """Every value at a path of that form."""
    if not pattern:
        yield (), value
        return
    step, *rest = pattern
    if isinstance(value, dict):
        steps = list(value.items()) if step == "*" else [(step, value[step])] if step in value else []
    else:
        steps = list(enumerate(value)) if isinstance(value, list) and step == "*" else []
    for key, inner in steps:
        for path, found in _matches(inner, tuple(rest)):
            yield (key, *path), found
