"""A worker's event loop: listen, load in the background, answer, drain at SIGTERM."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from email.utils import formatdate
from time import perf_counter
from typing import Any, cast

import uvicorn
from uvicorn.server import ServerState

from mlspec_runtime.app import make_app
from mlspec_runtime.connection import Connection
from mlspec_runtime.engine import Engine
from mlspec_runtime.errors import StartupError
from mlspec_runtime.lifecycle import log_refusal
from mlspec_runtime.logs import fields, log
from mlspec_runtime.manifest import Manifest
from mlspec_runtime.metrics import process_metrics
from mlspec_runtime.protocol.encode import Encoder
from mlspec_runtime.service import Service
from mlspec_runtime.settings import Settings
from mlspec_runtime.startup import load
from mlspec_runtime.telemetry import end_tracing, is_traced, traced
from mlspec_runtime.workers import Worker

BACKLOG = 2048
KEEP_ALIVE = 75
"""Seconds that an idle connection is kept: longer than load balancers keep theirs (60), so that they close first."""
LINGER = 0.5
"""Seconds for which a server that has answered everything still says 503: first to all, then to who is connected."""
SWITCH_INTERVAL = 0.0005
"""Seconds after which a thread that wants the interpreter gets it."""
STUCK_STATUS = 70
"""Exit status of a worker that gave itself up: its parent starts another."""


async def serve(manifest: Manifest, settings: Settings, worker: Worker) -> int:
    """Answers until a signal or a failed load, then the exit status."""
    loop = asyncio.get_running_loop()
    # A model that is ready to go on should not wait for the loop for the interpreter's usual 5 ms.
    sys.setswitchinterval(SWITCH_INTERVAL)
    metrics = process_metrics(manifest, settings.latency_buckets)
    encoder = Encoder(manifest.name, manifest.version)
    service = Service(manifest, settings, metrics, Engine(loop, settings, metrics), encoder, siblings=worker.siblings)
    if settings.drift:
        from mlspec_runtime.drift.watch import start_watch

        start_watch(service, settings.drift, loop)
    stop: asyncio.Future[int] = loop.create_future()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, _set, stop, 0)
    door = Door(service, worker)
    housekeeping = loop.create_task(door.keep_house())
    opening = loop.create_task(open_door(service, worker, door, stop))
    status = await stop
    await door.drain()
    opening.cancel()
    housekeeping.cancel()
    await asyncio.to_thread(end_tracing)
    log.info("stopped", extra=fields({"event.action": "stop", "requests.unanswered": service.engine.accepted}))
    return status


async def open_door(service: Service, worker: Worker, door: Door, stop: asyncio.Future[int]) -> None:
    """Listens and loads; `stop` is set to 1 when the model cannot be had."""
    try:
        if worker.listens_at_once:
            await door.listen()
        await load(service)
        worker.tell_loaded()
        while not worker.may_open(service.settings.workers):
            await asyncio.sleep(0.05)
        service.loaded = True
        if not worker.listens_at_once:
            await door.listen()
        worker.tell_open()
        log.info("ready", extra=fields({"event.action": "ready"}))
    except StartupError as error:
        log_refusal(error)
        _set(stop, 1)


class Door:
    """The listening socket and the connections that came through it."""

    def __init__(self, service: Service, worker: Worker) -> None:
        self._service = service
        self._worker = worker
        self._state = ServerState()
        self._server: asyncio.Server | None = None
        self._stuck_ends_it = not worker.is_alone

    async def listen(self) -> None:
        loop = asyncio.get_running_loop()
        config = _http_config(self._service)
        listener = self._worker.listener
        self._server = await loop.create_server(
            lambda: Connection(config, self._state, {}, loop), sock=listener, backlog=BACKLOG
        )
        host, port = listener.getsockname()[:2]
        log.info("listening", extra=fields({"event.action": "listen", "server.address": host, "url.port": port}))

    async def keep_house(self) -> None:
        """Once a second: the date header, gauges, and the end of connections whose request does not arrive."""
        while True:
            self._state.default_headers = [(b"date", formatdate(usegmt=True).encode())]
            self._service.metrics.in_progress.set(self._service.engine.accepted)
            self._service.metrics.queue_depth.set(self._service.engine.waiting)
            for connection in list(self._state.connections):
                cast(Connection, connection).close_if_slow(self._service.settings.timeout)
            if self._stuck_ends_it and not self._service.live:
                log.error("the model is stuck", extra=fields({"event.action": "stuck"}))
                os._exit(STUCK_STATUS)
            await asyncio.sleep(1)

    async def drain(self) -> None:
        """Says no to what is new, waits until all that was accepted is answered, at most `drain` seconds."""
        service, state = self._service, self._state
        service.draining = True
        log.info("draining", extra=fields({"event.action": "drain", "requests.accepted": service.engine.accepted}))
        until = perf_counter() + service.settings.drain
        for connection in list(state.connections):
            cast(Connection, connection).close_after_answer()
        while (service.engine.accepted or state.tasks) and perf_counter() < until:
            await asyncio.sleep(0.01)
        await asyncio.sleep(max(0.0, min(LINGER, until - perf_counter())))
        await self._shut()
        farewell = min(until, perf_counter() + LINGER)
        while state.connections and perf_counter() < farewell:
            await asyncio.sleep(0.01)
        for connection in list(state.connections):
            connection.shutdown()
        while state.tasks and perf_counter() < until:
            await asyncio.sleep(0.01)

    async def _shut(self) -> None:
        """Closes the listening socket with nobody in its queue: who was would have been reset."""
        if self._server is None:
            return
        self._worker.listener.listen(0)
        await asyncio.sleep(0.05)
        self._server.close()


def _http_config(service: Service) -> uvicorn.Config:
    app = make_app(service, direct=not is_traced())
    config = uvicorn.Config(
        cast(Any, traced(app, service.manifest) if is_traced() else app),
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


def _set(future: asyncio.Future[int], value: int) -> None:
    if not future.done():
        future.set_result(value)
