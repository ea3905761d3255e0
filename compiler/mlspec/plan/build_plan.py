"""ResolvedSpec and the digest of its build context -> Plan: every decision, each made by the module of its name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from mlspec.environment.resolved import ResolvedSpec
from mlspec.spec.workspace import WorkspaceSpec

from . import delivery, resources
from .batch import plan_batch
from .canary import plan_canary
from .claims import plan_claim
from .context import model_files, model_size
from .exposure import plan_exposure, plan_network
from .formats import FORMATS
from .gitops import deployment_folder, plan_gitops
from .image import PORT, USER_ID
from .labels import plan_labels, plan_selector
from .lifecycle import plan_lifecycle
from .monitoring import latency_buckets, plan_monitoring, with_runbooks
from .names import CONTAINER, plan_names
from .plan import Container, Manifest, Patch, Plan
from .rollout import most_replicas, plan_rollout
from .scaling import plan_scaling
from .settings import DIGEST_ANNOTATION, plan_settings, settings_digest
from .variables import environment_variable
from .vllm import plan_arguments, plan_worker_arguments
from .workload import plan_group, plan_workload

if TYPE_CHECKING:
    from .parts.dashboard import Dashboard

_SERVICE_PORT = 80
_SETTINGS_PATH = "/etc/mlspec"
_THREADS = "OMP_NUM_THREADS"
_VLLM_LEVEL = "VLLM_LOGGING_LEVEL"


def build_plan(resolved: ResolvedSpec, workspace: WorkspaceSpec, context_digest: str) -> Plan:
    """`context_digest` is the hex sha256 of the build context: with the version it is the image's tag, known without
    building. The spec has passed every check."""
    model, environment = resolved.name, resolved.environment
    lifecycle = plan_lifecycle(resolved, model_size(resolved))
    scaling = plan_scaling(resolved, lifecycle.ready_budget)
    settings, drift = _settings(resolved), _drift(resolved)
    arguments = _arguments(resolved)
    folder = deployment_folder(workspace, environment.name, model)
    return Plan(
        model=model,
        version=resolved.spec.model.version,
        environment=environment.name,
        namespace=environment.namespace,
        kubernetes=environment.spec.kubernetes,
        source=resolved.model.source,
        folder=folder,
        description=resolved.metadata.description,
        names=plan_names(model, environment.name),
        labels=plan_labels(resolved),
        selector=plan_selector(model, environment.name),
        pod_annotations={
            **({DIGEST_ANNOTATION: settings_digest(settings, drift)} if settings is not None else {}),
            **delivery.identity_annotations(delivery.account_annotations(resolved), CONTAINER),
        },
        settings=settings,
        drift=drift,
        workload=plan_workload(resolved),
        container=_container(resolved, context_digest, arguments.server),
        claim=plan_claim(resolved),
        service_port=_SERVICE_PORT,
        placement=resources.plan_placement(resolved),
        lifecycle=lifecycle,
        rollout=plan_rollout(resolved),
        replicas=None if scaling else resolved.spec.replicas or 1,
        scaling=scaling,
        # One replica can never be evicted under a budget that keeps it.
        disruption_budget=most_replicas(resolved) > 1,
        exposure=plan_exposure(resolved),
        network=plan_network(resolved),
        monitoring=with_runbooks(
            plan_monitoring(resolved, lifecycle.startup_budget, scaling), resolved, folder, lifecycle.startup_budget
        ),
        gitops=plan_gitops(resolved, workspace, ignores_replicas=scaling is not None),
        patches=tuple(
            Patch(index, item.target.kind, item.target.name, item.patch)
            for index, item in enumerate(resolved.spec.overrides)
        ),
        canary=plan_canary(resolved, lifecycle.startup_budget),
        group=plan_group(resolved, arguments.worker),
        pod_labels=delivery.identity_labels(delivery.account_annotations(resolved)),
        account_annotations=delivery.account_annotations(resolved),
        model_volume=delivery.plan_model_volume(resolved),
        serves=resolved.spec.serves,
        dashboard=_dashboard(resolved, lifecycle.startup_budget),
        batch=plan_batch(
            resolved,
            environment_variables(resolved, processes=1),
            owned_by_argocd=environment.spec.gitops.repo is not None,
        ),
    )


def _dashboard(resolved: ResolvedSpec, startup_budget: int) -> Dashboard | None:
    if resolved.environment.spec.grafana is None:
        return None
    # Imported for environments that have a Grafana alone.
    from .monitoring.dashboard.plan_dashboard import plan_dashboard

    return plan_dashboard(resolved, startup_budget)


def image_reference(resolved: ResolvedSpec, context_digest: str) -> str:
    """`<registry>/<model>:<version>-<12 hex digits of the build context>`; no version where the image holds no model:
    a new one needs no new image then."""
    registry = resolved.environment.spec.registry
    prefix = f"{registry}/" if registry else ""
    version = "" if delivery.model_location(resolved) else f"{resolved.spec.model.version}-"
    return f"{prefix}{resolved.name}:{version}{context_digest[:12]}"


class _Arguments(Struct, frozen=True):
    """Of the image's entry point, in the pod that answers and in the others of its replica."""

    server: tuple[str, ...] = ()
    worker: tuple[str, ...] = ()


def _arguments(resolved: ResolvedSpec) -> _Arguments:
    if FORMATS[resolved.spec.model.format].server != "vllm":
        return _Arguments()
    baked = f"/app/{model_files(resolved.model, resolved.spec, resolved.files).path}"
    path = delivery.model_path(resolved) or baked
    return _Arguments(plan_arguments(resolved, path), plan_worker_arguments(resolved, path))


def _settings(resolved: ResolvedSpec) -> str | None:
    """None for a server that reads no settings.json."""
    if FORMATS[resolved.spec.model.format].server != "mlspec":
        return None
    return plan_settings(resolved, latency_buckets(resolved.spec.monitoring))


def _drift(resolved: ResolvedSpec) -> str | None:
    """None for a server that watches nothing; only what does reads a reference."""
    if resolved.spec.monitoring.drift is None:
        return None
    from .drift.plan_drift import plan_drift

    return plan_drift(resolved)


def _container(resolved: ResolvedSpec, context_digest: str, args: tuple[str, ...]) -> Container:
    return Container(
        name=CONTAINER,
        image=image_reference(resolved, context_digest),
        port=PORT,
        port_name="http",
        env=environment_variables(resolved),
        requests=resources.plan_requests(resolved),
        limits=resources.plan_limits(resolved),
        user_id=USER_ID,
        shared_memory=resources.shared_memory(resolved),
        temporary_storage=resources.temporary_storage(resolved),
        args=args,
        settings_path=_SETTINGS_PATH if FORMATS[resolved.spec.model.format].server == "mlspec" else None,
    )


def environment_variables(resolved: ResolvedSpec, processes: int | None = None) -> tuple[Manifest, ...]:
    """What the user's code and the numerical libraries find, serving or not; sorted by name. The `processes` of a
    container share its cores, by default the server's."""
    variables = {item.name: environment_variable(item) for item in resolved.spec.server.env}
    if FORMATS[resolved.spec.model.format].server == "vllm":
        level = resolved.spec.logging.level.upper()
        variables.setdefault(_VLLM_LEVEL, {"name": _VLLM_LEVEL, "value": level})
    # A numerical library starts a thread for each core of the node, whatever the container may use of it.
    cores = -(-resolved.spec.resources.cpu // (1000 * (processes or resolved.spec.server.workers)))
    variables.setdefault(_THREADS, {"name": _THREADS, "value": str(cores)})
    return tuple(variables[name] for name in sorted(variables))
