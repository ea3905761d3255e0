"""A disk that is full, at whatever moment, or read-only: each command ends clearly, and goes on once there is room."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from .workspace import PROMOTE, SPEC, Ended, commit, contents, lay, run

_KILOBYTE = 1024
_LARGEST = 4096
"""Kilobytes by which every command is done."""


@dataclass(frozen=True)
class Disk:
    """A file system of its own, in memory."""

    root: Path

    def leave(self, kilobytes: int) -> None:
        """Fills it but for that."""
        self.free()
        room = os.statvfs(self.root)
        size = room.f_bavail * room.f_frsize - kilobytes * _KILOBYTE
        with (self.root / "ballast").open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, max(size, 1))

    def free(self) -> None:
        (self.root / "ballast").unlink(missing_ok=True)

    def remount(self, how: str) -> None:
        subprocess.run(["mount", "-o", f"remount,{how}", str(self.root)], check=True, capture_output=True)


@pytest.fixture
def disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Disk]:
    root = tmp_path / "disk"
    root.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(root)], check=False, capture_output=True
    )
    if mounted.returncode:
        pytest.skip("no file system can be mounted here")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    yield Disk(root)
    subprocess.run(["umount", "--lazy", str(root)], check=True)


def _until_there_is_room(disk: Disk, root: Path, *words: str) -> list[Ended]:
    """Runs it with ever more room, from none, until it does not complain: all its ends."""
    ends: list[Ended] = []
    kilobytes = 0
    while kilobytes <= _LARGEST:
        disk.leave(kilobytes)
        end = run(root, *words)
        ends.append(end)
        if end.status < 2:
            break
        assert "Traceback" not in end.err
        assert "mlspec" not in "".join(path.suffix for path in root.rglob("*")), "nothing half written is left"
        kilobytes = kilobytes * 2 or 4
    disk.free()
    return ends


def _all_full(ends: list[Ended], path: str = "") -> None:
    """Each but the last says which file did not fit, and what to do."""
    assert len(ends) > 1, "the disk was never full"
    for end in ends[:-1]:
        assert end.status == 2, end
        assert "the disk is full; free some space, then run" in end.err, end.err
        assert path in end.err
    assert ends[-1].status < 2, ends[-1]
    assert not ends[-1].err, ends[-1].err


def test_compile(disk: Disk, tmp_path: Path) -> None:
    root, reference = lay(disk.root / "workspace"), lay(tmp_path / "reference")
    _all_full(_until_there_is_room(disk, root, "compile"))
    assert run(reference, "compile").status == 1
    assert contents(root) == contents(reference)
    assert run(root, "compile", "--check").status == 0


def test_lock(disk: Disk) -> None:
    root = lay(disk.root / "workspace")
    ends = _until_there_is_room(disk, root, "lock")
    _all_full(ends, str(root / "specs/chat/model.lock"))
    assert {path.name for path in (root / "specs/chat").iterdir()} == {"model.yaml", "model.lock"}
    assert run(root, "lock", "--check").status == 0


def test_lock_whose_resolver_has_no_room(
    disk: Disk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, require_tool: Callable[[str], str]
) -> None:
    """Which is no fault of any requirement."""
    require_tool("uv")
    root = lay(tmp_path / "workspace")
    spec = root / SPEC
    fetched = f'"hf://acme/chat", revision: {"c" * 40}, digest: "sha256:{"0" * 64}"'  # by a library that is resolved
    spec.write_text(spec.read_text().replace('"pvc://models/chat"', fetched))
    monkeypatch.setenv("UV_CACHE_DIR", str(disk.root / "uv"))
    disk.leave(0)
    full = run(root, "lock")
    assert (full.status, full.out) == (2, "")
    assert full.err.startswith(f"error: {disk.root}/uv/")
    assert full.err.endswith("the disk is full; free some space, then run it again\n")


def test_promote(disk: Disk, tmp_path: Path) -> None:
    """The spec first, then the tree: whichever did not fit, the same command goes on."""
    root, reference = lay(disk.root / "workspace"), lay(tmp_path / "reference")
    for each in (root, reference):
        assert run(each, "compile").status == 1
    _all_full(_until_there_is_room(disk, root, *PROMOTE))
    assert run(reference, *PROMOTE).status == 1
    assert contents(root) == contents(reference)


def test_init(disk: Disk, tmp_path: Path) -> None:
    root, reference = disk.root / "workspace", tmp_path / "reference"
    root.mkdir()
    reference.mkdir()
    _all_full(_until_there_is_room(disk, root, "init"))
    assert run(reference, "init").status == 0
    assert contents(root) == contents(reference)


def test_report(disk: Disk, tmp_path: Path) -> None:
    root = lay(tmp_path / "workspace")
    page = disk.root / "report.html"
    page.write_text("the page of yesterday")
    disk.leave(0)
    full = run(root, "report", "-o", str(page))
    assert (full.status, page.read_text()) == (2, "the page of yesterday")
    assert full.err == f"error: {page}: the disk is full; free some space, then run it again\n"
    disk.free()
    assert run(root, "report", "-o", str(page)).status == 0
    assert page.read_text().startswith("<!doctype html>")


def test_publish(disk: Disk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its own repository is a temporary one."""
    root = lay(tmp_path / "workspace")
    commit(root)
    subprocess.run(["git", "init", "--quiet", "--bare", "-b", "main", tmp_path / "ops.git"], check=True)
    for who in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{who}_NAME", "A")
        monkeypatch.setenv(f"GIT_{who}_EMAIL", "a@example.com")
    monkeypatch.setattr(tempfile, "tempdir", str(disk.root))
    _all_full(_until_there_is_room(disk, root, "publish", "--as", "me", "--repo", str(tmp_path / "ops.git")))
    assert not list(disk.root.iterdir()), "nothing of it is left"


def test_the_memory_of_the_last_run_may_be_lost(disk: Disk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(disk.root / "cache"))
    root = lay(tmp_path / "workspace")
    disk.leave(0)
    assert (run(root, "compile").status, run(root, "compile").status) == (1, 0)
    disk.free()
    disk.remount("ro")
    assert run(root, "compile").status == 0
    disk.remount("rw")


@pytest.mark.parametrize("words", [("compile",), ("lock",), PROMOTE, ("init", "--ci", "none")])
def test_a_read_only_disk_is_said_to_be_that(disk: Disk, words: tuple[str, ...]) -> None:
    root = lay(disk.root / "workspace")
    before = contents(root)
    disk.remount("ro")
    refused = run(root, *words)
    assert refused.status == 2, refused
    assert "the file system is read-only; mount it writable, then run" in refused.err
    assert contents(root) == before
    disk.remount("rw")
    assert run(root, *words).status < 2
    assert (root / SPEC).is_file()


def test_a_report_on_a_read_only_disk(disk: Disk, tmp_path: Path) -> None:
    root = lay(tmp_path / "workspace")
    page = disk.root / "report.html"
    page.write_text("the page of yesterday")
    disk.remount("ro")
    refused = run(root, "report", "-o", str(page))
    assert (refused.status, page.read_text()) == (2, "the page of yesterday")
    assert refused.err == (f"error: {page}: the file system is read-only; mount it writable, then run it again\n")


def test_publishing_to_a_repository_on_a_read_only_disk(
    disk: Disk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root, repository = lay(tmp_path / "workspace"), disk.root / "ops.git"
    commit(root)
    subprocess.run(["git", "init", "--quiet", "--bare", "-b", "main", repository], check=True)
    for who in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{who}_NAME", "A")
        monkeypatch.setenv(f"GIT_{who}_EMAIL", "a@example.com")
    disk.remount("ro")
    refused = run(root, "publish", "--as", "me", "--repo", str(repository))
    assert refused.status == 2, refused
    assert (
        "unable to create temporary object directory; see there that its disk has room and is writable" in refused.err
    )
    disk.remount("rw")
    assert run(root, "publish", "--as", "me", "--repo", str(repository)).status < 2


def test_publishing_where_nothing_temporary_can_be_written(
    disk: Disk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = lay(tmp_path / "workspace")
    commit(root)
    subprocess.run(["git", "init", "--quiet", "--bare", "-b", "main", tmp_path / "ops.git"], check=True)
    monkeypatch.setattr(tempfile, "tempdir", str(disk.root))
    disk.remount("ro")
    refused = run(root, "publish", "--as", "me", "--repo", str(tmp_path / "ops.git"))
    assert refused.status == 2, refused
    assert f"{disk.root}" in refused.err
    assert "the file system is read-only; mount it writable, then run it again" in refused.err
