"""Work for a process of its own goes in, how that process ended comes out."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from types import FrameType

from mlspec.tree.compare import compare
from mlspec.tree.errors import TreeError
from mlspec.tree.write import write

from .workspace import Owners

_PROCESSES = multiprocessing.get_context("forkserver")  # its children start in milliseconds, with one thread
_PROCESSES.set_forkserver_preload(
    ["mlspec.tree.compare", "mlspec.tree.write", "mlspec.tree.lock", "mlspec.compile", "mlspec.locking.workspace"]
)

_CONTENT_CALLS = {"open", "fsync", "write", "flush"}
_NAME_CALLS = {"mkdir", "rmdir", "unlink", "remove", "rename", "replace", "fchmod"}


def run_apart(work: Callable[..., None], *arguments: object) -> str:
    """What `work` of a process of its own says in the end: `done`, a TreeError's text, or `killed`."""
    receiver, sender = _PROCESSES.Pipe(duplex=False)
    process = _PROCESSES.Process(target=_say, args=(sender, work, *arguments))
    process.start()
    sender.close()
    with receiver:
        try:
            answer = str(receiver.recv())
        except EOFError:
            answer = "killed"
    process.join()
    assert process.exitcode == (-signal.SIGKILL if answer == "killed" else 0)
    return answer


def _say(sender: Connection, work: Callable[..., None], *arguments: object) -> None:
    try:
        work(*arguments)
    except TreeError as error:
        sender.send(str(error))
    else:
        sender.send("done")


def write_until(root: Path, owners: Owners, step: int) -> None:
    """Writes and is killed with SIGKILL just before the `step`th call of Python's that may change the disk.

    The interpreter itself tells of each call: the code under test knows nothing of it, and no call can be forgotten.
    """
    count = 0

    def kill(_frame: FrameType, event: str, called: object) -> None:
        nonlocal count
        if event == "c_call" and getattr(called, "__name__", "") in _CONTENT_CALLS | _NAME_CALLS:
            count += 1
            if count == step:
                os.kill(os.getpid(), signal.SIGKILL)

    changes = compare(root, owners)
    sys.setprofile(kill)
    write(changes)
    sys.setprofile(None)
