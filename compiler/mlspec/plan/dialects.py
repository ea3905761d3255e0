"""A format's server -> the metrics by which it says how its requests fare, for rules and autoscalers."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from msgspec import Struct

from mlspec.environment.resolved import ResolvedSpec
from mlspec_runtime import metric_names as metrics

from . import vllm_metrics as vllm
from .formats import FORMATS

Matchers = Mapping[str, str]
"""By label, as `plan.monitoring.promql` reads them: `~` before a regular expression, `!` before what must not be."""


class Dialect(Struct, frozen=True):
    """The names that one server has for what every server says."""

    requests: str
    """A counter of requests."""
    inference: Matchers
    """The requests of a model among them, without probes and scrapes."""
    given_up: Matchers
    """What keeps out those that their clients gave up, which nobody failed."""
    failed: Matchers
    duration: str
    """A histogram of the time that an objective of latency is about."""
    measured: Matchers
    """The requests of a model in it."""
    slow: str
    """What a request does that is beyond the objective, up to the time."""
    in_hand: tuple[str, ...]
    """Gauges that add up to the requests that a replica has."""
    load: str | None
    """A gauge of the seconds that loading the model took; None where nothing says it."""
    refused: str
    """A counter of refusals."""
    queue_full: Matchers
    """Those of a full queue among them."""
    waiting: str | None
    """A gauge of the requests that wait, where the queue has no end."""
    exported: Mapping[str, tuple[str, ...]]
    """Every metric of the server that an expression may read, with its labels; histograms without their endings."""
    prefixes: tuple[str, ...]
    """Beginnings of names that are the server's own, or that of another."""
    buckets: tuple[Decimal, ...] = ()
    """Bounds of the histogram in seconds; empty where the compiler sets them."""
    per_token: str | None = None
    """A histogram of the time from one token of an answer to the next; None where answers have none."""
    per_token_buckets: tuple[Decimal, ...] = ()
    """Its bounds in seconds."""
    says_model: bool = True
    """Whether the series carry the model's name; otherwise scraping adds it."""


_INFERENCE: Final = {metrics.ENDPOINT: f"~{metrics.ENDPOINT_INFER}|{metrics.ENDPOINT_INVOCATIONS}"}

MLSPEC: Final = Dialect(
    requests=metrics.REQUESTS,
    inference=_INFERENCE,
    given_up={metrics.CODE: f"!{metrics.CODE_CLIENT_GONE}"},
    failed={metrics.CODE: "~5.."},
    duration=metrics.REQUEST_DURATION,
    measured=_INFERENCE,
    slow="take longer than",
    in_hand=(metrics.REQUESTS_IN_PROGRESS,),
    load=metrics.MODEL_LOAD,
    refused=metrics.REJECTED,
    queue_full={metrics.REASON: metrics.REASON_QUEUE_FULL},
    waiting=None,
    exported=metrics.LABEL_NAMES,
    prefixes=("mlspec_",),
)
VLLM: Final = Dialect(
    requests=vllm.HTTP_REQUESTS,
    # Whatever the path, what is asked of a model is posted; an answer that breaks off while it streams counts as given.
    inference={vllm.METHOD: "POST"},
    given_up={},
    failed={vllm.STATUS: "5xx"},
    duration=vllm.FIRST,
    measured={},
    slow="wait for their first token longer than",
    in_hand=(vllm.RUNNING, vllm.WAITING),
    load=None,
    refused=vllm.REJECTED,
    queue_full={vllm.REASON: vllm.REASON_QUEUE_FULL},
    waiting=vllm.WAITING,
    exported=vllm.LABEL_NAMES,
    prefixes=("vllm:", "mlspec_"),
    buckets=vllm.FIRST_BUCKETS,
    per_token=vllm.PACE,
    per_token_buckets=vllm.PACE_BUCKETS,
    says_model=False,
)
_BY_SERVER: Final = {"mlspec": MLSPEC, "vllm": VLLM}


def dialect_of(resolved: ResolvedSpec) -> Dialect:
    """That of the server in the model's image."""
    return _BY_SERVER[FORMATS[resolved.spec.model.format].server]
