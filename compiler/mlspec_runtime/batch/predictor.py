"""A manifest -> a loaded model that is called with many rows at once, and held to its signature."""

from __future__ import annotations

import asyncio
import inspect
from time import perf_counter
from typing import Any

from mlspec_runtime.batch.outcome import Hopeless
from mlspec_runtime.datatypes import Array
from mlspec_runtime.errors import InvalidInput, OutputMismatch
from mlspec_runtime.formats import Model
from mlspec_runtime.loading import load_verified
from mlspec_runtime.logs import fields, log
from mlspec_runtime.manifest import Manifest
from mlspec_runtime.signature import Tensors, conform, has_rows


class Predictor:
    """The model as the server would call it, without queue and time-out."""

    def __init__(self, model: Model) -> None:
        self.inputs: Tensors = model.inputs
        self._outputs = model.outputs
        self._model: Any = model
        # One loop for all calls: a client that a handler holds belongs to it.
        self._loop = asyncio.Runner() if inspect.iscoroutinefunction(model.predict) else None
        self.seconds = 0.0

    def predict(self, inputs: dict[str, Array], rows: int, place: str) -> dict[str, Array]:
        """One output row for each input row. Raises Hopeless where input or answer is against the signature."""
        started = perf_counter()
        try:
            answer = self._model.predict(inputs)
            if self._loop is not None:
                answer = self._loop.run(answer)
            return conform(answer, self._outputs, rows)
        except InvalidInput as error:
            raise Hopeless("input-invalid", f"the model refuses {place}: {error}") from error
        except OutputMismatch as error:
            raise Hopeless("signature", f"the model does not keep its signature on {place}: {error}") from error
        finally:
            self.seconds += perf_counter() - started

    def close(self) -> None:
        if self._loop is not None:
            self._loop.close()


def load_predictor(manifest: Manifest) -> Predictor:
    """Raises StartupError where the model cannot be loaded, Hopeless where it does not count rows."""
    started = perf_counter()
    model = load_verified(manifest)
    seconds = perf_counter() - started
    outcome = {"event.action": "model-load", "event.outcome": "success", "event.duration": round(seconds * 1e9)}
    log.info("loaded", extra=fields(outcome))
    if not model.inputs:
        raise Hopeless("signature", "nobody knows what the model takes: write it down under spec.model.inputs")
    if not has_rows(model.inputs) or (model.outputs and not has_rows(model.outputs)):
        raise Hopeless("signature", "the model takes no rows: every input and output must have -1 as its first length")
    return Predictor(model)
