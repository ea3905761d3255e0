"""A command is a file; each one says what it is for, and those that only print print what they should."""

from __future__ import annotations

import shlex
import shutil
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

import mlspec.cli
import mlspec.compile
import mlspec.tree.findings
from mlspec.checks.registry import load_checks
from mlspec.cli.__main__ import mlspec as group
from mlspec.codes import Code, all_codes

from .running import ended, environment

ROOT = Path(__file__).parents[2]
FILES = [file.stem for file in Path(mlspec.cli.__file__).parent.glob("*.py") if not file.stem.startswith("_")]
COMMANDS = sorted(name.replace("_", "-") for name in FILES)

load_checks()


@pytest.mark.parametrize("name", COMMANDS)
def test_a_file_is_a_command_of_its_name(name: str) -> None:
    command = group.get_command(click.Context(group), name)
    assert command is not None
    assert command.name == name
    assert (command.help or "").strip()
    undocumented = [each.name for each in command.params if isinstance(each, click.Option) and not each.help]
    assert undocumented == []


@pytest.mark.parametrize("name", [name for name in COMMANDS if name not in ("lsp", "schema")])
def test_the_examples_of_a_command_are_calls_of_it(name: str) -> None:
    command = group.get_command(click.Context(group), name)
    assert command is not None
    lines = [line.partition("   ")[0].strip() for line in (command.epilog or "").splitlines()[2:]]
    assert lines
    for line in lines:
        _, called, *words = shlex.split(line.partition(" > ")[0])
        assert called == name
        command.make_parser(click.Context(command)).parse_args(words)
    assert max(map(len, (command.epilog or "").splitlines())) <= 76


def test_a_new_file_is_a_new_command(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "compiler", tmp_path / "compiler", ignore=shutil.ignore_patterns("__pycache__"))
    source = "import click\n\n\n@click.command('greet')\ndef command() -> None:\n    click.echo('hello')\n"
    (tmp_path / "compiler/mlspec/cli/greet.py").write_text(source)
    variables = environment(PYTHONPATH=str(tmp_path / "compiler"))
    finished = ended([sys.executable, "-m", "mlspec.cli", "greet"], tmp_path, variables)
    assert (finished.stdout, finished.status) == ("hello\n", 0)


@pytest.mark.parametrize("code", all_codes(), ids=lambda code: code.id)
def test_explain_explains_each_code(code: Code) -> None:
    for asked in (code.id, code.name):
        result = CliRunner().invoke(group, ["explain", asked])
        assert result.exit_code == 0
        assert result.stdout.startswith(f"{code.id} {code.name}: ")
        said = " ".join(result.stdout.split())
        assert code.reason in said
        assert code.remedy in said


@pytest.mark.parametrize("beginning", ["", "MLS2", "mls4", "MLS36"])
def test_explain_lists_the_codes_that_begin_so(beginning: str) -> None:
    lines = CliRunner().invoke(group, ["explain", *([beginning] if beginning else [])]).stdout.splitlines()
    listed = [code.id for code in all_codes() if code.id.startswith(beginning.upper())]
    assert [line.split()[0] for line in lines] == listed != []
