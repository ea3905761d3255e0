"""Environments of every supported Kubernetes, with what clusters have and what platform teams demand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from tests.strategies.text import dns_labels, dns_names, label_maps

MINORS = ("1.33", "1.34", "1.35", "1.36", "1.37")
REGISTRIES = ("registry.example.com/ml", "localhost:5000", "r" * 60 + ".example.com/" + "p" * 90)
GATEWAY = st.fixed_dictionaries({"name": dns_labels(), "namespace": dns_labels()}, optional={"section": dns_labels()})


@dataclass(frozen=True)
class Card:
    """A kind of accelerator, and slices that it can be cut into."""

    name: str
    product: str
    memory: str
    profiles: tuple[str, ...] = ()
    resource: str = "nvidia.com/gpu"
    label: str = "nvidia.com/gpu.product"

    @property
    def measured(self) -> bool:
        """Whether NVIDIA's exporter tells what one pod uses of it."""
        return self.resource == "nvidia.com/gpu"


CARDS = (
    Card("nvidia-l4", "NVIDIA-L4", "24Gi"),
    Card("nvidia-a100", "NVIDIA-A100-SXM4-80GB", "80Gi", ("1g.10gb", "1g.10gb+me", "3g.40gb", "7g.80gb")),
    Card("nvidia-h200", "NVIDIA-H200", "141Gi", ("1g.18gb", "7g.141gb")),
    Card("nvidia-t4-shared", "Tesla-T4-SHARED", "16Gi", resource="nvidia.com/gpu.shared"),
    Card("amd-mi300x", "MI300X", "192Gi", resource="amd.com/gpu", label="amd.com/gpu.product-name"),
    Card("intel-max", "Max_1550", "128Gi", resource="gpu.intel.com/xe", label="gpu.intel.com/product"),
)
CLAIM_MINOR = "1.34"
"""The first that has claims."""
TOLERATIONS = st.lists(
    st.sampled_from(
        [
            {"key": "nvidia.com/gpu", "operator": "Exists", "effect": "NoSchedule"},
            {"key": "dedicated", "value": "ml"},
            {"key": "spot", "operator": "Equal", "value": "yes", "effect": "NoExecute"},
        ]
    ),
    max_size=2,
    unique_by=lambda item: item["key"],
)


@st.composite
def claims(draw: st.DrawFn, card: Card) -> dict[str, Any]:
    """Devices of a driver: slices or whole cards, with or without conditions."""
    sliced = bool(card.profiles) and draw(st.booleans())
    claim: dict[str, Any] = {"deviceClass": "mig.nvidia.com" if sliced else "gpu.nvidia.com"}
    if draw(st.booleans()):
        claim["selectors"] = [f"device.attributes['gpu.nvidia.com'].productName == '{card.product}'"]
    return claim


@st.composite
def catalogues(draw: st.DrawFn, *, has_claims: bool) -> dict[str, dict[str, Any]]:
    """A catalogue of some of the cards."""
    entries: dict[str, dict[str, Any]] = {}
    # By itself, Hypothesis keeps lists short.
    number = draw(st.sampled_from([3, 2, 1, 0]))
    for card in draw(st.lists(st.sampled_from(CARDS), unique=True, min_size=number, max_size=number)):
        entry: dict[str, Any] = {"nodeSelector": {card.label: card.product}, "memory": card.memory}
        way = draw(st.sampled_from(["claim", "mixed", "single", "whole"]))
        if way == "claim" and has_claims and card.measured:
            entry["claim"] = draw(claims(card))
        elif not card.measured or draw(st.booleans()):
            entry["resource"] = card.resource
        if card.profiles and way in ("mixed", "single"):
            entry["migStrategy"] = way
        entry["spare"] = draw(st.sampled_from([0, 0, 1, 9]))
        if draw(st.booleans()):
            entry["hourlyCost"] = draw(st.sampled_from([0, 0.8, 3.3333, 1000]))
        if draw(st.booleans()):
            entry["tolerations"] = draw(TOLERATIONS)
        entries[card.name] = entry
    return entries


ADAPTERS = st.fixed_dictionaries(
    {}, optional={name: st.sampled_from(["queue", "M_1"]) for name in ("concurrency", "requestsPerSecond", "demand")}
)


DESTINATIONS = st.lists(
    st.sampled_from(
        [
            {"cidr": "10.0.0.0/8", "ports": [443]},
            {"namespace": "storage", "ports": [9000]},
            {"namespace": "storage", "labels": {"app": "minio"}, "ports": [9000]},
        ]
    ),
    max_size=2,
)
KEYS = [
    {"name": "AWS_ACCESS_KEY_ID", "secret": "model-store/id"},
    {"name": "AWS_SECRET_ACCESS_KEY", "secret": "model-store/key"},
]
IDENTITIES = (
    {"eks.amazonaws.com/role-arn": "arn:aws:iam::111122223333:role/models"},
    {"iam.gke.io/gcp-service-account": "models@project.iam.gserviceaccount.com"},
    {"azure.workload.identity/client-id": "00000000-0000-0000-0000-000000000000"},
)


@st.composite
def model_stores(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Where models are fetched from, with everything that the kind of store takes."""
    stores: list[dict[str, Any]] = []
    prefixes = (
        "s3://models/",
        "s3://",
        "gs://models/",
        "az://",
        "https://models.example.com",
        "hf://",
        "pvc://models",
        "oci://",
    )
    for prefix in draw(st.lists(st.sampled_from(prefixes), unique=True, max_size=4)):
        scheme, store = prefix.partition(":")[0], {"prefix": prefix}
        fields: dict[str, st.SearchStrategy[Any]] = {"bandwidth": st.sampled_from(["10Mi", "1.5Gi"])}
        if scheme not in ("pvc", "oci"):
            fields |= {"network": DESTINATIONS, "identity": st.sampled_from(IDENTITIES)}
        if scheme == "s3":
            fields |= {"region": st.just("eu-central-1"), "env": st.just(KEYS)}
        if scheme in ("s3", "gs", "az", "hf"):
            fields["endpoint"] = st.sampled_from(["https://store.example.com", "http://minio.storage:9000"])
        stores.append(store | draw(st.fixed_dictionaries({}, optional=fields)))
    return stores


TUNED = {
    "acceleratorIdle": {"threshold": "1%", "for": "1d"},
    "batchFailed": {"severity": "page"},
    "batchMissed": {"enabled": False},
    "requestsRefused": {"threshold": "0%"},
    "requestsWaiting": {"threshold": 100},
    "startupSlow": {"enabled": False},
}
"""Of every alert that not each model has: defaults are for many."""


@st.composite
def environments(draw: st.DrawFn, name: str, *, strict: bool) -> dict[str, Any]:
    """An Environment called `name`; a `strict` one demands digest, owner and objective."""
    kubernetes = draw(st.none() | st.sampled_from(MINORS))
    fields = {
        "namespace": st.just(f"ns-{name}") | st.just(f"{name}-".ljust(63, "n")),
        "cluster": st.sampled_from(["https://kubernetes.default.svc", "prod-eu-1", "https://10.0.0.1:6443"]),
        "registry": st.sampled_from(REGISTRIES),
        "imagePullSecrets": st.lists(dns_names, max_size=2, unique=True),
        "gateway": GATEWAY,
        "argoRollouts": st.booleans(),
        "inferencePool": st.booleans(),
        "leaderWorkerSet": st.booleans(),
        "prometheus": st.fixed_dictionaries(
            {},
            optional={
                "address": st.just("https://prometheus.example.com:9090/p%20q"),
                "namespace": dns_labels(),
                "ruleLabels": label_maps,
            },
        ),
        # Without a repository there is nothing to say of one.
        "gitops": st.just({})
        | st.fixed_dictionaries(
            {"repo": st.sampled_from(["https://github.com/a/b.git", "git@example.com:a/b.git"])},
            optional={
                "branch": st.sampled_from(["main", "env/prod-1.x_y"]),
                "browse": st.just("https://git.example.com:8443/a/b/-/blob/main"),
                "project": st.just(f"p-{name}"),
                "sync": st.sampled_from(["auto", "manual"]),
            },
        ),
        "kueue": st.just({"queue": "ml.queue"}),
        "defaults": st.sampled_from(
            [
                {},
                None,
                {"logging": {"level": "error"}, "server": {"queue": 7}},
                {"monitoring": {"defaultAlerts": TUNED}},
            ]
        ),
    }
    # Always there, since most of what a model can ask for hangs on them.
    has_claims = kubernetes is None or kubernetes >= CLAIM_MINOR
    required = {
        "autoscaler": st.sampled_from(["keda", "hpa"]),
        "accelerators": catalogues(has_claims=has_claims),
        "modelStores": model_stores(),
    }
    spec = draw(st.fixed_dictionaries(required, optional=fields)) | ({"kubernetes": kubernetes} if kubernetes else {})
    if spec["autoscaler"] == "hpa" and draw(st.booleans()):
        spec["metricsAdapter"] = draw(ADAPTERS)
    if strict:
        spec["policy"] = {
            **dict.fromkeys(("requireDigest", "requireOwner", "requireSlo"), True),
            "maxReplicas": 1000,
            "maxAccelerators": 100_000,
            "allowedRegistries": ["docker.io", *REGISTRIES, "registry.example.com:5000"],
        }
    return {"apiVersion": "mlspec.dev/v1", "kind": "Environment", "metadata": {"name": name}, "spec": spec}
