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
from mlspec_runtime.service import Service

KINDS = ("nothing", "drift", "accuracy", "both")
SLOT = 0.05
"""Seconds of a turn: short, so that whatever else the machine does meets neighbouring turns alike."""
_open_door = server.open_door


@dataclass(frozen=True)
class Turn:
    """Seconds of processor time: of the loop's thread, of the one that looks at rows for drift, and of all."""

    number: int
    began: float
    requests: int
    loop: float
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
    feedback, observers, counting, number = service.feedback, list(service.observers), Counting("m", "1"), 0
    service.encoder = counting
    (looking,) = (thread.ident for thread in threading.enumerate() if thread.name == "drift")
    clock = time.pthread_getcpuclockid(cast(int, looking))
    while True:
        kind = Turn(number, 0, 0, 0, 0, 0).kind
        service.feedback = feedback if kind in ("accuracy", "both") else None
        service.observers[:] = observers if kind in ("drift", "both") else []
        began = time.monotonic()
        before = (counting.count, time.thread_time(), time.clock_gettime(clock), time.process_time())
        await asyncio.sleep(SLOT)
        after = (counting.count, time.thread_time(), time.clock_gettime(clock), time.process_time())
        spent = [new - old for new, old in zip(after, before, strict=True)]
        print(json.dumps(asdict(Turn(number, began, int(spent[0]), *spent[1:]))), flush=True)
        number += 1


if __name__ == "__main__":
    server.open_door = cast(Any, open_door)
    mlspec_runtime.serve(Path(sys.argv[1]))
