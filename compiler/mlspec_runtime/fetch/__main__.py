"""`python -m mlspec_runtime.fetch`: an address in; the model below `<target>/files`, or a reason and a status, out."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
import time
from pathlib import Path
from typing import NoReturn

from mlspec_runtime.fetch.address import Address, read_address
from mlspec_runtime.fetch.download import Progress, download, plan_download
from mlspec_runtime.fetch.failure import Failure, explained, usage
from mlspec_runtime.fetch.ledger import Ledger
from mlspec_runtime.fetch.log import say
from mlspec_runtime.fetch.source import open_source
from mlspec_runtime.fetch.verification import verify

_EVERY = 10.0
"""Seconds between two lines about the progress."""


class _Arguments(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise usage(message)


def main(arguments: list[str]) -> int:
    """The exit status."""
    try:
        asked = _parser().parse_args(arguments)
        _fetch(asked)
    except Failure as failure:
        say("error", str(failure), event_outcome="failure", event_reason=failure.reason)
        return failure.status
    return os.EX_OK


def _parser() -> argparse.ArgumentParser:
    parser = _Arguments(prog="python -m mlspec_runtime.fetch", description="Fetches a model into a folder.")
    parser.add_argument("--uri", required=True, help="s3://, gs://, az://, https:// or hf://; a folder ends with `/`")
    parser.add_argument("--target", required=True, type=Path, help="the model goes below its `files`")
    parser.add_argument("--size", required=True, type=int, help="bytes that it may have at most")
    parser.add_argument("--revision", help="hf:// only: the commit")
    parser.add_argument("--digest", help="sha256:<hex> of the file, or of the folder as mlspec_runtime.digest has it")
    parser.add_argument(
        "--expected", type=int, help="seconds after which a line says that it takes longer than planned"
    )
    return parser


def _fetch(asked: argparse.Namespace) -> None:
    address = read_address(asked.uri)
    try:
        _bring(asked, address)
    except Exception as error:
        raise explained(asked.uri, error) from error


def _bring(asked: argparse.Namespace, address: Address) -> None:
    source = open_source(address, asked.revision, os.environ)
    remotes = source.files()
    _check_names([remote.name for remote in remotes])
    ledger = Ledger(asked.target)
    progress = plan_download(asked.uri, remotes, ledger, asked.size)
    told = {"url_full": asked.uri, "file_count": len(remotes), "file_size": progress.total}
    say("info", "fetching the model", **told, fetch_done=progress.done)
    reporter = _Reporter(asked.expected)
    download(source, remotes, ledger, progress, reporter.tick)
    try:
        right = verify(asked.uri, remotes, ledger.files, asked.digest, is_folder=address.is_folder)
    except Failure:
        # Not to be taken for the model by the next start.
        ledger.forget()
        raise
    duration = round(reporter.seconds * 1e9)
    say("info", "fetched", **told, event_outcome="success", event_duration=duration, fetch_verified=right)


class _Reporter:
    """A line now and then, and one where it takes longer than was planned: the rollout has counted on that."""

    def __init__(self, expected: int | None) -> None:
        self._started = self._last = time.monotonic()
        self._expected = expected

    @property
    def seconds(self) -> float:
        return time.monotonic() - self._started

    def tick(self, progress: Progress) -> None:
        if time.monotonic() - self._last >= _EVERY:
            self._last = time.monotonic()
            say("info", "fetching", file_size=progress.total, fetch_done=progress.done)
        if self._expected is not None and self.seconds > self._expected:
            said = f"slower than planned: {progress.done} of {progress.total} bytes are here after {self._expected} s"
            say("warning", f"{said}; the environment's `modelStores` state the bandwidth")
            self._expected = None


def _check_names(names: list[str]) -> None:
    """A store's names become paths: none may lead out of the folder, nor two to one file."""
    for name in names:
        if not name or name.startswith("/") or {"", ".", ".."} & set(name.split("/")) or "\0" in name:
            raise Failure("name", os.EX_DATAERR, f"the store has a file called {name!r}, which cannot be a path here")


def _end_at_sigterm() -> None:
    """The first process of a container ends at no signal that it does not wait for.

    A handler would run on the main thread, once that is back from the call that it is in: one that is about to wait for
    an answer misses the signal, and waits on.
    """
    signal.sigwait({signal.SIGTERM})
    os._exit(128 + signal.SIGTERM)


if __name__ == "__main__":
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})  # for each thread that begins from here on, too
    threading.Thread(target=_end_at_sigterm, daemon=True).start()
    # Not by leaving: other parts may still be under way, on threads that nothing needs.
    os._exit(main(sys.argv[1:]))
