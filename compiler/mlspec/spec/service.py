"""`kind: Model`: a model and the service that it owes its users."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from .batch import Batch
from .build import Build
from .environment import PartialSpec
from .expose import Expose
from .health import Health
from .model import ModelSource
from .monitoring import Logging, Monitoring
from .network import Network
from .overrides import Override
from .resources import Resources
from .rollout import Rollout
from .scalars import EnvironmentName, LabelKey, LabelValue, ModelName, Owner
from .scaling import Scaling
from .section import ApiVersion, Invalid, Section
from .server import Server


class ModelMetadata(Section):
    """Who the model is."""

    name: Annotated[ModelName, Field(description="At most 40 characters: names derived from it must fit 63.")]
    owner: Annotated[Owner | None, Field(description="A label on every object and alert: who is paged.")] = None
    description: Annotated[str | None, Field(max_length=500, description="What it is for, in a sentence.")] = None
    labels: Annotated[dict[LabelKey, LabelValue], Field(description="Added to every object.")] = {}


class ServiceSpec(Section):
    """What the model is and what it owes its users, in one environment."""

    model: Annotated[ModelSource, Field(description="Which model, and where it comes from.")]
    build: Annotated[Build, Field(description="What the image contains besides the model.")] = Build.by_default()
    server: Annotated[Server, Field(description="How requests are taken.")] = Server.by_default()
    resources: Annotated[Resources, Field(description="What one replica needs.")] = Resources.by_default()
    replicas: Annotated[
        int | None,
        Field(
            ge=0, le=10_000, description="A fixed number, default 1; or `scaling`, never both. 0: only `batch` runs."
        ),
    ] = None
    scaling: Annotated[Scaling | None, Field(description="Replicas by demand.")] = None
    batch: Annotated[Batch | None, Field(description="Stored rows that a Job scores, beside serving or alone.")] = None
    expose: Annotated[Expose | None, Field(description="The way in; absent: inside the cluster only.")] = None
    health: Annotated[Health, Field(description="How long a start and a stop may take.")] = Health.by_default()
    rollout: Annotated[Rollout, Field(description="How a new version replaces the old.")] = Rollout.by_default()
    monitoring: Annotated[Monitoring, Field(description="Objectives and alerts.")] = Monitoring.by_default()
    logging: Annotated[Logging, Field(description="What the server logs.")] = Logging.by_default()
    network: Annotated[Network, Field(description="Who may call it and what it may call.")] = Network.by_default()
    overrides: Annotated[list[Override], Field(description="Patches of generated objects.")] = []

    @property
    def serves(self) -> bool:
        """Whether there is a server at all."""
        return self.replicas != 0

    @model_validator(mode="after")
    def _replicas_or_scaling(self) -> Self:
        if self.replicas is not None and self.scaling is not None:
            raise Invalid(
                "`scaling` decides the number already",
                "keep one of them; `replicas: null` in an environment's block removes what it inherits",
                at=("replicas",),
            )
        return self


class ModelSpec(ServiceSpec):
    """What the model is and what it owes its users, and what differs by environment."""

    # For the JSON Schema alone: each environment's merged spec is validated as a ServiceSpec.

    environments: Annotated[
        dict[EnvironmentName, PartialSpec] | None,
        Field(description="Where it runs and what differs there; absent: every environment, unchanged."),
    ] = None


class ModelDocument(Section):
    """A model and the service that it owes its users."""

    api_version: ApiVersion
    kind: Annotated[Literal["Model"], Field(description="What this document is.")]
    metadata: Annotated[ModelMetadata, Field(description="Its name, and who it belongs to.")]
    spec: Annotated[ModelSpec, Field(description="What the model is and what it owes its users.")]


class ModelHead(Section):
    """What of a Model document does not depend on the environment; `spec` is validated once merged."""

    api_version: ApiVersion
    kind: Annotated[Literal["Model"], Field(description="What this document is.")]
    metadata: Annotated[ModelMetadata, Field(description="Its name, and who it belongs to.")]
    spec: dict[str, Any]
