"""Paths in; what the file system says of them out, by which a file is known to be the same without reading it.

As git's index has it: number, size and times of a file. Who writes in place changes the time of the change, which
nobody can set; who replaces changes the number. A file that changed a moment ago may change again within one tick of
the clock, so it gets no stamp ("racily clean"): its content is looked at until it is older than that.
"""

from __future__ import annotations

import hashlib
import marshal
import os
import time
from collections.abc import Sequence
from typing import Any

_TICK = 2_000_000_000
"""Nanoseconds; the coarsest clock of a file system (FAT)."""
_MANY = 20_000
"""Paths from which on a second process is worth its start."""
_MOST_WORKERS = 4

Stamp = str
"""Empty where there is none, which equals nothing."""


def settled_since() -> int:
    """The time, in nanoseconds, before which a file must have changed to be known by a stamp that is taken now."""
    return time.time_ns() - _TICK


def stamp(path: str, settled: int) -> Stamp:
    """Of what stands at a path, links followed; empty where nothing does or it changed since `settled`."""
    try:
        status = os.stat(path)
    except OSError:
        return ""
    if max(status.st_mtime_ns, status.st_ctime_ns) >= settled:
        return ""
    return f"{status.st_ino:x}.{status.st_size:x}.{status.st_mtime_ns:x}.{status.st_ctime_ns:x}"


def group_stamps(groups: Sequence[Sequence[str]], settled: int, *, alone: bool = False) -> list[Stamp]:
    """One for each group of paths, links not followed; empty where one is missing or changed since `settled`.

    Many are divided among processes, unless `alone`.
    """
    workers = min(os.cpu_count() or 1, _MOST_WORKERS)
    if alone or workers == 1 or not hasattr(os, "fork") or sum(map(len, groups)) < _MANY:
        return [_group_stamp(group, settled) for group in groups]
    size = -(-len(groups) // workers)
    parts = [groups[start : start + size] for start in range(0, len(groups), size)]
    children = [_begin(part, settled) for part in parts[1:]]
    found = [_group_stamp(group, settled) for group in parts[0]]
    for part, child in zip(parts[1:], children, strict=True):
        found += _end(child) or [_group_stamp(group, settled) for group in part]
    return found


def _group_stamp(group: Sequence[str], settled: int) -> Stamp:
    look = os.lstat
    seen: list[Any] = []
    newest = 0
    try:
        for path in group:
            status = look(path)
            changed = status.st_ctime_ns
            seen += (status.st_ino, status.st_size, status.st_mtime_ns, changed)
            newest = max(newest, changed)
    except OSError:
        return ""
    newest = max(newest, *seen[2::4]) if seen else 0
    return "" if newest >= settled else hashlib.blake2b(marshal.dumps(seen), digest_size=16).hexdigest()


def _begin(groups: Sequence[Sequence[str]], settled: int) -> tuple[int, int]:
    """A child that stamps the groups: its process and the pipe that it answers on."""
    reading, writing = os.pipe()
    process = os.fork()
    if process:
        os.close(writing)
        return process, reading
    try:
        os.close(reading)
        with open(writing, "wb") as answer:
            answer.write("\n".join(_group_stamp(group, settled) for group in groups).encode() + b"\n.")
    finally:
        os._exit(0)


def _end(child: tuple[int, int]) -> list[Stamp]:
    """What a child answered; nothing where it did not come to its end."""
    process, reading = child
    with open(reading, "rb") as answer:
        said = answer.read().decode()
    os.waitpid(process, 0)
    return said.removesuffix("\n.").split("\n") if said.endswith("\n.") else []
