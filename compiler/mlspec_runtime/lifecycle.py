"""A process from start to end: reads what it is to serve, serves it alone or as one of several workers, exits."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
from pathlib import Path

from mlspec_runtime.errors import StartupError
from mlspec_runtime.logs import configure, fields, log, take_turns
from mlspec_runtime.manifest import Manifest, read_manifest
from mlspec_runtime.settings import Address, Settings, read_address, read_settings
from mlspec_runtime.workers import Worker, supervise, this_worker


def run(model_json: Path) -> None:
    """Ends the process: status 0 after SIGTERM or SIGINT, 1 when the server could not start."""
    try:
        status = _run(model_json)
    except StartupError as error:
        log_refusal(error)
        status = 1
    sys.stdout.flush()
    # A model's thread may hang, and a framework's threads need not end: nothing is left that must.
    os._exit(status)


def _run(model_json: Path) -> int:
    configure("info", {})
    settings = read_settings(os.environ)
    manifest = read_manifest(model_json, settings.model)
    configure(settings.logging.level, _service_fields(manifest, settings))
    worker = this_worker(os.environ)
    if worker is None:
        listener = bind(read_address(os.environ))
        if settings.workers > 1:
            return supervise(model_json, listener, settings.workers)
        worker = Worker(listener, is_alone=True)
    if worker.log_turns:
        take_turns(worker.log_turns)
    # Only here: a process of several needs its environment set before the metrics are imported.
    import uvloop

    from mlspec_runtime.server import serve

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(serve(manifest, settings, worker))


def bind(address: Address) -> socket.socket:
    """A bound socket; raises StartupError when the address cannot be had."""
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    listener = socket.socket(family)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((address.host, address.port))
    except OSError as error:
        raise StartupError("bind", f"cannot listen on {address.host} port {address.port}: {error.strerror}") from error
    return listener


def log_refusal(error: StartupError) -> None:
    outcome = {"event.action": "start", "event.outcome": "failure", "event.reason": error.reason}
    log.error(str(error), exc_info=error.__cause__, extra=fields(outcome))


def _service_fields(manifest: Manifest, settings: Settings) -> dict[str, object]:
    named = {
        "service.name": manifest.name,
        "service.version": manifest.version,
        "service.environment": settings.environment,
        "labels.owner": settings.owner,
    }
    return {name: value for name, value in named.items() if value}
