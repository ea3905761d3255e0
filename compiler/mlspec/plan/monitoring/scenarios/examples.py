"""A server's dialect -> a request of a model as that server counts it, answered, failed, given up and of a probe."""

from __future__ import annotations

from msgspec import Struct

from mlspec.plan.dialects import MLSPEC, Dialect
from mlspec.plan.plan import Labels
from mlspec_runtime import metric_names as metrics


class Example(Struct, frozen=True):
    """Labels beside those that a scrape adds."""

    request: Labels
    answered: Labels
    failed: Labels
    given_up: Labels
    """Empty where the server does not tell them from others."""
    probe: Labels
    timed: Labels
    """In the histogram of times."""
    older: Labels
    """There, of a replica from before the objective's threshold was a bound."""


_INFER = {metrics.VERSION: "1.0.0", metrics.ENDPOINT: metrics.ENDPOINT_INFER}
_MLSPEC = Example(
    request=_INFER,
    answered={metrics.CODE: "200"},
    failed={metrics.CODE: "503"},
    given_up={metrics.CODE: metrics.CODE_CLIENT_GONE},
    probe={metrics.ENDPOINT: metrics.ENDPOINT_HEALTH, metrics.CODE: "200"},
    timed=_INFER,
    older={metrics.VERSION: "0.9.0"},
)
_VLLM = Example(
    request={"method": "POST", "handler": "/v1/chat/completions"},
    answered={"status": "2xx"},
    failed={"status": "5xx"},
    given_up={},
    probe={"method": "GET", "handler": "/health", "status": "2xx"},
    timed={"model_name": "support-llm", "engine": "0"},
    older={"engine": "1"},
)


def example_of(dialect: Dialect) -> Example:
    """For every dialect that there is."""
    return _MLSPEC if dialect is MLSPEC else _VLLM
