"""`python -m mlspec.locking.measuring`: the address of a model in; how large it is and its digest, or a reason, out.

The bytes are read as a pod reads them, by the same code and with the same credentials, and are kept nowhere. A process
of its own, because the stores' clients take their settings from its environment, and each store has others.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import sys
import time
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

from mlspec_runtime.digest import folder_digest
from mlspec_runtime.fetch.address import Address, read_address
from mlspec_runtime.fetch.download import PARALLEL
from mlspec_runtime.fetch.failure import Failure, explained, too_large, unreachable
from mlspec_runtime.fetch.ledger import PART
from mlspec_runtime.fetch.log import say
from mlspec_runtime.fetch.source import Remote, Source, open_source

_EVERY = 0.5
"""Seconds between two lines about the progress."""
_SHA256 = "sha256:"


def main(arguments: list[str]) -> int:
    """The exit status; the last line says what there is, or why it cannot be said."""
    parser = argparse.ArgumentParser(prog="python -m mlspec.locking.measuring")
    parser.add_argument("--uri", required=True)
    parser.add_argument("--revision")
    parser.add_argument("--size", type=int, help="bytes that it may have at most")
    asked = parser.parse_args(arguments)
    try:
        _measure(asked)
    except Failure as failure:
        say("error", str(failure), event_outcome="failure", event_reason=failure.reason)
        return failure.status
    return os.EX_OK


def _measure(asked: argparse.Namespace) -> None:
    address = read_address(asked.uri)
    try:
        source = open_source(address, asked.revision, os.environ)
        remotes = source.files()
        total = sum(remote.size for remote in remotes)
        if asked.size is not None and total > asked.size:
            raise too_large(asked.uri, total, asked.size)
        digest = _digest(address, remotes, _sums(source, remotes))
    except Exception as error:
        raise explained(asked.uri, error) from error
    say("info", "measured", event_outcome="success", file_size=total, file_hash_sha256=digest)


def _digest(address: Address, remotes: Sequence[Remote], sums: dict[str, str]) -> str:
    if address.is_folder:
        return folder_digest(sums.items())
    return f"{_SHA256}{sums[remotes[0].name]}"


def _sums(source: Source, remotes: Sequence[Remote]) -> dict[str, str]:
    """Each file's sha256 by its name: as the store knows it, or else of all its bytes."""
    known = {remote.name: remote.digest or "" for remote in remotes}
    unknown = [remote for remote in remotes if not known[remote.name].startswith(_SHA256)]
    sums = {remote.name: hashlib.sha256() for remote in unknown}
    total, done, told = sum(remote.size for remote in unknown), 0, time.monotonic()
    for remote, content in _read(source, unknown):
        sums[remote.name].update(content)
        done += len(content)
        if time.monotonic() - told >= _EVERY:
            told = time.monotonic()
            say("info", "reading", file_size=total, fetch_done=done)
    read = {name: hashed.hexdigest() for name, hashed in sums.items()}
    return {name: read.get(name) or digest.removeprefix(_SHA256) for name, digest in known.items()}


def _read(source: Source, remotes: Sequence[Remote]) -> Iterator[tuple[Remote, bytes | memoryview]]:
    """Every byte in the order of its file, some parts ahead where the store gives parts."""
    pool = ThreadPoolExecutor(PARALLEL)
    ahead: deque[tuple[Remote, Future[bytes]]] = deque()
    for remote, start, end in _parts(remotes):
        ahead.append((remote, pool.submit(_part, source, remote, start, end)))
        if len(ahead) == PARALLEL:
            yield _first(ahead)
    while ahead:
        yield _first(ahead)
    for remote in remotes:
        if not remote.in_parts:
            yield from ((remote, chunk) for chunk in source.read(remote, 0, remote.size))


def _first(ahead: deque[tuple[Remote, Future[bytes]]]) -> tuple[Remote, bytes]:
    remote, part = ahead.popleft()
    return remote, part.result()


def _parts(remotes: Sequence[Remote]) -> Iterator[tuple[Remote, int, int]]:
    for remote in remotes:
        if remote.in_parts:
            yield from ((remote, start, min(start + PART, remote.size)) for start in range(0, remote.size, PART))


def _part(source: Source, remote: Remote, start: int, end: int) -> bytes:
    content = b"".join(source.read(remote, start, end))
    if len(content) != end - start:
        raise unreachable(remote.key, OSError(f"{len(content)} bytes came where {end - start} were asked for"))
    return content


if __name__ == "__main__":
    # Not by leaving: other parts may still be under way, on threads that nothing needs.
    os._exit(main(sys.argv[1:]))
