"""`kind: Workspace`: what holds for the whole repository; at most one."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from .environment import Folder, Gitops, PartialSpec
from .scalars import DnsLabel
from .section import Section


class WorkspaceSpec(Section):
    """Defaults for every environment and model, and where the output goes."""

    defaults: Annotated[PartialSpec, Field(description="A partial Model spec, below every environment's.")] = None
    gitops: Annotated[Gitops, Field(description="Default for every environment.")] = Gitops()
    output: Annotated[Folder, Field(description="Folder of what is generated.")] = "generated"
    argocd: Annotated[Folder, Field(description="Folder of the Applications.")] = "argocd"


class WorkspaceMetadata(Section):
    name: Annotated[DnsLabel, Field(description="A name for people.")] = "workspace"


class WorkspaceDocument(Section):
    """The repository's own settings."""

    api_version: Literal["mlspec.dev/v1"]
    kind: Literal["Workspace"]
    metadata: WorkspaceMetadata = WorkspaceMetadata()
    spec: Annotated[WorkspaceSpec, Field(description="What holds for the whole repository.")] = WorkspaceSpec()
