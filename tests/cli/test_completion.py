"""What shells complete: asked by a real bash, zsh and fish."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from .conftest import WORKSPACE
from .running import ended, environment, mlspec

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
    (["mlspec", "explain", "MLS24"], "MLS240 MLS241 MLS242 MLS243 MLS244 MLS245 MLS246"),
    (["mlspec", "build", "--findings", "s"], "sarif"),
    (["mlspec", "promote", "churn", "--fields", "model,re"], "model,replicas model,resources"),
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


def test_fish(require_tool: Callable[[str], str]) -> None:
    script = (
        '_MLSPEC_COMPLETE=fish_source mlspec | source; complete -C "mlspec run c"; complete -C "mlspec explain cred"'
    )
    finished = ended([require_tool("fish"), "--no-config", "-c", script], WORKSPACE, environment())
    assert finished.stdout == "churn\ncredential\ta literal that looks like a credential\n"


ZSH = """
compdef() {}
compadd() { print -l -- "${completions[@]}" }
_describe() { print -l -- "${completions_with_descriptions[@]}" }
eval "$(_MLSPEC_COMPLETE=zsh_source mlspec)"
words=(mlspec run c) CURRENT=3 _mlspec_completion
words=(mlspec explain cred) CURRENT=3 _mlspec_completion
"""
"""The function that the shell calls for a word, without the menu that it would show."""


def test_zsh(require_tool: Callable[[str], str]) -> None:
    finished = ended([require_tool("zsh"), "-f", "-c", ZSH], WORKSPACE, environment())
    assert finished.stdout == "churn\ncredential:a literal that looks like a credential\n", finished.stderr
