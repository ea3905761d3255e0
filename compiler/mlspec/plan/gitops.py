"""ResolvedSpec and Environment -> how Argo CD syncs a model, and what an environment is to Argo CD."""

from __future__ import annotations

from mlspec.environment.resolved import Environment, ResolvedSpec
from mlspec.spec.workspace import WorkspaceSpec

from .names import fit
from .plan import EnvironmentPlan, Gitops

ARGOCD_NAMESPACE = "argocd"
_QUEUED = ("/spec/suspend", "/spec/template/spec/nodeSelector", "/spec/template/spec/tolerations")
"""What Kueue writes when it admits a Job. Source: RunWithPodSetsInfo of its controller for Jobs."""


def project(environment: Environment) -> str:
    """The AppProject of an environment: one of its own, never `default`."""
    return environment.spec.gitops.project or f"ml-{environment.name}"


def deployment_folder(workspace: WorkspaceSpec, environment: str, model: str) -> str:
    """Where a model's manifests for an environment go."""
    return f"{workspace.output}/{environment}/{model}"


def plan_gitops(resolved: ResolvedSpec, workspace: WorkspaceSpec, *, ignores_replicas: bool) -> Gitops | None:
    """None where the environment names no repository: there is nothing that Argo CD could read."""
    environment = resolved.environment
    gitops = environment.spec.gitops
    if gitops.repo is None:
        return None
    return Gitops(
        namespace=ARGOCD_NAMESPACE,
        project=project(environment),
        repo=gitops.repo,
        branch=gitops.branch,
        path=deployment_folder(workspace, environment.name, resolved.name),
        cluster=environment.spec.cluster,
        auto_sync=gitops.sync == "auto",
        ignores_replicas=ignores_replicas,
        # ServiceMonitor and PrometheusRule are always there.
        has_custom_resources=True,
        application_file=f"{workspace.argocd}/{environment.name}/{resolved.name}.yaml",
        ignored_job=_QUEUED if _is_queued_job(resolved) else (),
    )


def _is_queued_job(resolved: ResolvedSpec) -> bool:
    """Whether Argo CD itself applies a Job that Kueue starts; those of a CronJob it never compares."""
    batch = resolved.spec.batch
    return batch is not None and batch.schedule is None and resolved.environment.spec.kueue is not None


def plan_environment(environment: Environment, workspace: WorkspaceSpec) -> EnvironmentPlan | None:
    """None where the environment names no repository."""
    gitops = environment.spec.gitops
    if gitops.repo is None:
        return None
    return EnvironmentPlan(
        environment=environment.name,
        source=environment.source or "the built-in environment",
        file=f"{workspace.argocd}/{environment.name}.yaml",
        project=project(environment),
        root=fit(f"{project(environment)}-root"),
        argocd_namespace=ARGOCD_NAMESPACE,
        namespace=environment.namespace,
        cluster=environment.spec.cluster,
        repo=gitops.repo,
        branch=gitops.branch,
        applications_path=f"{workspace.argocd}/{environment.name}",
        auto_sync=gitops.sync == "auto",
        labels={"app.kubernetes.io/managed-by": "mlspec", "mlspec.dev/environment": environment.name},
    )
