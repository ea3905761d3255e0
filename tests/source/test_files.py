"""A workspace on disk and one in memory are the same to the compiler."""

from __future__ import annotations

import os
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from mlspec.source.files import Files, FilesInMemory, FilesOnDisk

CONTENT = {
    "specs/b/model.yaml": b"b",
    "specs/a.yaml": b"a" * 10,
    "specs/a/model.yaml": b"",
    "specs/.hidden.yaml": b"x",
    "specs/.git/model.yaml": b"x",
    "specs/__pycache__/a.pyc": b"x",
    "README.md": b"r",
}


@pytest.fixture(params=["disk", "memory"])
def files(request: pytest.FixtureRequest, tmp_path: Path) -> Files:
    if request.param == "memory":
        return FilesInMemory(CONTENT)
    for name, content in CONTENT.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return FilesOnDisk(tmp_path)


@pytest.mark.parametrize(
    ("folder", "paths"),
    [
        ("specs", ["specs/a.yaml", "specs/a/model.yaml", "specs/b/model.yaml"]),
        ("specs/", ["specs/a.yaml", "specs/a/model.yaml", "specs/b/model.yaml"]),
        ("specs/a", ["specs/a/model.yaml"]),
        ("specs/.git", ["specs/.git/model.yaml"]),
        ("", ["README.md", "specs/a.yaml", "specs/a/model.yaml", "specs/b/model.yaml"]),
        (".", ["README.md", "specs/a.yaml", "specs/a/model.yaml", "specs/b/model.yaml"]),
        ("none", []),
        ("README.md", []),
    ],
)
def test_the_files_below_a_folder(files: Files, folder: str, paths: list[str]) -> None:
    assert files.below(folder) == paths


def test_the_content_of_a_file(files: Files) -> None:
    assert files.read("specs/a.yaml") == b"a" * 10
    assert files.read("specs/a.yaml", 4) == b"aaaa"
    assert files.read("specs/a.yaml", 40) == b"a" * 10
    assert files.size("specs/a.yaml") == 10
    assert files.size("specs/a/model.yaml") == 0
    assert files.sha256("specs/b/model.yaml").startswith("3e23e8160039594a33894f6564e1b134")


def test_a_file_that_is_not_there(files: Files) -> None:
    assert files.size("none.yaml") is None
    assert files.size("specs") is None
    for ask in (files.read, files.sha256):
        with pytest.raises(FileNotFoundError):
            ask("none.yaml")


def test_what_is_no_file_is_not_listed(tmp_path: Path) -> None:
    (tmp_path / "model.yaml").write_bytes(b"")
    (tmp_path / "link.yaml").symlink_to("model.yaml")
    (tmp_path / "to-nothing.yaml").symlink_to("nothing.yaml")
    (tmp_path / "to-itself").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "folder.yaml").mkdir()
    os.mkfifo(tmp_path / "pipe.yaml")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "s"))
        assert FilesOnDisk(tmp_path).below("") == ["link.yaml", "model.yaml"]


NOBODY = 65534


@contextmanager
def without_root() -> Iterator[None]:
    """Root reads every folder."""
    user = os.geteuid()
    if user == 0:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        if user == 0:
            os.seteuid(0)


def test_a_folder_that_cannot_be_read_is_not_taken_for_an_empty_one() -> None:
    with tempfile.TemporaryDirectory() as folder:  # pytest's own folders are closed to others
        top = Path(folder)
        top.chmod(0o755)
        (top / "specs" / "locked").mkdir(parents=True)
        (top / "specs" / "locked" / "model.yaml").write_bytes(b"a: 1")
        (top / "specs" / "locked").chmod(0)
        with without_root(), pytest.raises(PermissionError):
            FilesOnDisk(top).below("specs")
        (top / "specs" / "locked").chmod(0o700)
