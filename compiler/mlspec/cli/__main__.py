"""`mlspec …`: finds the command's module by its name and runs it; nothing else is imported before it is needed."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

import click

from mlspec.diagnostics import ExitCode


class Commands(click.Group):
    """One file for each command in this folder; what begins with an underscore is none."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's own signature
        return sorted(file.stem for file in Path(__file__).parent.glob("[a-z]*.py"))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.list_commands(ctx):
            return None
        command: click.Command = import_module(f"mlspec.cli.{cmd_name}").command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            from mlspec.source.suggestion import did_you_mean

            near = did_you_mean(args[0], self.list_commands(ctx))
            if near is None:
                raise
            raise click.UsageError(f"{error.message} Did you mean `mlspec {near}`?", ctx) from None


@click.command(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="mlspec", message="%(prog)s %(version)s")
def mlspec() -> None:
    """Compiles the spec of a model into all that runs it.

    One YAML file says what a model is and what service it owes its users; from it come the Dockerfile, the server's
    entry point, Kubernetes manifests, Prometheus rules and the Argo CD Application.
    """


def main() -> None:
    """The console script. Whatever a command did not foresee is a bug of ours: status 3 and a report to send."""
    try:
        mlspec.main(prog_name="mlspec")
    except Exception as bug:  # noqa: BLE001 - no traceback ever reaches a user
        from mlspec.cli._bug import report_bug

        report_bug(bug)
        sys.exit(ExitCode.BUG)


if __name__ == "__main__":
    main()
