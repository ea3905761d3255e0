"""Every decision about one model in one environment, as data that the artifacts only write down."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Labels = Mapping[str, str]
Manifest = dict[str, Any]
"""A Kubernetes object as plain dicts, lists and scalars, in the order in which a person reads it."""


@dataclass(frozen=True)
class Names:
    """The name of every object; each at most 63 characters and valid for its kind."""

    service: str
    """Deployment, Service, ServiceAccount, PodDisruptionBudget, NetworkPolicy, route, ServiceMonitor, rules."""
    settings: str
    """The ConfigMap with the server's settings."""
    public_service: str
    """The Service of type LoadBalancer, beside the internal one."""
    horizontal_pod_autoscaler: str
    """The same under KEDA, so that a change of autoscaler never makes two."""
    application: str
    stable_service: str
    """The Service by which a route leads to the version that is in use, beside the one that leads to all pods."""
    canary_service: str
    """The Service by which it leads to the version that is tried."""
    group: str
    """The LeaderWorkerSet, in place of the Deployment. It makes a headless Service of its own name, which therefore
    cannot be that of the Service."""


@dataclass(frozen=True)
class Container:
    """The server's container."""

    name: str
    image: str
    port: int
    port_name: str
    env: tuple[Manifest, ...]
    """EnvVar objects of Kubernetes, sorted by name."""
    requests: Mapping[str, str]
    limits: Mapping[str, str]
    """Canonical quantities; an extended resource stands in the limits alone."""
    user_id: int
    shared_memory: str | None
    """Size limit of /dev/shm, None for the runtime's own 64 MiB."""
    temporary_storage: str
    """Size limit of /tmp."""
    settings_path: str | None
    """Folder where the settings are mounted; None for a server that reads none."""
    args: tuple[str, ...] = ()
    """Of the image's entry point."""


@dataclass(frozen=True)
class NodeGroup:
    """Several pods, each on a node of its own, that are one replica together: the first answers, the others compute."""

    size: int
    worker_args: tuple[str, ...]
    leader_label: Labels
    """Which of the pods answer: a label of theirs that no other has."""
    worker_labels: Labels
    """Of the pods that only compute, in place of those of every object."""
    group_label: str
    """The label whose value the pods of one replica have in common."""
    topology_key: str
    """Within one such place the pods of a replica are near each other."""


@dataclass(frozen=True)
class DeviceClaim:
    """Devices by dynamic resource allocation; each pod gets a ResourceClaim of its own from the template."""

    name: str
    """In the pod, and of the only request in the claim."""
    template: str
    """Of the ResourceClaimTemplate."""
    device_class: str
    count: int
    selectors: tuple[str, ...]
    """CEL; a device has to meet them all."""


@dataclass(frozen=True)
class Workload:
    """The object that runs the pods: what an autoscaler scales, and whose replicas Argo CD leaves to it."""

    api_version: str
    kind: Literal["Deployment", "Rollout", "LeaderWorkerSet"]
    name: str


@dataclass(frozen=True)
class Fetch:
    """The init container that brings the model, from the server's own image."""

    name: str
    command: tuple[str, ...]
    args: tuple[str, ...]
    env: tuple[Manifest, ...]
    """Of this container alone: the credentials of the store are none of the server's business."""
    requests: Mapping[str, str]
    limits: Mapping[str, str]


@dataclass(frozen=True)
class ModelVolume:
    """A model that is not in the image; the server only reads it."""

    mount_path: str
    source: Manifest
    """The volume, but for its name."""
    fetch: Fetch | None
    """None for a model that is there when the pod starts."""


@dataclass(frozen=True)
class Placement:
    """Which nodes the pods may run on."""

    node_selector: Mapping[str, str]
    tolerations: tuple[Manifest, ...]
    topology_keys: tuple[str, ...]
    """Spread over each of these, where it can be."""
    image_pull_secrets: tuple[str, ...]


@dataclass(frozen=True)
class Probe:
    """An HTTP probe; seconds."""

    path: str
    period: int
    timeout: int
    failures: int


@dataclass(frozen=True)
class Lifecycle:
    """How a pod starts and stops; seconds."""

    startup: Probe
    liveness: Probe
    readiness: Probe
    pre_stop: int
    grace_period: int
    progress_deadline: int
    startup_budget: int
    """The longest start that the start-up probe allows."""
    delivery_budget: int = 0
    """The longest that the model may take to arrive, before the server starts."""

    @property
    def ready_budget(self) -> int:
        """From a pod on its node, image included, to one that answers."""
        return self.delivery_budget + self.startup_budget


@dataclass(frozen=True)
class Rollout:
    """How new pods replace old ones."""

    strategy: Literal["RollingUpdate", "Recreate"]
    max_surge: int | str | None
    max_unavailable: int | str | None
    """None under Recreate."""


@dataclass(frozen=True)
class CanaryMetric:
    """An objective, as the version that is tried has to keep it."""

    name: str
    query: str
    """PromQL with the share of the canary's requests that are bad; without a value where there is nothing to say."""
    limit: str
    """The share above which the canary ends."""


@dataclass(frozen=True)
class Canary:
    """How a new version gets a growing share of the requests, and what ends it."""

    shares: tuple[int, ...]
    """Percent of the requests, growing."""
    pause: str
    """How long each share is watched."""
    routed: bool
    """Whether the route divides the requests; otherwise they follow the pods."""
    trades_replicas: bool
    """Whether replicas of the old version go as those of the new one come, so that their cards are free again."""
    hash_argument: str
    """The argument of the analysis by which it is told the hash in the names of the canary's pods."""
    metrics: tuple[CanaryMetric, ...]
    interval: str
    """Between two measurements."""
    prometheus: str
    """Address of the Prometheus that answers the queries."""


@dataclass(frozen=True)
class ScalingMetric:
    """One thing to scale on: of a resource, or of the demand that Prometheus knows, asked by KEDA or for an HPA."""

    kind: Literal["cpu", "memory", "prometheus", "pods", "external"]
    """`pods` and `external` are what an HPA asks a metrics adapter for."""
    name: str
    """Different for each metric of a model."""
    target: str
    """Percent without sign for a resource, otherwise the value for each replica; for an HPA a canonical quantity."""
    query: str = ""
    """PromQL with the sum over all replicas; KEDA asks it, or it is recorded for the adapter."""
    activation: str | None = None
    """Above this the first replica starts; None for 0."""
    measured: bool = False
    """True where no value means that nobody measures, and not that there is no demand."""
    series: str = ""
    """The name under which the adapter serves it."""


@dataclass(frozen=True)
class Scaling:
    """Replicas by demand; seconds."""

    kind: Literal["keda", "hpa"]
    min_replicas: int
    max_replicas: int
    metrics: tuple[ScalingMetric, ...]
    """In canonical order."""
    selector: Labels
    """Which of the external metrics are this model's; the metric's name comes on top."""
    scale_down_window: int
    cooldown: int
    """How long KEDA waits before it goes from one replica to none."""
    prometheus: str
    """Address of the Prometheus that answers the queries."""
    fallback_replicas: int
    container: str
    """Name of the container whose use is measured."""


@dataclass(frozen=True)
class GatewayRoute:
    """An HTTPRoute of the Gateway API."""

    gateway: str
    namespace: str
    section: str | None
    host: str
    path: str
    timeout: str
    """A Gateway API duration."""
    pool: Pool | None = None
    """What it leads to in place of the Service."""


@dataclass(frozen=True)
class Pool:
    """An InferencePool: a picker chooses a replica for each request."""

    endpoint_picker: str
    """The picker's Service."""
    port: int
    """Of that Service."""
    fail_open: bool


@dataclass(frozen=True)
class IngressRoute:
    """An Ingress."""

    class_name: str
    host: str
    path: str
    tls_secret: str | None
    annotations: Mapping[str, str]


@dataclass(frozen=True)
class LoadBalancer:
    """A Service of type LoadBalancer."""

    port: int = 80


Exposure = GatewayRoute | IngressRoute | LoadBalancer | None


@dataclass(frozen=True)
class Peer:
    """Pods that may call the model."""

    namespace: str
    labels: Labels = field(default_factory=dict)


@dataclass(frozen=True)
class Destination:
    """Addresses that the pod may call, or pods of the cluster."""

    cidr: str | None
    ports: tuple[int, ...]
    peer: Peer | None = None
    """In place of a range."""
    excluded: tuple[str, ...] = ()
    """Parts of the range that stay closed."""


@dataclass(frozen=True)
class NetworkAccess:
    """What is let in and out; everything else is closed."""

    callers: tuple[Peer, ...]
    """Gateway, Prometheus and the callers named, in this order."""
    anyone: bool
    """True where callers cannot be told apart by namespace (a load balancer)."""
    destinations: tuple[Destination, ...]
    among_themselves: bool = False
    """True where the pods of a replica talk to each other, on ports that they choose when they start."""


@dataclass(frozen=True)
class BatchSchedule:
    """When runs begin."""

    cron: str
    time_zone: str
    starting_deadline: int
    """Seconds after which a run that could not begin is given up."""


@dataclass(frozen=True)
class BatchVolume:
    """A claim that the input is read from, or the output written to."""

    name: str
    claim: str
    mount_path: str
    read_only: bool


@dataclass(frozen=True)
class Batch:
    """Stored rows that a Job scores; the image, its resources and its nodes are the server's."""

    name: str
    """Of every object, but that the name of a Job without schedule goes on with a digest."""
    labels: Labels
    """On every object and on the pods."""
    selector: Labels
    """Others than the server's: a Service must never send requests here."""
    container: str
    command: tuple[str, ...]
    args: tuple[str, ...]
    env: tuple[Manifest, ...]
    metrics_port: int
    metrics_port_name: str
    volumes: tuple[BatchVolume, ...]
    shards: int
    parallelism: int
    retries: int
    """Of each shard."""
    hopeless: int
    """The exit status after which another attempt would end the same way."""
    deadline: int
    """Seconds that a run may take."""
    keep_finished: int | None
    """Seconds after which a finished Job is removed; None where Argo CD would start it again."""
    schedule: BatchSchedule | None
    """None: one run, as soon as it is applied."""
    queue: str | None
    """The LocalQueue of Kueue."""
    network: NetworkAccess


@dataclass(frozen=True)
class RecordingRule:
    record: str
    expr: str
    labels: Labels = field(default_factory=dict)


@dataclass(frozen=True)
class AlertingRule:
    alert: str
    expr: str
    for_: str
    """A Prometheus duration."""
    labels: Labels
    annotations: Mapping[str, str]


@dataclass(frozen=True)
class RuleGroup:
    name: str
    interval: str | None
    rules: tuple[RecordingRule | AlertingRule, ...]


@dataclass(frozen=True)
class Monitoring:
    """What Prometheus scrapes and evaluates."""

    labels: Labels
    """By which Prometheus selects the monitor and the rules."""
    interval: str
    scrape_timeout: str
    groups: tuple[RuleGroup, ...]
    target_labels: Labels = field(default_factory=dict)
    """Added to every series, where the server does not tell by itself which model it is."""


@dataclass(frozen=True)
class Gitops:
    """How Argo CD syncs this model."""

    namespace: str
    """Of Argo CD itself."""
    project: str
    repo: str
    branch: str
    path: str
    """The folder that the Application reads."""
    cluster: str
    auto_sync: bool
    ignores_replicas: bool
    has_custom_resources: bool
    application_file: str
    ignored_job: tuple[str, ...] = ()
    """JSON pointers into a Job that somebody else writes."""


@dataclass(frozen=True)
class Patch:
    """A user's override; `index` is its place in the spec."""

    index: int
    kind: str
    name: str | None
    patch: dict[str, Any] | list[dict[str, Any]]


@dataclass(frozen=True)
class Plan:
    """Every decision about one model in one environment."""

    model: str
    version: str
    environment: str
    namespace: str
    kubernetes: str
    """The oldest minor its clusters run, as `1.36`."""
    source: str
    """The spec's file: it stands in the first line of every generated file."""
    folder: str
    """Where the manifests go."""
    description: str | None
    names: Names
    labels: Labels
    """On every object."""
    selector: Labels
    """The fixed few that find the pods."""
    pod_annotations: Mapping[str, str]
    settings: str | None
    """Content of settings.json; None for a server that reads none."""
    workload: Workload
    container: Container
    claim: DeviceClaim | None
    """None where the accelerators are an extended resource in the limits, or there are none."""
    service_port: int
    """Of the internal Service, which routes also go to."""
    placement: Placement
    lifecycle: Lifecycle
    rollout: Rollout
    replicas: int | None
    """None where an autoscaler decides."""
    scaling: Scaling | None
    disruption_budget: bool
    exposure: Exposure
    network: NetworkAccess
    monitoring: Monitoring
    gitops: Gitops | None
    patches: tuple[Patch, ...]
    canary: Canary | None = None
    """None where a rollout goes through by itself."""
    serves: bool = True
    """Whether there is a server; otherwise the batch is all there is."""
    batch: Batch | None = None
    group: NodeGroup | None = None
    """None where a replica is one pod."""
    pod_labels: Labels = field(default_factory=dict)
    """Of the pods, besides those of every object."""
    account_annotations: Mapping[str, str] = field(default_factory=dict)
    """Of the ServiceAccount."""
    model_volume: ModelVolume | None = None
    """None where the model lies in the image."""

    @property
    def answering(self) -> Labels:
        """What finds the pods that answer requests."""
        return {**self.selector, **self.group.leader_label} if self.group else self.selector


@dataclass(frozen=True)
class EnvironmentPlan:
    """What an environment is by itself: its AppProject and the root Application."""

    environment: str
    source: str
    file: str
    """Where both are written."""
    project: str
    """The AppProject of this environment's models."""
    root: str
    """The root Application, and the AppProject that holds it alone: it may write Applications, and models may not."""
    argocd_namespace: str
    namespace: str
    cluster: str
    repo: str
    branch: str
    applications_path: str
    """The folder that the root Application reads."""
    auto_sync: bool
    labels: Labels
