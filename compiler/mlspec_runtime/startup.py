"""A service that has no model yet -> one that is ready: load off the loop, warm up through the engine."""

from __future__ import annotations

import asyncio
import gc
import threading
from collections.abc import Callable
from time import perf_counter
from typing import TypeVar

from mlspec_runtime.devices import CPU, Device
from mlspec_runtime.errors import OutputMismatch, StartupError
from mlspec_runtime.feedback.feedback import open_feedback
from mlspec_runtime.fit import Declared
from mlspec_runtime.formats import Model
from mlspec_runtime.loading import load_verified, warm_up_inputs
from mlspec_runtime.logs import fields, log
from mlspec_runtime.protocol.decode import Decoder
from mlspec_runtime.service import Service
from mlspec_runtime.signature import describe, has_rows

T = TypeVar("T")


async def load(service: Service) -> None:
    """Raises StartupError when there will be no model."""
    started = perf_counter()
    log.info("loading the model", extra=fields({"event.action": "model-load"}))
    manifest = service.manifest
    model = await _in_thread(lambda: load_verified(manifest))
    service.platform, service.inputs, service.outputs = model.platform, model.inputs, model.outputs
    _check_device(service.settings.accelerator, model.device)
    service.has_rows = has_rows(model.inputs) and (not model.outputs or has_rows(model.outputs))
    service.engine.start(model, has_rows=service.has_rows)
    await _warm_up(service, model)
    service.decoder = Decoder(service.inputs, service.outputs)
    service.feedback = open_feedback(
        manifest, service.settings, service.outputs, model.classes, service.siblings, service.metrics
    )
    # What the frameworks have made lives as long as the process: no collection need look at it again.
    gc.collect()
    gc.freeze()
    seconds = perf_counter() - started
    service.metrics.loaded(manifest, seconds)
    service.engine.open(service.feedback.identify if service.feedback else None)
    outcome = {"event.action": "model-load", "event.outcome": "success", "event.duration": round(seconds * 1e9)}
    log.info("loaded", extra=fields(outcome | {"labels.device": model.device.name or None}))


def _check_device(accelerator: str, device: Device) -> None:
    """An accelerator that is paid for and not used does not fail a start, but somebody should know."""
    if accelerator and device.name == CPU:
        message = f"the model computes on the CPU, though the spec asks for {accelerator}: {device.why}"
        log.warning(message, extra=fields({"event.action": "device", "event.reason": device.why}))


async def _warm_up(service: Service, model: Model) -> None:
    """Runs the model once on zeros, which also tells the outputs of a model that declares none.

    Zeros may be no valid input: that is only logged. An answer against the signature refuses to start, and so does a
    model that can take nothing that keeps it: ready, it would fail every request.
    """
    inputs = Declared(warm_up_inputs(service.inputs))
    if not inputs:
        return
    rows = 1 if service.has_rows else None
    try:
        outputs, _ = await service.engine.submit(inputs, rows, perf_counter(), _Nobody(), is_warm_up=True)
    except OutputMismatch as error:
        raise StartupError("signature", f"the model does not keep its signature: {error}") from error
    except Exception as error:
        if reason := model.misfit(error):
            raise StartupError("signature", f"every request would fail: {reason}") from error
        message = "the warm-up failed: zeros may be nothing that this model takes, or it takes nothing that is declared"
        log.warning(message, exc_info=error, extra=fields({"event.action": "warm-up"}))
        return
    if not service.outputs:
        service.outputs = describe(outputs, rows)


class _Nobody:
    disconnected = False


async def _in_thread(call: Callable[[], T]) -> T:
    """Like `asyncio.to_thread`, on a thread that does not keep the process alive when it hangs."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[T] = loop.create_future()

    def work() -> None:
        try:
            result = call()
        except Exception as error:  # noqa: BLE001 - handed over to whoever waits
            loop.call_soon_threadsafe(future.set_exception, error)
        else:
            loop.call_soon_threadsafe(future.set_result, result)

    threading.Thread(target=work, name="load", daemon=True).start()
    return await future
