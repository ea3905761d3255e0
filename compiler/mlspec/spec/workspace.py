"""`kind: Workspace`: what holds for the whole repository; at most one."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from .environment import Folder, Gitops, PartialSpec
from .scalars import DnsLabel
from .section import ApiVersion, Invalid, Section

SPECS = "specs"
"""The folder of the specs themselves."""


class WorkspaceSpec(Section):
    """Defaults for every environment and model, and where the output goes."""

    defaults: Annotated[PartialSpec, Field(description="A partial Model spec, below every environment's.")] = None
    gitops: Annotated[Gitops, Field(description="Default for every environment.")] = Gitops.by_default()
    output: Annotated[Folder, Field(description="Folder of what is generated.")] = "generated"
    argocd: Annotated[Folder, Field(description="Folder of the Applications.")] = "argocd"

    @model_validator(mode="after")
    def _folders_apart(self) -> Self:
        for key, folder, others in (
            ("output", self.output, (SPECS,)),
            ("argocd", self.argocd, (SPECS, self.output)),
        ):
            for other in others:
                if f"{folder}/".startswith(f"{other}/") or f"{other}/".startswith(f"{folder}/"):
                    raise Invalid(f"shares a folder with `{other}`", "choose a folder of its own", at=(key,))
        return self


class WorkspaceMetadata(Section):
    """What the workspace is called."""

    name: Annotated[DnsLabel, Field(description="A name for people.")] = "workspace"


class WorkspaceDocument(Section):
    """The repository's own settings."""

    api_version: ApiVersion
    kind: Annotated[Literal["Workspace"], Field(description="What this document is.")]
    metadata: Annotated[WorkspaceMetadata, Field(description="Its name.")] = WorkspaceMetadata.by_default()
    spec: Annotated[WorkspaceSpec, Field(description="What holds for the whole repository.")] = (
        WorkspaceSpec.by_default()
    )
