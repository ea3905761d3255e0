"""`spec.rollout`: how a new version replaces the old."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from .scalars import Duration, WholePercent, between, parse_duration
from .section import Invalid, Section


class Canary(Section):
    """A new version gets a growing share of the requests, as long as it keeps the objectives."""

    steps: Annotated[
        list[WholePercent], Field(min_length=1, max_length=20, description="Shares of the requests, growing.")
    ]
    pause: Annotated[
        # Below, too few scrapes tell how the share does.
        Annotated[Duration, between("2m", "7d")],
        Field(description="How long each share is watched, 2m to 7d.", json_schema_extra={"default": "5m"}),
    ] = parse_duration("5m")
    abort_on: Annotated[
        Literal["slo"], Field(description="What ends the canary: the objectives of `monitoring.slo`.")
    ] = "slo"

    @model_validator(mode="after")
    def _growing(self) -> Self:
        if any(later <= earlier for earlier, later in zip(self.steps, self.steps[1:], strict=False)):
            raise Invalid("the shares must grow", "sort them", at=("steps",))
        return self


class Rollout(Section):
    """How a new version replaces the old; the default never deadlocks on scarce accelerators."""

    strategy: Annotated[
        Literal["rolling", "recreate", "canary"] | None,
        Field(description="Default: rolling; recreate for one replica on accelerators without a spare."),
    ] = None
    surge: Annotated[WholePercent | None, Field(description="Replicas above the wanted number during a rollout.")] = (
        None
    )
    canary: Annotated[Canary | None, Field(description="Only with strategy canary.")] = None

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.strategy == "canary" and self.canary is None:
            raise Invalid(
                "nothing says its steps", "add them beside it: `canary: {steps: [10%, 50%]}`", at=("strategy",)
            )
        if self.strategy != "canary" and self.canary is not None:
            raise Invalid("only the strategy `canary` has steps", "write `strategy: canary` beside it", at=("canary",))
        if self.canary is not None and self.surge is not None:
            raise Invalid("the steps of a canary say what comes when", "remove it", at=("surge",))
        if self.strategy == "recreate" and self.surge is not None:
            raise Invalid("recreate knows no surge", "remove it", at=("surge",))
        return self
