"""`mlspec …`: finds the command's module by its name and runs it; nothing else is imported before it is needed."""

from __future__ import annotations

import io
import os
import sys
from importlib import import_module
from pathlib import Path

import click

from mlspec.diagnostics import ExitCode

_INTERRUPTED = 130
"""What a shell reports of a program that Ctrl-C ended; 1 would say that files changed."""

_WHOLE = 1000
"""Characters of a first sentence."""


class Commands(click.Group):
    """One file for each command in this folder, `test_rules.py` for `test-rules`; a leading underscore is none."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's own signature
        return sorted(file.stem.replace("_", "-") for file in Path(__file__).parent.glob("[a-z]*.py"))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.list_commands(ctx):
            return None
        command: click.Command = import_module(f"mlspec.cli.{cmd_name.replace('-', '_')}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Each with its whole first sentence, on as many lines as it takes: click would cut it to one."""
        found = [(name, self.get_command(ctx, name)) for name in self.list_commands(ctx)]
        with formatter.section("Commands"):
            formatter.write_dl([(name, command.get_short_help_str(_WHOLE)) for name, command in found if command])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            from mlspec.source.suggestion import did_you_mean

            if isinstance(error, click.NoSuchOption):
                raise
            near = did_you_mean(args[0], self.list_commands(ctx))
            hint = f"; did you mean `mlspec {near}`?" if near else ""
            raise click.UsageError(f"there is no command {args[0]}{hint}", ctx) from None


@click.command(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="mlspec", message="%(prog)s %(version)s")
def mlspec() -> None:
    """Compiles the spec of a model into all that runs it.

    One YAML file says what a model is and what service it owes its users; from it come the Dockerfile, the server's
    entry point, Kubernetes manifests, Prometheus rules and the Argo CD Application. `mlspec init` begins.
    """


def main() -> None:
    """The console script. Whatever a command did not foresee is a bug of ours: status 3 and a report to send."""
    _show_any_character()
    try:
        status = mlspec.main(prog_name="mlspec", standalone_mode=False, color=_colour())
    except click.ClickException as error:
        _explain(error)
        status = ExitCode.ERROR
    except (click.Abort, KeyboardInterrupt):
        from mlspec.cli._left import interrupted

        click.echo(interrupted(), err=True)
        status = _INTERRUPTED
    except OSError as error:
        from mlspec.tree.errors import in_words

        click.echo(f"error: {in_words(error)}", err=True)
        status = ExitCode.ERROR
    except Exception as bug:  # noqa: BLE001 - no traceback ever reaches a user
        from mlspec.cli._bug import report_bug

        report_bug(bug)
        status = ExitCode.BUG
    sys.exit(status)


def _explain(error: click.ClickException) -> None:
    if isinstance(error, click.UsageError):
        from mlspec.cli._usage import usage_lines

        for line in usage_lines(error):
            click.echo(line, err=True)
    else:
        click.echo(f"error: {error.format_message()}", err=True)


def _colour() -> bool | None:
    """False where the user wants none (no-color.org) or the terminal knows none; else click asks each stream."""
    return False if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb" else None


def _show_any_character() -> None:
    """A line of a spec may hold what the terminal's encoding does not, and so may the frame around it."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper) and stream.encoding.lower() != "utf-8":
            from mlspec.cli._plain import NAME, register

            register()
            stream.reconfigure(errors=NAME)
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


if __name__ == "__main__":
    main()
