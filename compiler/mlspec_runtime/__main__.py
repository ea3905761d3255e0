"""`python -m mlspec_runtime <command>`: what an image can do besides serving; each command is a package of its own."""

from __future__ import annotations

import importlib
import os
import signal
import sys

COMMANDS = ("batch",)


def main() -> None:
    """Ends the process with the command's status, 2 where there is no such command."""
    if len(sys.argv) < 2 or sys.argv[1] not in COMMANDS:
        sys.stderr.write(f"usage: python -m mlspec_runtime ({' | '.join(COMMANDS)}) …\n")
        sys.exit(2)
    # Before the imports: a container's first process ignores what it has no handler for. What is half written is of no
    # use to anybody, and no exception of ours should be taken for one of the model's: the next attempt begins anew.
    signal.signal(signal.SIGTERM, lambda *_: os._exit(128 + signal.SIGTERM))
    command = importlib.import_module(f"mlspec_runtime.{sys.argv[1]}.command")
    status: int = command.main(sys.argv[2:])
    sys.stdout.flush()
    # A framework's threads need not end: nothing is left that must.
    os._exit(status)


if __name__ == "__main__":
    main()
