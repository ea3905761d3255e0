"""One server process from start to end: listen, load in the background, answer, drain at SIGTERM, stop."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
import threading
from email.utils import formatdate
from pathlib import Path
from time import perf_counter
from typing import Any, cast

import uvicorn
import uvloop
from uvicorn.server import ServerState

from mlspec_runtime.app import make_app
from mlspec_runtime.connection import Connection
from mlspec_runtime.engine import Engine
from mlspec_runtime.errors import OutputMismatch, StartupError
from mlspec_runtime.formats import Model
from mlspec_runtime.loading import load_verified, warm_up_inputs
from mlspec_runtime.logs import configure, fields, log
from mlspec_runtime.manifest import Manifest, read_manifest
from mlspec_runtime.metrics import process_metrics
from mlspec_runtime.protocol.decode import Decoder
from mlspec_runtime.protocol.encode import Encoder
from mlspec_runtime.service import Service
from mlspec_runtime.settings import Address, Settings, read_address, read_settings
from mlspec_runtime.signature import describe, has_rows

BACKLOG = 2048
KEEP_ALIVE = 75
"""Seconds that an idle connection is kept: longer than load balancers keep theirs (60), so that they close first."""
LINGER = 0.5
"""Seconds for which a server that has answered everything still says 503 rather than refuse connections."""


def run(model_json: Path) -> None:
    """Ends the process: status 0 after SIGTERM or SIGINT, 1 when the server could not start."""
    try:
        manifest = read_manifest(model_json)
        settings = read_settings(os.environ)
        configure(settings.logging.level, _service_fields(manifest, settings))
        listener = bind(read_address(os.environ))
        runner = asyncio.Runner(loop_factory=uvloop.new_event_loop)
        with runner:
            status = runner.run(serve(manifest, settings, listener))
    except StartupError as error:
        configure("info", {})
        _log_refusal(error)
        status = 1
    sys.stdout.flush()
    # A model's thread may hang, and a framework's threads need not end: nothing is left that must.
    os._exit(status)


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


async def serve(manifest: Manifest, settings: Settings, listener: socket.socket) -> int:
    """Listens at once; answers until a signal or a failed load, then the exit status."""
    loop = asyncio.get_running_loop()
    metrics = process_metrics(manifest, settings.latency_buckets)
    encoder = Encoder(manifest.name, manifest.version)
    service = Service(manifest, settings, metrics, Engine(loop, settings, metrics), encoder)
    stop: asyncio.Future[int] = loop.create_future()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, _set, stop, 0)

    state = ServerState()
    config = _http_config(service)
    server = await loop.create_server(lambda: Connection(config, state, {}, loop), sock=listener, backlog=BACKLOG)
    host, port = listener.getsockname()[:2]
    log.info("listening", extra=fields({"event.action": "listen", "server.address": host, "url.port": port}))

    loading = loop.create_task(load(service, stop))
    housekeeping = loop.create_task(_keep_house(state, settings))
    status = await stop
    await drain(service, state)
    server.close()
    loading.cancel()
    housekeeping.cancel()
    log.info("stopped", extra=fields({"event.action": "stop", "requests.unanswered": service.engine.accepted}))
    return status


async def load(service: Service, stop: asyncio.Future[int]) -> None:
    """Makes the service ready, or ends it with status 1 and the reason in the log."""
    started = perf_counter()
    log.info("loading the model", extra=fields({"event.action": "model-load"}))
    try:
        model = await _in_thread(load_verified, service.manifest)
        service.platform, service.inputs, service.outputs = model.platform, model.inputs, model.outputs
        service.has_rows = has_rows(model.inputs) and (not model.outputs or has_rows(model.outputs))
        service.engine.start(model, has_rows=service.has_rows)
        await warm_up(service, model)
    except StartupError as error:
        _log_refusal(error)
        _set(stop, 1)
        return
    service.decoder = Decoder(service.inputs, service.outputs)
    seconds = perf_counter() - started
    service.metrics.loaded(service.manifest, seconds)
    service.engine.open()
    service.loaded = True
    outcome = {"event.action": "model-load", "event.outcome": "success", "event.duration": round(seconds * 1e9)}
    log.info("ready", extra=fields(outcome))


async def warm_up(service: Service, model: Model) -> None:
    """Runs the model once on zeros, which also tells the outputs of a model that declares none.

    Zeros may be no valid input: that is only logged. An answer against the signature refuses to start.
    """
    inputs = warm_up_inputs(service.inputs)
    if not inputs:
        return
    rows = 1 if service.has_rows else None
    try:
        outputs = await service.engine.submit(inputs, rows, perf_counter(), _Nobody(), WARM_UP_TIME)
    except OutputMismatch as error:
        raise StartupError("signature", f"the model does not keep its signature: {error}") from error
    except Exception as error:  # noqa: BLE001 - a model may raise anything
        log.warning("warm-up failed", exc_info=error, extra=fields({"event.action": "warm-up"}))
        return
    if not model.outputs:
        service.outputs = describe(outputs, rows)


WARM_UP_TIME = 86400.0
"""Seconds: the start-up probe bounds the warm-up, not the request's timeout."""


class _Nobody:
    disconnected = False


async def drain(service: Service, state: ServerState) -> None:
    """Says no to what is new, waits until all that was accepted is answered, at most `drain` seconds."""
    service.draining = True
    log.info("draining", extra=fields({"event.action": "drain", "requests.accepted": service.engine.accepted}))
    until = perf_counter() + service.settings.drain
    for connection in list(state.connections):
        cast(Connection, connection).close_after_answer()
    while (service.engine.accepted or state.tasks) and perf_counter() < until:
        await asyncio.sleep(0.01)
    await asyncio.sleep(max(0.0, min(LINGER, until - perf_counter())))
    for connection in list(state.connections):
        connection.shutdown()
    await asyncio.sleep(0)


async def _in_thread(call: Any, *arguments: object) -> Any:
    """Like `asyncio.to_thread`, on a thread that does not keep the process alive when it hangs."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[Any] = loop.create_future()

    def work() -> None:
        try:
            result = call(*arguments)
        except Exception as error:  # noqa: BLE001 - handed over to whoever waits
            loop.call_soon_threadsafe(future.set_exception, error)
        else:
            loop.call_soon_threadsafe(future.set_result, result)

    threading.Thread(target=work, name="load", daemon=True).start()
    return await future


def _http_config(service: Service) -> uvicorn.Config:
    config = uvicorn.Config(
        cast(Any, make_app(service)),
        http=Connection,
        ws="none",
        lifespan="off",
        interface="asgi3",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE,
    )
    config.load()
    return config


async def _keep_house(state: ServerState, settings: Settings) -> None:
    """Once a second: the date header, and the end of connections whose request does not arrive."""
    while True:
        state.default_headers = [(b"date", formatdate(usegmt=True).encode())]
        for connection in list(state.connections):
            cast(Connection, connection).close_if_slow(settings.timeout)
        await asyncio.sleep(1)


def _set(future: asyncio.Future[int], value: int) -> None:
    if not future.done():
        future.set_result(value)


def _service_fields(manifest: Manifest, settings: Settings) -> dict[str, object]:
    named = {
        "service.name": manifest.name,
        "service.version": manifest.version,
        "service.environment": settings.environment,
        "labels.owner": settings.owner,
    }
    return {name: value for name, value in named.items() if value}


def _log_refusal(error: StartupError) -> None:
    outcome = {"event.action": "start", "event.outcome": "failure", "event.reason": error.reason}
    log.error(str(error), exc_info=error.__cause__, extra=fields(outcome))
