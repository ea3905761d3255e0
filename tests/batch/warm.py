"""Runs of `python -m mlspec_runtime batch`, each in a process of its own, forked from one that has imported everything.

A test spends its time on rows so, and not on importing Arrow. Whoever kills a run or looks at how it starts has it
start from nothing: `scoring.start`.
"""

from __future__ import annotations

import atexit
import json
import os
import runpy
import subprocess
import sys
import traceback
from functools import cache
from pathlib import Path
from typing import IO

_START = "from tests.batch.warm import serve; serve()"


def run_warm(folder: Path, words: list[str], environment: dict[str, str]) -> tuple[int, str]:
    """The status of the command in that folder, and what it printed."""
    requests, answers = _process()
    requests.write(json.dumps([str(folder), words, environment]) + "\n")
    requests.flush()
    status, shown = json.loads(answers.readline())
    return status, shown


@cache
def _process() -> tuple[IO[str], IO[str]]:
    process = subprocess.Popen(
        [sys.executable, "-c", _START],
        cwd=Path(__file__).parents[2],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    atexit.register(process.communicate)
    return process.stdin, process.stdout


def serve() -> None:
    """Forks for each line of standard input, and answers with how that ended."""
    import mlspec_runtime.batch.command
    import mlspec_runtime.batch.object_store  # noqa: F401 - each run would import it

    for line in sys.stdin:
        read, write = os.pipe()
        child = os.fork()
        if not child:
            os.close(read)
            _become(write, *json.loads(line))
        os.close(write)
        with os.fdopen(read, encoding="utf-8") as stream:
            shown = stream.read()
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        sys.stdout.write(json.dumps([status, shown]) + "\n")
        sys.stdout.flush()


def _become(output: int, folder: str, words: list[str], environment: dict[str, str]) -> None:
    """What the interpreter does with `-m mlspec_runtime` after its imports; does not return."""
    status = 1
    try:
        nothing = os.open(os.devnull, os.O_RDONLY)
        for here, there in ((nothing, 0), (output, 1), (output, 2)):
            os.dup2(here, there)
        os.chdir(folder)
        os.environ.clear()
        os.environ.update(environment)
        sys.argv[1:] = words
        runpy.run_module("mlspec_runtime", run_name="__main__", alter_sys=True)
    except SystemExit as ended:
        status = ended.code if isinstance(ended.code, int) else 1
    except Exception:  # noqa: BLE001 - shown as the interpreter would
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)
