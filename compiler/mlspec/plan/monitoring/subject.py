"""ResolvedSpec -> what the rules of one deployment need to know about it, and how its series are told from others."""

from __future__ import annotations

from msgspec import Struct, field

from mlspec.environment.resolved import ResolvedSpec
from mlspec.plan.delivery import delivery_budget
from mlspec.plan.dialects import Dialect, dialect_of
from mlspec.plan.mig import is_slice
from mlspec.plan.names import CONTAINER, plan_names
from mlspec.plan.plan import Labels, Workload
from mlspec.plan.resources import catalogue_entry, is_nvidia, is_shared
from mlspec.plan.vllm import is_unbounded
from mlspec.plan.workload import plan_workload, pod_names
from mlspec.spec.default_alerts import DefaultAlerts
from mlspec.spec.monitoring import Accuracy
from mlspec_runtime import metric_names as metrics

from .drift_alert import DriftWatch, drift_watch_of
from .promql import Matchers


class Subject(Struct, frozen=True):
    """One deployment of one model. Times in seconds, sizes in bytes."""

    model: str
    namespace: str
    environment: str
    owner: str | None
    service: str
    """Name of its Service."""
    workload: Workload
    dialect: Dialect
    """What its server calls the figures of its requests."""
    container: str
    min_replicas: int
    memory: int
    """Limit of the server's container."""
    startup_budget: int
    queue: int | None
    """Requests that may wait; None where there is no bound."""
    gpu: bool
    """Whether it has to itself what the DCGM exporter watches."""
    gpu_slice: bool
    """Whether that is a MIG slice."""
    has_objective: bool
    accuracy: Accuracy | None = None
    """What labels are held against; None where nobody sends any."""
    delivery_budget: int = 0
    """How long a model that is fetched may take to arrive, before the start."""
    options: DefaultAlerts = field(default_factory=DefaultAlerts.by_default)
    """How the alerts that it gets by itself are tuned."""
    drift: DriftWatch | None = None
    """None where nothing is watched for drift."""

    @property
    def name(self) -> str:
        """How a person calls it."""
        return f"{self.model} in {self.environment}"

    @property
    def series(self) -> Matchers:
        """Of the server's own metrics, and of what is recorded from them."""
        return {"namespace": self.namespace, metrics.MODEL: self.model}

    @property
    def requests(self) -> Matchers:
        """Of the metrics of requests, without probes and scrapes."""
        return {**self.series, **self.dialect.inference}

    @property
    def pods(self) -> Matchers:
        """Of metrics of its pods."""
        return {"namespace": self.namespace, "pod": f"~{pod_names(self.workload)}"}

    @property
    def containers(self) -> Matchers:
        """Of metrics of the server's containers."""
        return {**self.pods, "container": self.container}

    def labels(self, severity: str) -> Labels:
        """Of an alert: who is told, and about what."""
        owner = {"owner": self.owner} if self.owner else {}
        about = {"model": self.model, "environment": self.environment, "namespace": self.namespace}
        return {"severity": severity, **owner, **about}

    @property
    def outage(self) -> str:
        """The severity of an outage: nobody is woken for a service that owes nothing to anybody."""
        return "page" if self.has_objective else "ticket"


def subject_of(resolved: ResolvedSpec, startup_budget: int) -> Subject:
    """`startup_budget` in seconds."""
    spec, entry = resolved.spec, catalogue_entry(resolved)
    accelerator = spec.resources.accelerator
    measured = entry is not None and is_nvidia(entry) and not is_shared(entry)
    return Subject(
        model=resolved.name,
        namespace=resolved.environment.namespace,
        environment=resolved.environment.name,
        owner=resolved.metadata.owner,
        service=plan_names(resolved.name, resolved.environment.name).service,
        workload=plan_workload(resolved),
        dialect=dialect_of(resolved),
        container=CONTAINER,
        min_replicas=spec.scaling.min_replicas if spec.scaling else spec.replicas or 1,
        memory=spec.resources.memory,
        startup_budget=startup_budget,
        queue=spec.server.queue if not is_unbounded(resolved) else None,
        gpu=measured,
        gpu_slice=accelerator is not None and entry is not None and is_slice(accelerator, entry),
        has_objective=spec.monitoring.slo is not None,
        accuracy=spec.monitoring.accuracy,
        delivery_budget=delivery_budget(resolved),
        options=spec.monitoring.default_alerts,
        drift=drift_watch_of(resolved),
    )
