"""Command lines with what each is for in; what stands below a command's options out."""

from __future__ import annotations

_AS_WRITTEN = "\b"
"""Before a paragraph that click is not to fill."""


def examples(lines: dict[str, str]) -> str:
    """`Examples:` with a line for each."""
    width = max((len(line) for line, meant in lines.items() if meant), default=0)
    rows = [f"  {line:<{width}}   {meant}".rstrip() for line, meant in lines.items()]
    return "\n".join([_AS_WRITTEN, "Examples:", *rows])
