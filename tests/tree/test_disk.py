"""Real disks that are full, read-only or somebody else's: the tree stays whole, and the message says what to do."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mlspec.artifacts.file import File
from mlspec.tree.compare import compare
from mlspec.tree.write import write
from tests.conftest import unavailable

from .apart import run_apart
from .workspace import Owners, compiled, expected, outputs, owned

NOBODY = 65534
SMALL = owned(prod__churn={"a.yaml": "a\n", "b.yaml": "b\n"})
LARGE: Owners = {"prod/churn": [File(f"generated/prod/churn/{name}.yaml", name.encode() * 60_000) for name in "abc"]}


@pytest.fixture
def anybodys_folder() -> Iterator[Path]:
    """A folder that another user reaches, as those of `tmp_path` are not."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


def write_with_small_files(root: Path, owners: Owners) -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
    write(compare(root, owners))


def write_as_nobody(root: Path, owners: Owners) -> None:
    if os.geteuid() == 0:
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)
    write(compare(root, owners))


def test_contents_that_do_not_fit_change_nothing(tmp_path: Path) -> None:
    compiled(tmp_path, SMALL)
    larger: Owners = {"prod/churn": [File("generated/prod/churn/a.yaml", b"new"), File("generated/b", b"b" * 200_000)]}
    answer = run_apart(write_with_small_files, tmp_path, larger)
    assert answer.startswith("generated/b: the file is larger than this file system")
    assert outputs(tmp_path) == expected(SMALL)
    assert compare(tmp_path, SMALL).clean
    compiled(tmp_path, larger)


@pytest.mark.parametrize("locked", ["generated/prod/churn", "generated/.mlspec/.work", "generated/.mlspec/prod"])
def test_a_folder_that_may_not_be_written_is_named(anybodys_folder: Path, locked: str) -> None:
    root = anybodys_folder
    compiled(root, SMALL)
    for path in root.rglob("*"):
        if os.geteuid() == 0:
            os.chown(path, NOBODY, NOBODY)
    (root / locked).chmod(0o555)
    answer = run_apart(write_as_nobody, root, owned(prod__churn={"a.yaml": "new\n"}))
    (root / locked).chmod(0o755)
    assert answer.startswith(locked)
    assert "permission denied; give your user the right" in answer
    compiled(root, SMALL)
    assert outputs(root) == expected(SMALL)


@pytest.mark.parametrize("name", ["generated/prod/churn/a.yaml", "generated/.mlspec/prod/churn.json"])
def test_a_file_that_may_not_be_read_is_named(anybodys_folder: Path, name: str) -> None:
    compiled(anybodys_folder, SMALL)
    (anybodys_folder / name).chmod(0)
    answer = run_apart(write_as_nobody, anybodys_folder, SMALL)
    (anybodys_folder / name).chmod(0o644)
    assert answer.startswith(f"{name}: permission denied")


SCRIPT = """
from pathlib import Path
from mlspec.tree.compare import compare
from mlspec.tree.errors import TreeError
from tests.tree import test_disk
from tests.tree.workspace import compiled, expected, outputs

root = Path({root!r})
{before}
try:
    compiled(root, test_disk.LARGE)
except TreeError as error:
    print(error)
assert outputs(root) == expected(test_disk.SMALL), outputs(root)
assert compare(root, test_disk.SMALL).clean
"""


@pytest.mark.parametrize(
    ("mount", "message"),
    [
        ("mount -t tmpfs -o size=120k none {root}", "the disk is full; free some space"),
        (
            "mount --bind {root} {root} && mount -o remount,ro,bind {root}",
            "the file system is read-only; mount it writable",
        ),
    ],
    ids=["full", "read-only"],
)
def test_a_disk_that_refuses_is_named_and_the_tree_stays(
    tmp_path: Path, mount: str, message: str, require_tool: Callable[[str], str]
) -> None:
    """On a file system that only this process sees, which takes the right to make one."""
    alone = [require_tool("unshare"), "--mount", *([] if os.geteuid() == 0 else ["--map-root-user"])]
    if subprocess.run([*alone, "true"], check=False, capture_output=True).returncode:
        unavailable("this user may not mount a file system of its own")
    before = "compiled(root, test_disk.SMALL)" if "tmpfs" in mount else ""
    if not before:
        compiled(tmp_path, SMALL)
    script = SCRIPT.format(root=str(tmp_path), before=before)
    command = f"{mount.format(root=tmp_path)} && exec {sys.executable} -c '{script.replace(chr(39), chr(34))}'"
    done = subprocess.run(
        [*alone, "sh", "-c", command], check=False, capture_output=True, text=True, cwd=Path(__file__).parents[2]
    )
    assert done.returncode == 0, done.stderr
    assert message in done.stdout
