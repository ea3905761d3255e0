"""What a run remembers changes what it costs and nothing that anybody sees, whatever has become of the memory."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from .running import Finished, changed_mlspec, mlspec
from .snapshot import untouched

_SAYS_WHAT_IT_NEEDED = """
import atexit, sys
atexit.register(lambda: print(sorted({"mlspec.compile", "pydantic", "yaml"} & sys.modules.keys())))
"""


def test_an_unchanged_workspace_is_known_without_the_compiler(workspace: Path, tmp_path: Path) -> None:
    variables = {"XDG_CACHE_HOME": str(tmp_path / "cache")}
    first = mlspec(workspace, "compile", "--check", **variables)
    before = untouched(workspace)
    again = changed_mlspec(workspace, _SAYS_WHAT_IT_NEEDED, "compile", "--check", **variables)
    assert again == Finished(first.status, first.stdout + "[]\n", first.stderr)
    whole = changed_mlspec(workspace, _SAYS_WHAT_IT_NEEDED, "compile", "--check", "--no-cache", **variables)
    assert whole == Finished(first.status, first.stdout + "['mlspec.compile', 'pydantic', 'yaml']\n", first.stderr)
    assert untouched(workspace) == before


def _garbage(memory: Path) -> None:
    memory.write_bytes(b"\x80\x04garbage")


def _cut_off(memory: Path) -> None:
    memory.write_bytes(memory.read_bytes()[:-100])


def _altered(memory: Path) -> None:
    memory.write_bytes(memory.read_bytes().replace(b"churn", b"charn", 1))


def _of_another_compiler(memory: Path) -> None:
    memory.write_bytes(memory.read_bytes().replace(b'"compiler": "', b'"compiler": "0', 1))


def _folder(memory: Path) -> None:
    memory.unlink()
    memory.mkdir()


def _unwritable(memory: Path) -> None:
    memory.unlink()
    memory.parent.rmdir()
    memory.parent.write_text("a file")


@pytest.mark.parametrize("damage", [_garbage, _cut_off, _altered, _of_another_compiler, _folder, _unwritable])
def test_a_memory_that_cannot_be_used_is_none(workspace: Path, tmp_path: Path, damage: Callable[[Path], None]) -> None:
    variables = {"XDG_CACHE_HOME": str(tmp_path / "cache")}
    first = mlspec(workspace, "compile", "--check", **variables)
    (memory,) = tmp_path.glob("cache/mlspec/compile/*.json")
    damage(memory)
    assert mlspec(workspace, "compile", "--check", **variables) == first == Finished(0, "", "")
