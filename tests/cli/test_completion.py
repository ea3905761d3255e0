"""What shells complete: asked by a real bash, and of each shell's script that there is one."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from .conftest import WORKSPACE
from .running import environment, mlspec

ASK = """
eval "$(_MLSPEC_COMPLETE=bash_source mlspec)"
COMP_WORDS=({words}) COMP_CWORD={place}
_mlspec_completion mlspec
echo "${{COMPREPLY[@]}}"
"""
CASES = [
    (["mlspec", "expl"], "explain"),
    (["mlspec", "compile", "--ch"], "--check"),
    (["mlspec", "run", "c"], "churn"),
    (["mlspec", "run", "churn", "--environment", "pr"], "prod"),
    (["mlspec", "run", "nothing"], ""),
]


@pytest.mark.parametrize(("words", "completed"), CASES)
def test_bash(words: list[str], completed: str, require_tool: Callable[[str], str]) -> None:
    script = ASK.format(words=" ".join(words), place=len(words) - 1)
    command = [require_tool("bash"), "--norc", "-c", script]
    finished = subprocess.run(command, cwd=WORKSPACE, env=environment(), capture_output=True, text=True, check=False)
    assert (finished.stdout, finished.stderr) == (f"{completed}\n", "")


def test_outside_of_a_workspace_nothing_is_said(tmp_path: Path) -> None:
    finished = mlspec(tmp_path, COMP_WORDS="mlspec run c", COMP_CWORD="2", _MLSPEC_COMPLETE="bash_complete")
    assert (finished.stdout.strip(), finished.stderr) == ("", "")


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_other_shells(shell: str) -> None:
    finished = mlspec(WORKSPACE, _MLSPEC_COMPLETE=f"{shell}_source")
    assert "_mlspec_completion" in finished.stdout
