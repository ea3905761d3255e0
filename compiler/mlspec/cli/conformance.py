"""`mlspec conformance URL`: a running server in; which cases of the Open Inference Protocol it passes out."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from mlspec.diagnostics import ExitCode

from ._examples import examples

if TYPE_CHECKING:
    from mlspec.conformance.subject import Subject


@click.command(
    "conformance",
    epilog=examples(
        {
            "mlspec conformance http://127.0.0.1:8080 --model churn": "",
        }
    ),
)
@click.argument("url")
@click.option("--model", required=True, metavar="NAME", help="The model's name in /v2/models/NAME.")
@click.option(
    "--request",
    "request_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="An infer request in JSON that the model accepts, where it takes no zeros and ones.",
)
@click.option("-H", "--header", "headers", multiple=True, metavar="NAME:VALUE", help="Send it with every request.")
@click.option("--timeout", type=click.FloatRange(min=0.1), default=30.0, show_default=True, help="Seconds to wait.")
@click.option("--junit", type=click.Path(dir_okay=False, path_type=Path), help="Write a JUnit report there.")
def command(
    url: str, model: str, request_file: Path | None, headers: tuple[str, ...], timeout: float, junit: Path | None
) -> None:
    """Examine a running server against the Open Inference Protocol.

    URL is that of any server of the protocol's version 2 over REST. Requests come from the model's own metadata: one
    row of zeros and ones. Cases of an extension that the server does not declare are skipped. Exits with 0 where every
    case passes, 1 where one fails, 2 where nothing could be examined.
    """
    from mlspec.client.exchange import NoAnswer, parse_address
    from mlspec.conformance.given import read_given
    from mlspec.conformance.subject import Unusable, learn

    try:
        address = parse_address(url, dict(map(_header, headers)), timeout)
        given = read_given(request_file.read_bytes()) if request_file else ()
        subject = learn(address, model, given)
    except NoAnswer as error:
        _stop(f"{url} cannot be reached: {error}")
    except (Unusable, ValueError) as error:
        _stop(str(error))
    sys.exit(_examine(subject, junit))


def _examine(subject: Subject, junit_file: Path | None) -> int:
    from mlspec.conformance.suite import Outcome, Result, cases_for, refuses_its_sample, run_suite
    from mlspec.conformance.table import rows, total

    outcomes: list[Outcome] = []

    def kept() -> Iterator[Outcome]:
        for outcome in run_suite(subject, cases):
            outcomes.append(outcome)
            yield outcome

    cases = cases_for(subject)
    for row in rows(cases, kept(), colour=True):
        click.echo(row)
    click.echo(f"{subject.address}, model {subject.model}: {total(outcomes)}")
    if junit_file is not None:
        from mlspec.conformance.junit import junit

        try:
            junit_file.write_text(junit(outcomes, f"Open Inference Protocol V2: {subject.model}"), encoding="utf-8")
        except OSError as error:
            _stop(f"the report cannot be written to {junit_file}: {error.strerror}")
    failed = any(outcome.result is Result.FAILED for outcome in outcomes)
    if failed and refuses_its_sample(subject):
        what = "the request in that file" if subject.given else "a row of zeros and ones"
        click.echo(f"the model refuses {what}: put a request that it takes into a file, and name it with --request")
    return ExitCode.CHANGED if failed else ExitCode.CLEAN


def _header(text: str) -> tuple[str, str]:
    name, colon, value = text.partition(":")
    if not colon or not name.strip():
        raise click.BadParameter(f"{text!r} is not NAME:VALUE", param_hint="--header")
    return name.strip(), value.strip()


def _stop(message: str) -> NoReturn:
    click.echo(f"error: {message}", err=True)
    sys.exit(ExitCode.ERROR)
