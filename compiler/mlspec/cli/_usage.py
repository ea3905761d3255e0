"""What is wrong with how a command was called in; the lines that say so and what was meant, out."""

from __future__ import annotations

import re
from collections.abc import Iterator

import click

from mlspec.source.suggestion import did_you_mean

_UNKNOWN_CHOICE = re.compile(r"'(?P<word>[^']*)' is not one of (?P<choices>.*)\.", re.DOTALL)


def usage_lines(error: click.UsageError) -> Iterator[str]:
    """How the command is called, where its help is, and the mistake."""
    if error.ctx is not None:
        yield error.ctx.get_usage()
        yield f"Try `{error.ctx.command_path} --help`."
        yield ""
    yield f"error: {_message(error)}"


def _message(error: click.UsageError) -> str:
    if isinstance(error, click.NoSuchOption):
        known = [name for each in error.ctx.command.params for name in each.opts] if error.ctx else []
        return f"there is no option {error.option_name}" + _meant(error.option_name, known)
    text = error.format_message()
    said = text[:1].lower() + text[1:].rstrip(".")
    found = _UNKNOWN_CHOICE.search(text)
    return said + _meant(found["word"], re.findall(r"'(.*?)'", found["choices"])) if found else said


def _meant(word: str, choices: list[str]) -> str:
    near = did_you_mean(word, choices)
    return f"; did you mean {near}?" if near else ""
