"""What of a model is on the disk already: finished files, and the parts of the others, so that a fetch can go on."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mlspec_runtime.fetch.source import Remote

PART = 8 << 20
"""Bytes that are asked for at a time."""
FILES = "files"
_OWN = ".fetch"
_FINISHED = "finished.jsonl"


class Partial:
    """A file that is being written, in any order of its parts; a journal beside it names those that are whole."""

    def __init__(self, remote: Remote, path: Path) -> None:
        self.remote = remote
        self.path = path
        self._journal = path.with_suffix(".parts")
        self._lock = threading.Lock()
        self._done = {int(line) for line in _lines(self._journal)} if path.exists() else set()
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        self._log = self._journal.open("a" if self._done else "w")
        os.ftruncate(self._file, remote.size)

    def missing(self) -> list[tuple[int, int]]:
        """First byte, and the one after the last, of every part that is not there."""
        size = self.remote.size
        if not self.remote.in_parts:
            return [(0, size)]
        return [(start, min(start + PART, size)) for start in range(0, size, PART) if start not in self._done]

    def write(self, offset: int, content: memoryview) -> None:
        while content:
            written = os.pwrite(self._file, content, offset)
            offset, content = offset + written, content[written:]

    def mark(self, start: int) -> None:
        """The part that begins there is whole."""
        with self._lock:
            self._log.write(f"{start}\n")
            self._log.flush()

    def close(self) -> None:
        """Safe on the disk before anything says that it is whole."""
        os.fsync(self._file)
        os.close(self._file)
        self._log.close()
        self._journal.unlink()


class Ledger:
    """Of the volume `root`: the model is below `root/files`, what is remembered below `root/.fetch`."""

    def __init__(self, root: Path) -> None:
        self.files = root / FILES
        self._own = root / _OWN
        self._lock = threading.Lock()
        self.files.mkdir(parents=True, exist_ok=True)
        self._own.mkdir(exist_ok=True)
        self._finished: dict[str, dict[str, Any]] = {}
        for line in _lines(self._own / _FINISHED):
            entry = json.loads(line)
            self._finished[entry["name"]] = entry

    def is_finished(self, remote: Remote) -> bool:
        entry = self._finished.get(remote.name)
        return entry is not None and entry == self._entry(remote)

    def present(self, remote: Remote) -> int:
        """Bytes that need not be fetched again."""
        if self.is_finished(remote):
            return remote.size
        if not remote.in_parts:
            return 0
        return sum(min(PART, remote.size - int(start)) for start in _lines(self._path(remote).with_suffix(".parts")))

    def open(self, remote: Remote) -> Partial:
        return Partial(remote, self._path(remote))

    def finish(self, partial: Partial) -> None:
        """Puts a file that is whole in its place."""
        place = self.files / partial.remote.name
        partial.close()
        place.parent.mkdir(parents=True, exist_ok=True)
        partial.path.replace(place)
        with self._lock, (self._own / _FINISHED).open("a") as journal:
            journal.write(json.dumps(self._entry(partial.remote)) + "\n")

    def keep_only(self, remotes: Sequence[Remote]) -> None:
        """Removes what belongs to another model, another version of it, or a time before the node last started."""
        wanted = {self.files / remote.name for remote in remotes if self.is_finished(remote)}
        for path in sorted(self.files.rglob("*"), reverse=True):
            if path.is_dir() and not path.is_symlink():
                if not any(path.iterdir()):
                    path.rmdir()
            elif path not in wanted:
                path.unlink()
        partial = {self._path(remote).stem for remote in remotes}
        for path in self._own.iterdir():
            if path.name != _FINISHED and path.stem not in partial:
                path.unlink()

    def forget(self) -> None:
        """Removes everything: what is here is not the model."""
        shutil.rmtree(self.files)
        shutil.rmtree(self._own)

    def _entry(self, remote: Remote) -> dict[str, Any]:
        """What is known of a finished file; its time of change tells one that somebody has touched."""
        try:
            stat = (self.files / remote.name).stat()
        except OSError:
            return {}
        return {"name": remote.name, "tag": remote.tag, "size": stat.st_size, "changed": stat.st_mtime_ns}

    def _path(self, remote: Remote) -> Path:
        """Another content is another file; after a restart of the node, what was not yet on its disk may be lost."""
        identity = "\0".join((remote.key, remote.tag, str(remote.size), _boot()))
        return self._own / f"{hashlib.sha256(identity.encode()).hexdigest()[:16]}.part"


def _lines(path: Path) -> list[str]:
    """The whole lines of a journal: the last may have been cut short."""
    try:
        text = path.read_text()
    except FileNotFoundError:
        return []
    return text[: text.rfind("\n") + 1].splitlines()


def _boot() -> str:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return ""
