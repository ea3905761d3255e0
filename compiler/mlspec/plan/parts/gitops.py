"""How Argo CD syncs a model, and what an environment is by itself, as data."""

from __future__ import annotations

from msgspec import Struct

from .objects import Labels


class Gitops(Struct, frozen=True):
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


class EnvironmentPlan(Struct, frozen=True):
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
