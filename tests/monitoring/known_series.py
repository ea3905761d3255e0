"""Every series that there is where a model runs, with its labels: the servers' own, and those of others."""

from __future__ import annotations

from mlspec.plan import vllm_metrics as vllm
from mlspec.plan.dialects import MLSPEC, VLLM
from mlspec_runtime import metric_names as metrics

_SCRAPED = {"namespace", "pod", "service", "job", "instance"}
_STATE_METRICS = {"namespace", "deployment"}
_CONTAINER = {"namespace", "pod", "container"}
_EXPORTER = {"namespace", "pod", "container", "exported_namespace", "exported_pod", "exported_container"}
FOREIGN = {
    # Prometheus: "Jobs and instances".
    "up": _SCRAPED,
    # Prometheus: "Inspecting alerts during runtime"; besides its own two labels those of the rules.
    "ALERTS": {"alertname", "alertstate", "severity", "namespace", "model", "environment"},
    # kube-state-metrics: docs/metrics/workload/deployment-metrics.md and pod-metrics.md, all of them STABLE.
    "kube_deployment_spec_replicas": _STATE_METRICS,
    "kube_deployment_status_replicas_ready": _STATE_METRICS,
    "kube_deployment_status_replicas_updated": _STATE_METRICS,
    # docs/metrics/workload/replicaset-metrics.md, STABLE too.
    "kube_replicaset_spec_replicas": {"namespace", "replicaset"},
    "kube_replicaset_status_ready_replicas": {"namespace", "replicaset"},
    # docs/metrics/workload/statefulset-metrics.md, STABLE too.
    "kube_statefulset_replicas": {"namespace", "statefulset"},
    "kube_statefulset_status_replicas_ready": {"namespace", "statefulset"},
    "kube_statefulset_status_replicas_updated": {"namespace", "statefulset"},
    "kube_pod_container_state_started": _CONTAINER,
    "kube_pod_container_status_waiting_reason": {*_CONTAINER, "reason"},
    "kube_pod_container_status_restarts_total": _CONTAINER,
    # The only one here that is EXPERIMENTAL: of a pod that is ready, since when.
    "kube_pod_status_ready_time": {"namespace", "pod"},
    # docs/metrics/workload/job-metrics.md and cronjob-metrics.md, STABLE too.
    "kube_job_failed": {"namespace", "job_name", "condition"},
    "kube_job_status_active": {"namespace", "job_name"},
    "kube_cronjob_created": {"namespace", "cronjob"},
    "kube_cronjob_status_last_successful_time": {"namespace", "cronjob"},
    # cAdvisor: docs/storage/prometheus.md; the labels are the kubelet's.
    "container_memory_working_set_bytes": _CONTAINER,
    "container_cpu_usage_seconds_total": _CONTAINER,
    # DCGM exporter: etc/default-counters.csv, etc/dcp-metrics-included.csv.
    "DCGM_FI_DEV_GPU_UTIL": _EXPORTER,
    "DCGM_FI_DEV_FB_USED": _EXPORTER,
    "DCGM_FI_PROF_GR_ENGINE_ACTIVE": _EXPORTER,
}
_HISTOGRAMS = (
    metrics.REQUEST_DURATION,
    metrics.BATCH_SIZE,
    metrics.INFERENCE_DURATION,
    metrics.QUEUE_DURATION,
    VLLM.duration,
    vllm.PACE,
    vllm.WHOLE,
)


def known_series() -> dict[str, set[str]]:
    """Every series that a rule or a panel may read, with its labels."""
    exported = {**MLSPEC.exported, **metrics.BATCH_LABEL_NAMES}
    own = {name: {*labels, *_SCRAPED} for name, labels in exported.items()}
    # The model's name is added where it is scraped.
    own |= {name: {*labels, *_SCRAPED, metrics.MODEL} for name, labels in VLLM.exported.items()}
    for name in _HISTOGRAMS:
        labels = own.pop(name)
        own |= {f"{name}_count": labels, f"{name}_sum": labels, f"{name}_bucket": {*labels, "le"}}
    return own | FOREIGN
