"""`kind: Environment`: what a platform team says once, so that no model repeats it."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Annotated, Any, Literal, Self, TypeGuard

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from mlspec_runtime import metric_names

from .expose import Gateway
from .model_store import ModelStore
from .scalars import (
    Branch,
    DnsLabel,
    DnsName,
    EnvironmentName,
    LabelKey,
    LabelValue,
    MetricName,
    Registry,
    ResourceName,
    Size,
)
from .section import ApiVersion, Invalid, Section

PartialSpec = Annotated[
    dict[str, Any] | None,
    WithJsonSchema({"type": ["object", "null"], "$comment": "json_schema.py puts a reference here"}),
]


_LONGEST = 253


def _short(value: object) -> TypeGuard[str]:
    return isinstance(value, str) and len(value) <= _LONGEST


def _url(value: object) -> str:
    if not _short(value) or not re.fullmatch(r"https?://[A-Za-z0-9.-]+(:\d+)?(/[\w./~%-]*)?", value, re.ASCII):
        raise Invalid("not a URL", "write `https://host[:port][/path]`, without user and password")
    return value


def _cluster(value: object) -> str:
    if isinstance(value, str) and re.fullmatch(r"[A-Za-z0-9]([\w.-]{0,251}[A-Za-z0-9])?", value, re.ASCII):
        return value
    return _url(value)


def _repository(value: object) -> str:
    pattern = r"((https?|ssh)://([A-Za-z0-9_.-]+@)?[A-Za-z0-9.-]+(:\d+)?/|[A-Za-z0-9_.-]+@[A-Za-z0-9.-]+:)[\w./~-]+"
    if not _short(value) or not re.fullmatch(pattern, value, re.ASCII):
        raise Invalid("not the address of a git repository", "write `https://…` or `git@host:path`, without a password")
    return value


def _folder(value: object) -> str:
    if not _short(value) or not re.fullmatch(r"[A-Za-z0-9_-][\w.-]*(/[A-Za-z0-9_-][\w.-]*)*", value, re.ASCII):
        raise Invalid("not a folder of the repository", "write it without a leading `/` or `..`")
    return value


_DEAREST = 1_000
"""Dollars for an hour: what costs more is a mistake in the unit."""


def _dollars(value: object) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Invalid("expected a number", "write dollars without a sign, for instance `0.80`")
    if not 0 <= value <= _DEAREST:
        raise Invalid(f"must lie between 0 and {_DEAREST}", "write what one costs for an hour, in dollars")
    return Decimal(str(value))  # as it is written, which a float is not


_TEXT = WithJsonSchema({"type": "string"})
Url = Annotated[str, BeforeValidator(_url), _TEXT]
Folder = Annotated[str, BeforeValidator(_folder), _TEXT]


class Prometheus(Section):
    """The Prometheus that watches this environment."""

    address: Annotated[Url, Field(description="Where an autoscaler asks it.")] = (
        "http://prometheus-operated.monitoring:9090"
    )
    namespace: Annotated[DnsLabel, Field(description="Its namespace, let in by the network policy.")] = "monitoring"
    rule_labels: Annotated[
        dict[LabelKey, LabelValue], Field(description="Labels by which it selects rules and monitors.")
    ] = {}


class Grafana(Section):
    """The Grafana that shows how models fare: where there is one, every model gets a dashboard.

    Its sidecar (of the Helm chart, `sidecar.dashboards`) takes dashboards from ConfigMaps in every namespace.
    """

    address: Annotated[Url | None, Field(description="Where people open it: alerts lead to the dashboards there.")] = (
        None
    )
    labels: Annotated[
        dict[LabelKey, LabelValue],
        Field(min_length=1, description="By which its sidecar finds dashboards."),
    ] = {"grafana_dashboard": "1"}
    annotations: Annotated[
        dict[LabelKey, Annotated[str, Field(max_length=253)]],
        Field(
            description="For its sidecar: the folder, under the name that it is told to read it from.",
            examples=[{"grafana_folder": "Models"}],
        ),
    ] = {}


class MetricsAdapter(Section):
    """What an HPA can ask for besides CPU and memory: the names under which an adapter serves what Prometheus knows.

    docs/metrics-adapter.md has the rules of prometheus-adapter that serve them under the default names.
    """

    concurrency: Annotated[MetricName, Field(description="Of each pod: its requests in progress or queued.")] = (
        metric_names.REQUESTS_IN_PROGRESS
    )
    requests_per_second: Annotated[MetricName, Field(description="Of each pod: the requests that it answers.")] = (
        "mlspec_requests_per_second"
    )
    demand: Annotated[
        MetricName, Field(description="External: what Prometheus records of gpuUtilization and of queries.")
    ] = "mlspec_scaling_demand"


class Toleration(Section):
    """A taint of the accelerator's nodes that its pods tolerate."""

    key: Annotated[LabelKey, Field(description="The taint's key.")]
    operator: Annotated[Literal["Exists", "Equal"], Field(description="Equal compares `value`.")] = "Equal"
    value: Annotated[LabelValue | None, Field(description="The taint's value.")] = None
    effect: Annotated[
        Literal["NoSchedule", "PreferNoSchedule", "NoExecute"] | None, Field(description="Absent: every effect.")
    ] = None


_VENDORS_WITHOUT_SLICES = ("amd.com", "gpu.intel.com", "habana.ai")


class Claim(Section):
    """Devices that a driver hands out by dynamic resource allocation, from Kubernetes 1.34 on."""

    device_class: Annotated[
        DnsName,
        Field(description="The DeviceClass that the driver brings, as `gpu.nvidia.com`.", examples=["gpu.nvidia.com"]),
    ]
    selectors: Annotated[
        list[Annotated[str, Field(min_length=1, max_length=10_240)]],
        Field(
            max_length=32,
            description="CEL expressions that a device has to meet, all of them.",
            examples=[["device.attributes['gpu.nvidia.com'].architecture == 'Hopper'"]],
        ),
    ] = []


class CatalogueEntry(Section):
    """A kind of accelerator that the clusters have."""

    resource: Annotated[ResourceName, Field(description="The extended resource that its device plugin announces.")] = (
        "nvidia.com/gpu"
    )
    claim: Annotated[
        Claim | None, Field(description="In place of `resource`: each replica claims its devices from a driver.")
    ] = None
    node_selector: Annotated[dict[LabelKey, LabelValue], Field(description="Labels of the nodes that have it.")] = {}
    tolerations: Annotated[list[Toleration], Field(description="Taints of those nodes.")] = []
    mig_strategy: Annotated[
        Literal["mixed", "single"] | None, Field(description="How the cluster announces slices; absent: no slices.")
    ] = None
    spare: Annotated[int, Field(ge=0, le=10_000, description="How many a rollout may use beyond the replicas.")] = 0
    memory: Annotated[Size | None, Field(description="Memory of one card.")] = None
    hourly_cost: Annotated[
        Annotated[Decimal, BeforeValidator(_dollars)] | None,
        WithJsonSchema({"type": "number", "minimum": 0, "maximum": _DEAREST, "examples": [0.8]}),
        Field(description="What one card costs for an hour, in dollars; a MIG slice costs its share."),
    ] = None

    @model_validator(mode="after")
    def _had_in_one_way(self) -> Self:
        if self.claim is not None and "resource" in self.model_fields_set:
            raise Invalid("a device is had by a resource or by a claim", "remove one of the two", at=("claim",))
        if self.claim is not None and self.mig_strategy is not None:
            raise Invalid(
                "the device plugin's word, and a claim has none",
                "remove it; slices are claimed from the DeviceClass mig.nvidia.com",
                at=("migStrategy",),
            )
        if self.mig_strategy is not None and self.resource.startswith(_VENDORS_WITHOUT_SLICES):
            raise Invalid("only NVIDIA's cards have MIG slices", "remove it", at=("migStrategy",))
        return self


class Gitops(Section):
    """The repository that Argo CD reads."""

    repo: Annotated[
        Annotated[str, BeforeValidator(_repository)] | None,
        WithJsonSchema({"type": "string", "examples": ["https://git.example.com/acme/ml-gitops.git"]}),
        Field(description="Its address; without one there is no Application."),
    ] = None
    branch: Annotated[Branch, Field(description="The branch that is synced.")] = "main"
    browse: Annotated[
        Url | None,
        Field(
            description="What comes before a file's path where a browser shows the branch: alerts lead to their "
            "runbooks there. GitHub.com, GitLab.com, Bitbucket.org and Codeberg need none.",
            examples=["https://git.example.com/acme/ml-gitops/src/branch/main"],
        ),
    ] = None
    project: Annotated[DnsLabel | None, Field(description="The AppProject; default `ml-<environment>`.")] = None
    sync: Annotated[Literal["auto", "manual"], Field(description="Whether Argo CD syncs by itself.")] = "auto"


class Kueue(Section):
    """Kueue, which lets Jobs start when there is room for them."""

    queue: Annotated[
        DnsName,
        Field(description="The LocalQueue, in the environment's namespace, for batch scoring.", examples=["models"]),
    ]


class Policy(Section):
    """What this environment refuses at compile time."""

    require_digest: Annotated[bool, Field(description="Every model names its digest.")] = False
    allowed_registries: Annotated[
        list[Registry], Field(description="Where images, base images too, may come from; absent: anywhere.")
    ] = []
    max_replicas: Annotated[int | None, Field(ge=1, description="Replicas of one model at most.")] = None
    max_accelerators: Annotated[int | None, Field(ge=0, description="Accelerators of one model at most.")] = None
    require_owner: Annotated[bool, Field(description="Every model names its owner.")] = False
    require_slo: Annotated[bool, Field(description="Every model has an objective.")] = False


Minor = Literal["1.33", "1.34", "1.35", "1.36", "1.37"]


class EnvironmentSpec(Section):
    """Where models run and what is true there."""

    kubernetes: Annotated[Minor, Field(description="The oldest minor that its clusters run, in quotes.")] = "1.35"
    namespace: Annotated[DnsLabel | None, Field(description="Default `ml-<environment>`.")] = None
    cluster: Annotated[
        Annotated[str, BeforeValidator(_cluster)],
        WithJsonSchema({"type": "string", "default": "https://kubernetes.default.svc"}),
        Field(description="Argo CD destination: a server URL or a cluster's name."),
    ] = "https://kubernetes.default.svc"
    registry: Annotated[Registry | None, Field(description="Where images are pushed; absent: local names.")] = None
    image_pull_secrets: Annotated[list[DnsName], Field(description="Secrets for pulling images.")] = []
    gateway: Annotated[Gateway | None, Field(description="The Gateway for models that do not name one.")] = None
    inference_pool: Annotated[
        bool, Field(description="Whether its Gateways take an InferencePool as what a route leads to.")
    ] = False
    leader_worker_set: Annotated[
        bool, Field(description="Whether the clusters have LeaderWorkerSet, for replicas of several nodes.")
    ] = False
    autoscaler: Annotated[Literal["keda", "hpa"], Field(description="Which autoscaler the cluster has.")] = "keda"
    metrics_adapter: Annotated[
        MetricsAdapter | None,
        Field(description="With autoscaler hpa: what it can ask for besides CPU and memory; absent: nothing."),
    ] = None
    argo_rollouts: Annotated[
        bool, Field(description="Whether its clusters run Argo Rollouts with the Gateway API plugin, for canaries.")
    ] = False
    prometheus: Annotated[Prometheus, Field(description="The Prometheus that watches it.")] = Prometheus.by_default()
    grafana: Annotated[
        Grafana | None, Field(description="The Grafana that gets a dashboard for each model; absent: none.")
    ] = None
    accelerators: Annotated[
        dict[DnsLabel, CatalogueEntry], Field(description="What the clusters have; a model asks by name.")
    ] = {}
    model_stores: Annotated[
        list[ModelStore], Field(description="How models are fetched that do not lie beside their spec.")
    ] = []
    kueue: Annotated[Kueue | None, Field(description="The queue that batch scoring waits in; absent: none.")] = None
    gitops: Annotated[Gitops, Field(description="The repository that Argo CD reads.")] = Gitops.by_default()
    policy: Annotated[Policy, Field(description="Refused at compile time, with the line that breaks it.")] = (
        Policy.by_default()
    )
    defaults: Annotated[PartialSpec, Field(description="A partial Model spec, below every model's own.")] = None

    @model_validator(mode="after")
    def _adapter_serves_an_hpa(self) -> Self:
        if self.metrics_adapter and self.autoscaler == "keda":
            remedy = "remove it, or set `autoscaler: hpa`"
            raise Invalid("KEDA asks Prometheus by itself", remedy, at=("metricsAdapter",))
        return self

    @model_validator(mode="after")
    def _one_store_for_a_prefix(self) -> Self:
        prefixes = [store.prefix for store in self.model_stores]
        for index, prefix in enumerate(prefixes):
            if prefix in prefixes[:index]:
                at = ("modelStores", index, "prefix")
                raise Invalid(f"there is a store for `{prefix}` already", "keep one of them", at=at)
        return self


class EnvironmentMetadata(Section):
    """What the environment is called."""

    name: Annotated[EnvironmentName, Field(description="The environment's name.")]

    @model_validator(mode="after")
    def _folder_is_free(self) -> Self:
        if self.name == "images":
            raise Invalid("taken by the folder of the images", "choose another name", at=("name",))
        return self


class EnvironmentDocument(Section):
    """An environment of the workspace."""

    api_version: ApiVersion
    kind: Annotated[Literal["Environment"], Field(description="What this document is.")]
    metadata: Annotated[EnvironmentMetadata, Field(description="Its name.")]
    spec: Annotated[EnvironmentSpec, Field(description="What is true there.")] = EnvironmentSpec.by_default()
