"""Every decision about one model in one environment, as data that the artifacts only write down."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from msgspec import Struct, field

from .parts.batch import Batch, BatchMount, BatchSchedule, BatchVolume
from .parts.exposure import Exposure, GatewayRoute, IngressRoute, LoadBalancer, Pool
from .parts.gitops import EnvironmentPlan, Gitops
from .parts.monitoring import AlertingRule, Look, Monitoring, RecordingRule, RuleGroup, Runbook
from .parts.network import Destination, NetworkAccess, Peer
from .parts.objects import Labels, Manifest, Names, Patch, Workload
from .parts.pod import (
    MODEL_VOLUME,
    Container,
    DeviceClaim,
    Fetch,
    Lifecycle,
    ModelVolume,
    NodeGroup,
    Placement,
    Probe,
)
from .parts.rollout import Canary, CanaryMetric, Rollout
from .parts.scaling import Scaling, ScalingMetric

if TYPE_CHECKING:
    from .parts.dashboard import Dashboard

__all__ = [
    "MODEL_VOLUME",
    "AlertingRule",
    "Batch",
    "BatchMount",
    "BatchSchedule",
    "BatchVolume",
    "Canary",
    "CanaryMetric",
    "Container",
    "Destination",
    "DeviceClaim",
    "EnvironmentPlan",
    "Exposure",
    "Fetch",
    "GatewayRoute",
    "Gitops",
    "IngressRoute",
    "Labels",
    "Lifecycle",
    "LoadBalancer",
    "Look",
    "Manifest",
    "ModelVolume",
    "Monitoring",
    "Names",
    "NetworkAccess",
    "NodeGroup",
    "Patch",
    "Peer",
    "Placement",
    "Plan",
    "Pool",
    "Probe",
    "RecordingRule",
    "Rollout",
    "RuleGroup",
    "Runbook",
    "Scaling",
    "ScalingMetric",
    "Workload",
]


class Plan(Struct, frozen=True):
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
    dashboard: Dashboard | None = None
    """None where the environment has no Grafana."""
    drift: str | None = None
    """Content of drift.json, beside the settings; None where nothing is watched for drift."""

    @property
    def answering(self) -> Labels:
        """What finds the pods that answer requests."""
        return {**self.selector, **self.group.leader_label} if self.group else self.selector
