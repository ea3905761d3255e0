"""`spec.scaling`: how many replicas, and what decides it."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from .scalars import Duration, WholePercent, between
from .section import Invalid, Section


class Query(Section):
    """A Prometheus query whose value is divided by the replicas."""

    promql: Annotated[str, Field(min_length=1, max_length=4096, description="An instant query with one value.")]
    threshold: Annotated[float, Field(ge=0.001, le=1e12, description="Its target value for each replica.")]
    activation: Annotated[
        float | None,
        Field(
            ge=0, le=1e12, description="With minReplicas 0: the value above which the first replica starts; default 0."
        ),
    ] = None


class Metric(Section):
    """One thing to scale on; exactly one key."""

    cpu: Annotated[WholePercent | None, Field(description="Use of the CPU request.")] = None
    memory: Annotated[WholePercent | None, Field(description="Use of the memory request.")] = None
    concurrency: Annotated[
        float | None, Field(ge=0.001, le=1e6, description="Requests in progress or queued, per replica.")
    ] = None
    requests_per_second: Annotated[
        float | None, Field(ge=0.001, le=1e9, description="Requests a second, per replica.")
    ] = None
    gpu_utilization: Annotated[WholePercent | None, Field(description="Use of the accelerators, averaged.")] = None
    query: Annotated[Query | None, Field(description="A query of your own.")] = None

    @property
    def kind(self) -> str:
        """The key that is set, as it is spelt in Python."""
        return next(name for name in type(self).model_fields if getattr(self, name) is not None)

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        if len([name for name in type(self).model_fields if getattr(self, name) is not None]) != 1:
            raise Invalid("exactly one key is needed for each metric", "write one list item for each metric")
        return self


class Scaling(Section):
    """Replicas between two bounds, by metrics."""

    min_replicas: Annotated[
        int, Field(ge=0, le=10_000, description="Never fewer; 0 needs a query that wakes the model.")
    ] = 1
    max_replicas: Annotated[int, Field(ge=1, le=10_000, description="Never more.")]
    metrics: Annotated[
        list[Metric],
        Field(
            min_length=1,
            description="What to scale on, as `- cpu: 70%`; of several the highest demand wins.",
        ),
    ]
    scale_down_after: Annotated[
        Annotated[Duration, between("0s", "1h")] | None,
        Field(
            description="How long demand must stay low, at most 1h; never below the start-up time.", examples=["10m"]
        ),
    ] = None

    @model_validator(mode="after")
    def _bounds(self) -> Self:
        if self.min_replicas > self.max_replicas:
            raise Invalid(
                f"above maxReplicas ({self.max_replicas})", "raise maxReplicas or lower this", at=("minReplicas",)
            )
        kinds = [metric.kind for metric in self.metrics]
        for index, kind in enumerate(kinds):
            if kind != "query" and kind in kinds[:index]:
                raise Invalid("this metric is there already", "keep one of them", at=("metrics", index))
        for index, metric in enumerate(self.metrics):
            if self.min_replicas > 0 and metric.query and metric.query.activation is not None:
                at = ("metrics", index, "query", "activation")
                raise Invalid("only a model without replicas is woken", "remove it, or set `minReplicas: 0`", at=at)
        return self
