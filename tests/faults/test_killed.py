"""A command that is killed at any step: nothing is torn, nothing is left to clean up, and the same command goes on."""

from __future__ import annotations

import os
import shutil
import signal
import sys
from itertools import count
from pathlib import Path

import pytest

from tests.tree.apart import run_apart

from .workspace import PROMOTE, SPEC, contents, lay, run

_EVENTS = ("open", "os.rename", "os.remove", "os.chmod", "os.mkdir")
_TREES = "tree\nversion=v4\nnum_class=1\nmax_feature_idx=2\nobjective=binary sigmoid:1\nfeature_names=a b c\n"
"""What LightGBM's file begins with."""


def _run_until(root: Path, words: tuple[str, ...], step: int) -> None:
    """Runs a command, and is killed just before the `step`th time that the interpreter is asked to change the disk.

    Of the tree only its journal counts: tests/tree kills its writing at every call.
    """
    counted = 0

    def kill(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal counted
        if event not in _EVENTS or (event == "open" and not int(str(arguments[2])) & (os.O_WRONLY | os.O_RDWR)):
            return
        path = str(arguments[0])
        if str(root) in path and ("/generated/" not in path or "journal" in path):
            counted += 1
            if counted == step:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(kill)
    run(root, *words)


@pytest.mark.parametrize(
    ("words", "compiled", "stride"),
    # Each file of `init` is written in the same way, and it takes longest: every second step is enough.
    [(("lock",), False, 1), (PROMOTE, True, 1), (("init", "model.txt", "--name", "trees"), False, 2)],
    ids=["lock", "promote", "init"],
)
def test_a_killed_command_goes_on(
    words: tuple[str, ...], compiled: bool, stride: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    start, done = lay(tmp_path / "start"), tmp_path / "done"
    (start / "model.txt").write_text(_TREES)
    if compiled:
        assert run(start, "compile").status == 1
    before = contents(start)
    shutil.copytree(start, done)
    assert run(done, *_at(done, words)).status < 2
    after = contents(done)
    whole = {path: {before.get(path), after.get(path)} for path in {*before, *after}}
    for step in count(1, stride):
        root = tmp_path / str(step)
        shutil.copytree(start, root)
        end = run_apart(_run_until, root, _at(root, words), step)
        torn = [path for path, content in _kept(root).items() if content not in whole.get(path, ())]
        assert not torn, f"killed at step {step}"
        if end == "done":
            assert step > 2, "the hook saw too few steps"
            break
        again = run(root, *_at(root, words))
        assert (again.status < 2, again.err) == (True, ""), f"killed at step {step}"
        assert contents(root) == after, f"killed at step {step}"
        shutil.rmtree(root)
    assert (done / SPEC).is_file()


def _at(root: Path, words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(str(root / word) if word == "model.txt" else word for word in words)


def _kept(root: Path) -> dict[str, bytes]:
    """Without what a killed process had begun under another name."""
    return {path: content for path, content in contents(root).items() if not path.endswith(".mlspec")}
