"""The pods of an output -> problems under the Pod Security Standard *restricted*, and beyond it.

Source: k8s.io/pod-security-admission/policy, the checks of the levels baseline and restricted.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..manifests import Container, Manifests, Pod, dig, entries, mapping, number, texts
from ..problem import Problem
from .probes import HANDLERS, PROBES
from .registry import object_rule

_VOLUMES = {
    "configMap",
    "csi",
    "downwardAPI",
    "emptyDir",
    "ephemeral",
    "image",
    "persistentVolumeClaim",
    "projected",
    "secret",
}
"""`image` since 1.33, although the documentation of the standard does not list it (kubernetes/kubernetes#130394)."""
_SELINUX_TYPES = (None, "", "container_t", "container_init_t", "container_kvm_t", "container_engine_t")
_SYSCTLS = {
    "kernel.shm_rmid_forced",
    "net.ipv4.ip_local_port_range",
    "net.ipv4.ip_local_reserved_ports",
    "net.ipv4.ip_unprivileged_port_start",
    "net.ipv4.ping_group_range",
    "net.ipv4.tcp_fin_timeout",
    "net.ipv4.tcp_keepalive_intvl",
    "net.ipv4.tcp_keepalive_probes",
    "net.ipv4.tcp_keepalive_time",
    "net.ipv4.tcp_rmem",
    "net.ipv4.tcp_syncookies",
    "net.ipv4.tcp_wmem",
}


@object_rule(28, "A pod takes nothing of its node")
def pod_is_isolated(manifests: Manifests) -> Iterator[Problem]:
    for pod in manifests.pods:
        for field in ("hostNetwork", "hostPID", "hostIPC"):
            if pod.spec.get(field):
                yield pod.problem(field, "the node's own is not for a model")
        for index, volume in entries(pod.spec, "volumes"):
            for kind in volume.keys() - _VOLUMES - {"name"}:
                yield pod.problem("volumes", index, kind, "this type of volume is not allowed")
        for index, sysctl in entries(pod.spec, "securityContext", "sysctls"):
            if sysctl.get("name") not in _SYSCTLS:
                yield pod.problem("securityContext", "sysctls", index, "is not a safe sysctl")
        for container in pod.containers:
            for index, port in entries(container.spec, "ports"):
                if number(port, "hostPort"):
                    yield container.problem("ports", index, "hostPort", "a port of the node is not for a model")
            for path in _HANDLERS:
                if dig(container.spec, *path, "host"):
                    yield container.problem(*path, "host", "a probe or hook asks its own pod")


_HANDLERS = [(probe, handler) for probe in PROBES for handler in HANDLERS] + [
    ("lifecycle", hook, handler) for hook in ("postStart", "preStop") for handler in HANDLERS
]


@object_rule(28, "A container runs as a numeric user other than root, without privileges, on a read-only root")
def containers_are_restricted(manifests: Manifests) -> Iterator[Problem]:
    for pod in manifests.pods:
        for container in pod.containers:
            for path, message in _breaches(pod, container):
                yield container.problem("securityContext", *path, message)


def _breaches(pod: Pod, container: Container) -> Iterator[tuple[tuple[str, ...], str]]:
    own = mapping(container.spec, "securityContext")
    if _effective(pod, own, "runAsNonRoot") is not True:
        yield ("runAsNonRoot",), "must be true"
    user = _effective(pod, own, "runAsUser")
    if not isinstance(user, int) or user == 0:
        yield ("runAsUser",), "must be a number other than 0"
    if _effective(pod, own, "seccompProfile") != {"type": "RuntimeDefault"}:
        yield ("seccompProfile",), "must be {type: RuntimeDefault}"
    if own.get("allowPrivilegeEscalation") is not False:
        yield ("allowPrivilegeEscalation",), "must be false"
    if own.get("readOnlyRootFilesystem") is not True:
        yield ("readOnlyRootFilesystem",), "must be true"
    if dig(own, "capabilities", "drop") != ["ALL"]:
        yield ("capabilities", "drop"), "must be [ALL]"
    if set(texts(own, "capabilities", "add")) - {"NET_BIND_SERVICE"}:
        yield ("capabilities", "add"), "only NET_BIND_SERVICE may be added"
    if own.get("privileged"):
        yield ("privileged",), "must not be set"
    if own.get("procMount") not in (None, "Default"):
        yield ("procMount",), "must be Default"
    for context in (mapping(pod.spec, "securityContext"), own):
        selinux = mapping(context, "seLinuxOptions")
        if selinux.get("type") not in _SELINUX_TYPES or selinux.get("user") or selinux.get("role"):
            yield ("seLinuxOptions",), "has a type, user or role that is not allowed"
        if dig(context, "appArmorProfile", "type") == "Unconfined":
            yield ("appArmorProfile",), "must not be Unconfined"
        if dig(context, "windowsOptions", "hostProcess"):
            yield ("windowsOptions", "hostProcess"), "must not be set"


def _effective(pod: Pod, own: Any, field: str) -> Any:
    """A container's own setting, else the pod's."""
    return own[field] if field in own else dig(pod.spec, "securityContext", field)


@object_rule(29, "A pod has a ServiceAccount of its own, whose token it does not mount")
def own_service_account(manifests: Manifests) -> Iterator[Problem]:
    for pod in manifests.pods:
        name = pod.spec.get("serviceAccountName")
        if not name or name == "default":
            yield pod.problem("serviceAccountName", "must be an account of the model's own")
        account = manifests.named("ServiceAccount", name) or {}
        mounted = pod.spec.get("automountServiceAccountToken", account.get("automountServiceAccountToken"))
        if mounted is not False:
            yield pod.problem("automountServiceAccountToken", "must be false")
