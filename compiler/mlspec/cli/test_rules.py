"""`mlspec test-rules`: the workspace's rules in; whether each alert fires when it should, and only then, out."""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from mlspec.diagnostics import ExitCode

from ._complete import environments, models
from ._examples import examples
from ._formats import findings_option
from ._workspace import SPECS, directory_option, find_workspace

if TYPE_CHECKING:
    from mlspec.rule_tests.files import RuleTests


@click.command(
    "test-rules",
    epilog=examples(
        {
            "mlspec test-rules": "all",
            "mlspec test-rules churn -e prod": "one model in one environment",
        }
    ),
)
@click.argument("models", nargs=-1, metavar="[MODEL]…", shell_complete=models)
@directory_option
@click.option(
    "-e", "--environment", metavar="ENVIRONMENT", shell_complete=environments, help="In this environment alone."
)
@click.option(
    "-o",
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write the tests there and keep them: `promtool test rules` runs each.",
)
@findings_option
def command(models: tuple[str, ...], directory: Path | None, environment: str | None, output: Path | None) -> None:
    """Test every alert with Prometheus's own promtool.

    Each rule is tested as it would be applied, overrides included: it fires just over its threshold and is silent just
    under it, on one window alone, without traffic. Exits with 0 where all is as it should be, 1 where a test fails, 2
    where nothing could be tested. Without MODEL all are tested; an alert of your own is only checked for its syntax.
    """
    root = find_workspace(directory)
    from mlspec.rule_tests.promtool import Missing, find_promtool

    try:
        promtool = find_promtool()
    except Missing as error:
        _stop(str(error))
    chosen = _tests(root, models, environment)
    if output is not None:
        sys.exit(_test(promtool, chosen, output))
    with tempfile.TemporaryDirectory(prefix="mlspec-test-rules-") as folder:
        sys.exit(_test(promtool, chosen, Path(folder)))


def _tests(root: Path, models: tuple[str, ...], environment: str | None) -> list[RuleTests]:
    from mlspec.compile import compile as compile_specs
    from mlspec.rule_tests.files import rule_tests
    from mlspec.source.files import FilesOnDisk

    from ._names import check_names
    from ._progress import shown
    from ._sound import sound

    files = FilesOnDisk(root)
    compilation = sound(compile_specs(files, SPECS, shown), files, "mend the specs first; nothing was tested")
    check_names(compilation, models, environment)
    return [
        rule_tests(spec, compilation.outputs[f"{spec.environment.name}/{spec.name}"])
        for spec in sorted(compilation.resolution.specs, key=lambda spec: (spec.name, spec.environment.name))
        if (not models or spec.name in models) and environment in (None, spec.environment.name)
    ]


def _test(promtool: str, chosen: list[RuleTests], folder: Path) -> int:
    from mlspec.rule_tests.promtool import run

    from ._summary import count

    started = time.perf_counter()
    widths = [max((len(text) for text in column), default=0) for column in zip(*map(_place, chosen), strict=True)]
    failed = 0
    for verdict in run(promtool, chosen, folder):
        tests = verdict.tests
        place = "   ".join(text.ljust(width) for text, width in zip(_place(tests), widths, strict=True))
        said = click.style("failed", fg="red") if verdict.complaint else "passed"
        own = f"; yours, syntax only: {', '.join(tests.untested)}" if tests.untested else ""
        click.echo(f"{place}   {count(tests.scenarios, 'scenario')} {said}{own}")
        if verdict.complaint:
            failed += 1
            click.echo(f"{tests.model} in {tests.environment}:\n{verdict.complaint}", err=True)
    number = count(sum(tests.scenarios for tests in chosen), "scenario")
    result = f"{failed} of {len(chosen)} failed" if failed else "all passed"
    click.echo(f"{number}: {result}   {time.perf_counter() - started:.1f} s")
    return ExitCode.CHANGED if failed else ExitCode.CLEAN


def _place(tests: RuleTests) -> tuple[str, str]:
    return tests.model, tests.environment


def _stop(message: str) -> NoReturn:
    click.echo(f"error: {message}", err=True)
    sys.exit(ExitCode.ERROR)
