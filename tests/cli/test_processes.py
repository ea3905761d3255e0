"""Processes that differ in all that must not matter, that run at once or that are killed leave the same tree."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from .running import MAIN, ended, environment, mlspec
from .snapshot import contents

ROOT = Path(__file__).parents[2]
OUTPUTS = ("generated", "argocd")

KILL = """
import os, sys
calls = 0
def kill(frame, event, called):
    global calls
    if event == "c_call" and called is os.replace:
        calls += 1
        if calls == int(os.environ["KILL_AT"]):
            os.kill(os.getpid(), 9)
sys.setprofile(kill)
"""
"""Kills the process just before it puts something in place: the journal first, then the files, last the indexes."""


def copied_backwards(root: Path) -> None:
    """The example specs, made in another order than git makes them in, so that the disk lists them in another one."""
    for path in sorted((ROOT / "specs").rglob("*"), reverse=True):
        if path.is_file() and "__pycache__" not in path.parts:
            place = root / path.relative_to(ROOT)
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, place)


def test_another_machine_and_process_make_the_same_bytes(tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there with a space" / "and ünïcode"
    shutil.copytree(ROOT / "specs", here / "specs", ignore=shutil.ignore_patterns("__pycache__"))
    copied_backwards(there)
    first = mlspec(here, "compile", PYTHONHASHSEED="1", TZ="Pacific/Kiritimati", LC_ALL="C", LANG="C", USER="a")
    second = mlspec(
        there / "specs" / "churn", "compile", PYTHONHASHSEED="2", TZ="UTC+11", LC_ALL="tr_TR.UTF-8", HOME=str(tmp_path)
    )
    assert (first.status, second.status) == (1, 1), first.stderr + second.stderr
    made = contents(here, *OUTPUTS)
    assert len(made) > 300
    assert contents(there, *OUTPUTS) == made
    assert {path.lstat().st_mode for path in there.rglob("*.yaml") if "specs" not in path.parts} == {0o100644}


def test_two_at_once_leave_one_whole_tree(workspace: Path) -> None:
    whole = contents(workspace, *OUTPUTS)
    for top in OUTPUTS:
        shutil.rmtree(workspace / top)
    both = [
        subprocess.Popen(["mlspec", "compile"], cwd=workspace, env=environment(), stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    said = [process.communicate()[1] for process in both]
    assert said == ["", ""]
    assert {process.returncode for process in both} <= {0, 1}
    assert contents(workspace, *OUTPUTS) == whole
    assert mlspec(workspace, "compile", "--check").status == 0


@pytest.mark.parametrize("step", [1, 3, 50, 84])
def test_what_a_killed_compile_left_is_mended_by_the_next(workspace: Path, step: int) -> None:
    """Of another version of a spec even: what the killed one put in place is in no index then, and no foreign file."""
    whole = contents(workspace, *OUTPUTS)
    for top in OUTPUTS:
        shutil.rmtree(workspace / top)
    spec = workspace / "specs/churn/model.yaml"
    text = spec.read_text()
    spec.write_text(text.replace("version: 1.0.0", "version: 1.1.0"))
    command = [sys.executable, "-c", f"{MAIN}{KILL}\nmain()", "compile"]
    killed = subprocess.run(command, cwd=workspace, env=environment(KILL_AT=str(step)), check=False)
    assert killed.returncode == -signal.SIGKILL
    assert contents(workspace, *OUTPUTS).keys() < whole.keys()
    spec.write_text(text)
    following = mlspec(workspace, "compile")
    assert following.stderr == ""
    assert following.status == 1
    assert "by hand" not in following.stdout
    assert contents(workspace, *OUTPUTS) == whole
    assert not any((workspace / "generated/.mlspec/.work").glob("staging*"))
    assert mlspec(workspace, "compile", "--check").status == 0


@pytest.fixture
def powerless(require_tool: Callable[[str], str]) -> list[str]:
    """What to put before a command so that permissions hold for it: nothing, unless the tests run as root."""
    if os.geteuid() != 0:
        return []
    return [require_tool("setpriv"), "--bounding-set", "-dac_override,-dac_read_search"]


def test_a_folder_that_may_not_be_written_is_no_bug(workspace: Path, powerless: list[str]) -> None:
    shutil.rmtree(workspace / "generated/prod/churn")
    (workspace / "generated/prod").chmod(0o555)
    finished = ended([*powerless, "mlspec", "compile"], workspace, environment())
    (workspace / "generated/prod").chmod(0o755)
    assert finished.status == 2
    assert finished.stderr == (
        "error: generated/prod/churn: permission denied; give your user the right to read and write it, "
        "then run mlspec compile again: it goes on from where it stopped\n"
    )


@pytest.mark.parametrize("locked", ["specs", "specs/churn", "specs/churn/model.yaml", "specs/churn/model.joblib"])
def test_what_may_not_be_read_is_no_bug_and_removes_nothing(workspace: Path, locked: str, powerless: list[str]) -> None:
    whole = contents(workspace, *OUTPUTS)
    mode = (workspace / locked).stat().st_mode
    (workspace / locked).chmod(0)
    finished = ended([*powerless, "mlspec", "compile", "--allow-empty"], workspace, environment())
    (workspace / locked).chmod(mode)
    assert finished.status == 2
    assert locked in finished.stderr
    assert "permission denied" in finished.stderr.lower()
    assert contents(workspace, *OUTPUTS) == whole
