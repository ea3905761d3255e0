"""A language model -> the times, the tokens and the memory that only a server of those has."""

from __future__ import annotations

from decimal import Decimal

from mlspec.plan import vllm_metrics as vllm
from mlspec.plan.dialects import VLLM
from mlspec.plan.monitoring.promql import select
from mlspec.plan.parts.dashboard import RED, YELLOW, Panel, Query, Section

from .panels import above, over, percentiles
from .shown import Shown

_SECTION = 40
_HALF, _MOST = Decimal("0.5"), Decimal("0.99")


def tokens(shown: Shown) -> Section | None:
    """None for every other server."""
    if shown.subject.dialect is not VLLM:
        return None
    return Section(_SECTION, "Tokens", (*_times(shown), _throughput(shown), _cache(shown), _hits(shown), _ends(shown)))


def _times(shown: Shown) -> tuple[Panel, ...]:
    series = shown.subject.series
    objective = shown.objective("output-token")
    shares = sorted({_HALF, objective.target if objective else _MOST})
    between = percentiles(shares, vllm.PACE, series)
    whole = percentiles((_HALF, _MOST), vllm.WHOLE, series)
    return (
        Panel(
            41,
            "Time per token",
            "How fast an answer goes on, once it has begun.",
            "s",
            between,
            steps=shown.time_steps("output-token"),
            least=Decimal(0),
        ),
        Panel(42, "Time of a whole answer", "From the request to its last token.", "s", whole, least=Decimal(0)),
    )


def _throughput(shown: Shown) -> Panel:
    read, written = (
        f"sum(rate({over(metric, shown.subject.series)}))" for metric in (vllm.PROMPT_TOKENS, vllm.GENERATED_TOKENS)
    )
    return Panel(
        43,
        "Tokens",
        "A second, read in prompts and written in answers.",
        "none",
        (Query(read, "read"), Query(written, "written")),
        least=Decimal(0),
    )


def _cache(shown: Shown) -> Panel:
    used = f"max by (pod) ({select(vllm.CACHE_USED, shown.subject.series)})"
    return Panel(
        44,
        "Memory for tokens",
        "The share of the cache that is taken. When it is full, requests wait, or make room for others.",
        "percentunit",
        (Query(used, "{{pod}}"),),
        steps=above((Decimal("0.9"), YELLOW), (Decimal(1), RED)),
        least=Decimal(0),
        most=Decimal(1),
    )


def _hits(shown: Shown) -> Panel:
    hits, asked = (f"sum(rate({over(metric, shown.subject.series)}))" for metric in (vllm.HITS, vllm.LOOKUPS))
    return Panel(
        45,
        "Prefixes found in the cache",
        "The share of prompt tokens that need not be computed again.",
        "percentunit",
        (Query(f"{hits}\n/\n{asked}", "found"),),
        least=Decimal(0),
        most=Decimal(1),
    )


def _ends(shown: Shown) -> Panel:
    ended = f"sum by ({vllm.FINISHED}) (rate({over(vllm.SUCCESS, shown.subject.series)}))"
    again = f"sum(rate({over(vllm.PREEMPTIONS, shown.subject.series)}))"
    return Panel(
        46,
        "Answers by their end",
        "A second. Those of `length` were cut at the limit; a preempted one made room for others, and begins again.",
        "reqps",
        (Query(ended, f"{{{{{vllm.FINISHED}}}}}"), Query(again, "preempted")),
        least=Decimal(0),
    )
