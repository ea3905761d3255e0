"""Probes and shutdown of the containers that serve -> problems."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from ..manifests import Container, Manifests, dig, entries, mapping, number, text
from ..problem import Problem, identity
from .registry import object_rule

PROBES = ("startupProbe", "livenessProbe", "readinessProbe")
HANDLERS = ("exec", "grpc", "httpGet", "tcpSocket")
_LEAST_BUDGET = 60
_AFTER_DRAIN = 5
_DURATION = re.compile(r"(?:\d{1,5}(?:h|m|s|ms)){1,4}")
"""Source: GEP-2257 of the Gateway API."""
_SECONDS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}


def startup_budget(container: Container) -> int:
    """Seconds that the start-up probe gives a container."""
    probe = mapping(container.spec, "startupProbe")
    failures, period = number(probe, "failureThreshold", default=3), number(probe, "periodSeconds", default=10)
    return number(probe, "initialDelaySeconds") + failures * period if probe else 0


def settings(manifests: Manifests) -> Any:
    """What the server is told in its settings.json; None where no ConfigMap has it."""
    for config in manifests.of("ConfigMap"):
        try:
            return json.loads(text(config, "data", "settings.json"))
        except ValueError:
            continue
    return None


def _servers(manifests: Manifests) -> list[Container]:
    return [container for pod in manifests.pods for container in pod.servers]


@object_rule(14, "A server has all three probes; its start-up budget is at least 60 s")
def servers_have_probes(manifests: Manifests) -> Iterator[Problem]:
    for container in _servers(manifests):
        for probe in PROBES:
            if not container.spec.get(probe):
                yield container.problem(probe, "is missing")
        budget = startup_budget(container)
        if budget and budget < _LEAST_BUDGET:
            yield container.problem("startupProbe", f"gives {budget} s to start; at least {_LEAST_BUDGET} s are needed")
        live, ready = (_asked(mapping(container.spec, probe)) for probe in ("livenessProbe", "readinessProbe"))
        if live and live == ready:
            yield container.problem("livenessProbe", "asks what readiness asks: a busy server would be killed")


def _asked(probe: Any) -> tuple[Any, ...]:
    return tuple(probe[handler] for handler in HANDLERS if handler in probe)


@object_rule(14, "A probe has one handler and more than a second to answer")
def probes_are_sound(manifests: Manifests) -> Iterator[Problem]:
    for container in (container for pod in manifests.pods for container in pod.containers):
        for name in PROBES:
            probe = container.spec.get(name)
            if not isinstance(probe, dict):
                continue
            handlers = [handler for handler in HANDLERS if handler in probe]
            if len(handlers) != 1:
                said = f"has the handlers {' and '.join(handlers)}" if handlers else "has no handler"
                yield container.problem(name, f"{said}; it needs exactly one")
            if number(probe, "timeoutSeconds", default=1) <= 1:
                yield container.problem(name, "timeoutSeconds", "one second is too short: a pause would fail the probe")


@object_rule(16, "A server sleeps before it stops, and the grace period covers sleep, drain and 5 s")
def grace_covers_drain(manifests: Manifests) -> Iterator[Problem]:
    drain = number(settings(manifests), "drain", default=1)
    for container in _servers(manifests):
        sleep = number(container.spec, "lifecycle", "preStop", "sleep", "seconds")
        if not sleep:
            yield container.problem(
                "lifecycle", "preStop", "must sleep, so that endpoints empty before the server stops"
            )
        grace = number(container.pod.spec, "terminationGracePeriodSeconds", default=30)
        needed = sleep + drain + _AFTER_DRAIN
        if grace < needed:
            said = f"{grace} s are less than {sleep} s before stop, {drain} s of drain and {_AFTER_DRAIN} s"
            yield container.pod.problem("terminationGracePeriodSeconds", said)


@object_rule(17, "A route's timeouts are explicit and not shorter than the server's")
def route_outlasts_server(manifests: Manifests) -> Iterator[Problem]:
    own = dig(settings(manifests), "timeout")
    least = own if isinstance(own, int | float) else 0
    for route in manifests.of("HTTPRoute"):
        for index, rule in entries(route, "spec", "rules"):
            path = ("spec", "rules", index, "timeouts", "request")
            seconds = _seconds(dig(rule, "timeouts", "request"))
            if seconds is None:
                yield Problem(identity(route), path, "must be a duration such as 30s")
            elif 0 < seconds < least:
                yield Problem(identity(route), path, f"is shorter than the server's own {least} s")


def _seconds(duration: Any) -> float | None:
    if not isinstance(duration, str) or not _DURATION.fullmatch(duration):
        return None
    return sum(int(count) * _SECONDS[unit] for count, unit in re.findall(r"(\d+)(ms|h|m|s)", duration))
