"""The server of `watching.py`: it watches for drift and accuracy in turns, and prints what each turn has cost it.

A command of its own: `python turns.py model.json`, with settings that ask for both.
"""

from __future__ import annotations

import asyncio
import json
import sys
import threading
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, cast

import mlspec_runtime
from mlspec_runtime import server
from mlspec_runtime.protocol.encode import Body, Encoder
from mlspec_runtime.protocol.message import Inference
from mlspec_runtime.runners import Runner
from mlspec_runtime.service import Service

KINDS = ("nothing", "drift", "accuracy", "both")
SLOT = 0.03
"""Seconds of a turn: short, so that whatever else the machine does meets neighbouring turns alike."""
_open_door = server.open_door


@dataclass(frozen=True)
class Turn:
    """Seconds of processor time: of the loop's and the model's thread, of the one that looks for drift, and of all."""

    number: int
    began: float
    requests: int
    loop: float
    model: float
    drift: float
    whole: float

    @property
    def kind(self) -> str:
        """Who comes first changes, too."""
        return KINDS[(self.number + self.number // len(KINDS)) % len(KINDS)]


class Counting(Encoder):
    """Counts what it is asked for."""

    count = 0

    def encode(self, inference: Inference, outputs: dict[str, Any]) -> Body:
        self.count += 1
        return super().encode(inference, outputs)


async def open_door(service: Service, *others: Any) -> None:
    """Once the server is ready, the turns begin."""
    await _open_door(service, *others)
    observers, counting, number = list(service.observers), Counting("m", "1"), 0
    service.encoder = counting
    runner = cast(Runner, service.engine._runner)
    identify = runner.identify
    clocks = [time.CLOCK_THREAD_CPUTIME_ID, clock_of("model"), clock_of("drift"), time.CLOCK_PROCESS_CPUTIME_ID]
    while True:
        kind = Turn(number, 0, 0, 0, 0, 0, 0).kind
        runner.identify = identify if kind in ("accuracy", "both") else None
        service.observers[:] = observers if kind in ("drift", "both") else []
        began = time.monotonic()
        before = (counting.count, *map(time.clock_gettime, clocks))
        await asyncio.sleep(SLOT)
        after = (counting.count, *map(time.clock_gettime, clocks))
        spent = [new - old for new, old in zip(after, before, strict=True)]
        print(json.dumps(asdict(Turn(number, began, int(spent[0]), *spent[1:]))), flush=True)
        number += 1


def clock_of(name: str) -> int:
    """The clock of the processor time of the thread with that name."""
    (found,) = (thread.ident for thread in threading.enumerate() if thread.name == name)
    return time.pthread_getcpuclockid(cast(int, found))


if __name__ == "__main__":
    server.open_door = cast(Any, open_door)
    mlspec_runtime.serve(Path(sys.argv[1]))
