"""`spec.monitoring`: what the service owes its users, and when it says that it is not well."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from .default_alerts import DefaultAlerts, Severity
from .paths import RelativePath
from .scalars import AlertName, Duration, Objective, Percent, between, parse_duration
from .section import Invalid, Section


class Latency(Section):
    """A share of the requests that must be answered within a time."""

    target: Annotated[Objective, Field(description="The share of requests, as `99%`.")]
    threshold: Annotated[
        Annotated[Duration, between("1ms", "1h")],
        Field(description="Their time; a bucket bound of the server's histogram."),
    ]


class Slo(Section):
    """Objectives: each gets recording rules and multi-window burn-rate alerts."""

    availability: Annotated[Objective | None, Field(description="The share of requests answered without an error.")] = (
        None
    )
    latency: Annotated[
        Latency | None, Field(description="The share of requests answered in time; of `vllm`, to the first token.")
    ] = None
    time_per_output_token: Annotated[
        Latency | None,
        Field(description="Format vllm: the share of answers whose tokens follow each other, on average, in time."),
    ] = None
    period: Annotated[
        # The alerts' windows scale with it: below, the short ones hold too few scrapes; above, Prometheus forgets.
        Annotated[Duration, between("7d", "92d")],
        Field(description="The window that the error budget is for, 7d to 92d.", json_schema_extra={"default": "30d"}),
    ] = parse_duration("30d")


class Drift(Section):
    """Live features and predictions against a reference, by population stability index."""

    reference: Annotated[
        RelativePath,
        Field(
            description="CSV, JSON lines or Parquet, at most 16 MiB, with the columns of the inputs; with those of "
            "outputs, under their names, predictions are watched too."
        ),
    ]
    threshold: Annotated[
        # Below, no reference of a sensible size would do; above, hardly any drift would be enough.
        float,
        Field(ge=0.02, le=2, description="Index above which a feature counts as drifted, 0.02 to 2."),
    ] = 0.2
    window: Annotated[
        Annotated[Duration, between("5m", "7d")],
        Field(description="The sliding window of requests, 5m to 7d.", json_schema_extra={"default": "1h"}),
    ] = parse_duration("1h")
    exclude: Annotated[
        list[Annotated[str, Field(min_length=1)]],
        Field(description="Columns that are not watched, an identifier for instance."),
    ] = []


def _share(share: Decimal) -> Decimal:
    if not 0 < share < 1:
        never = "never fires" if share == 0 else "fires at the first mistake"
        raise Invalid(
            f"an alert at {share * 100:f}% {never}", "write a percentage between 0% and 100%, for instance `92%`"
        )
    return share


class Accuracy(Section):
    """Predictions against labels that callers send later."""

    metric: Annotated[
        Literal["accuracy", "f1", "auc", "mae"],
        Field(description="What is computed: of classes accuracy, f1 or auc, of numbers mae."),
    ]
    minimum: Annotated[
        Annotated[Percent, AfterValidator(_share)] | None,
        Field(description="Of accuracy, f1 and auc: an alert fires below it."),
    ] = None
    maximum: Annotated[
        float | None,
        Field(
            gt=0,
            le=1e15,
            allow_inf_nan=False,
            description="Of mae, in the prediction's unit: an alert fires above it.",
        ),
    ] = None
    min_samples: Annotated[
        int,
        Field(ge=20, le=50_000, description="Labels that are looked at, the latest; with fewer no alert fires."),
    ] = 500
    output: Annotated[
        str | None,
        Field(min_length=1, max_length=128, description="The output that labels are for; default the first that fits."),
    ] = None
    positive: Annotated[
        Annotated[str, Field(min_length=1, max_length=200)] | int | bool | None,
        Field(
            description="The class, as labels say it, that f1 and auc are of. Without it f1 is the mean over all "
            "classes, and auc is of the second of two."
        ),
    ] = None

    @model_validator(mode="after")
    def _one_bound(self) -> Self:
        wanted, other = ("maximum", "minimum") if self.metric == "mae" else ("minimum", "maximum")
        example = "maximum: 3.5" if wanted == "maximum" else "minimum: 92%"
        if getattr(self, other) is not None:
            better = "less of it is better" if wanted == "maximum" else "more of it is better"
            raise Invalid(f"{self.metric} has no `{other}`: {better}", f"write `{example}`", at=(other,))
        if getattr(self, wanted) is None:
            raise Invalid(f"{self.metric} needs a `{wanted}`", f"say when an alert fires: `{example}`")
        return self


class Alert(Section):
    """An alert of your own, in PromQL."""

    name: Annotated[AlertName, Field(description="CamelCase, as the community writes alerts.")]
    expr: Annotated[str, Field(min_length=1, max_length=4096, description="PromQL that is true while it should fire.")]
    for_: Annotated[
        Duration,
        Field(alias="for", description="How long it must stay true.", json_schema_extra={"default": "5m"}),
    ] = parse_duration("5m")
    severity: Annotated[Severity, Field(description="Who is told: page wakes a person, ticket waits for the morning.")]
    summary: Annotated[str, Field(min_length=1, max_length=500, description="What is wrong, in one line.")]


class Monitoring(Section):
    """Objectives, alerts, drift and accuracy."""

    slo: Annotated[Slo | None, Field(description="What the service owes its users.")] = None
    drift: Annotated[Drift | None, Field(description="Watch the features for drift.")] = None
    accuracy: Annotated[Accuracy | None, Field(description="Watch the accuracy by feedback.")] = None
    default_alerts: Annotated[
        DefaultAlerts, Field(description="The alerts that a deployment gets by itself, switched and tuned by name.")
    ] = DefaultAlerts.by_default()
    alerts: Annotated[list[Alert], Field(description="Alerts of your own.")] = []


class Logging(Section):
    """JSON lines with Elastic Common Schema field names."""

    level: Annotated[Literal["debug", "info", "warning", "error"], Field(description="The least that is logged.")] = (
        "info"
    )
    payloads: Annotated[
        Percent,
        Field(
            description="Share of requests logged with their inputs and outputs.", json_schema_extra={"default": "0%"}
        ),
    ] = Decimal(0)
