"""Checks of starts, stops and time-outs that would cut each other short."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from mlspec.codes import Ignorable, code
from mlspec.diagnostics import Diagnostic
from mlspec.environment.resolved import ResolvedSpec
from mlspec.plan.lifecycle import LEAST_STARTUP
from mlspec.plan.quantities import duration

from .registry import check
from .vllm import is_vllm

_LONGEST = timedelta(hours=6)

STARTUP = code(
    "MLS220",
    "startup-out-of-bounds",
    title="a start-up time that no start can keep, or that would hide a dead one",
    reason="A start that is cut short starts again, for ever; on a busy node even a small one takes a while.",
    remedy="correct it, or remove it: the default follows from format and size",
)
DRAIN = code(
    "MLS221",
    "drain-out-of-bounds",
    title="a shutdown that cuts requests",
    reason="A request may take as long as `server.timeout`; one that takes longer than `health.drain` is cut.",
    remedy="raise `health.drain` to `server.timeout` at least",
    ignorable=Ignorable.YES,
)
SHORT_ROUTE = code(
    "MLS222",
    "route-timeout-too-short",
    title="a route that gives up before the server does",
    reason="Callers would see the gateway's error for requests that the server still answers.",
    remedy="raise `expose.timeout` to `server.timeout` at least, or remove it",
)
RESERVED_VARIABLE = code(
    "MLS223",
    "reserved-variable",
    title="an environment variable that belongs to the server",
    reason="The image and the server agree on it.",
    remedy="use the spec's own field for it, or another name",
)


@check(STARTUP)
def startup_out_of_bounds(resolved: ResolvedSpec) -> Iterator[Diagnostic]:
    stated = resolved.spec.health.startup
    if stated is not None and not timedelta(seconds=LEAST_STARTUP) <= stated <= _LONGEST:
        message = f"`health.startup` cannot be `{duration(stated)}`"
        label = f"must lie between {LEAST_STARTUP}s and 6h"
        yield STARTUP.error(resolved.at("health", "startup"), message, label=label)


@check(DRAIN)
def drain_out_of_bounds(resolved: ResolvedSpec) -> Iterator[Diagnostic]:
    drain, timeout = resolved.spec.health.drain, resolved.spec.server.timeout
    if drain >= timeout or is_vllm(resolved):
        return
    stated = resolved.has("health", "drain")
    yield DRAIN.warning(
        resolved.at("health", "drain") if stated else resolved.at("server", "timeout"),
        f"a request may take {duration(timeout)}, and a stop waits {duration(drain)} for it",
        label="requests are cut",
        remedy=f"raise `health.drain` to {duration(timeout)} at least",
        fix=duration(timeout) if stated else "",
    )


@check(SHORT_ROUTE)
def route_timeout_too_short(resolved: ResolvedSpec) -> Iterator[Diagnostic]:
    expose = resolved.spec.expose
    if expose is None or expose.ingress is not None or expose.timeout is None or is_vllm(resolved):
        return
    if expose.timeout < (server := resolved.spec.server.timeout):
        message = f"the route gives up after {duration(expose.timeout)}, and the server may take {duration(server)}"
        remedy = f"raise it to {duration(server)} at least, or remove it"
        span = resolved.at("expose", "timeout")
        yield SHORT_ROUTE.error(span, message, label="too short", remedy=remedy, fix=duration(server))


@check(RESERVED_VARIABLE)
def reserved_variable(resolved: ResolvedSpec) -> Iterator[Diagnostic]:
    for index, variable in enumerate(resolved.spec.server.env):
        if variable.name.startswith("MLSPEC_"):
            yield RESERVED_VARIABLE.error(
                resolved.at("server", "env", index, "name"), f"{variable.name} belongs to the server", label="reserved"
            )
