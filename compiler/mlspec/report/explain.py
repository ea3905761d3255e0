"""A diagnostic code in; the page that explains it out, as a terminal shows it or as Markdown."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from mlspec.codes import Code

from .examples import Block, examples
from .terminal import Style, paint, visible

_WIDTH = 100


def explain(code: Code, width: int = _WIDTH, colour: bool = False) -> str:
    """What a code means, why it is a finding, how it looks, and what to do about it; ends with a line feed."""
    shown = examples(code.id)
    title, *rest = _filled(f"{code.id} {code.name}: {code.title}", width).split("\n")
    why = f"{code.reason} {shown.about}".rstrip()
    paragraphs = [
        "\n".join(paint(line, Style.STRONG, colour) for line in (title, *rest)),
        _filled(why, width),
        paint("Wrong:", Style.ERROR, colour),
        *(_indented(block, colour) for block in shown.wrong),
        paint(f"Right{', the rest as above' if shown.rest_stays else ''}:", Style.STRONG, colour),
        *(_indented(block, colour) for block in shown.right),
        _filled(f"What to do: {code.remedy}", width),
        _filled(f"May be ignored: {_ignored(code)}", width),
    ]
    return "\n\n".join(paragraphs) + "\n"


def markdown(code: Code) -> str:
    """The same below a heading, which is somebody else's to write; ends without a line feed."""
    shown = examples(code.id)
    parts = (
        f"{code.reason} {shown.about}".rstrip(),
        "**Wrong**",
        *map(_fenced, shown.wrong),
        "**Right**, the rest as above" if shown.rest_stays else "**Right**",
        *map(_fenced, shown.right),
        f"**What to do**: {code.remedy}.",
        f"**May be ignored**: {_ignored(code)}.",
    )
    return "\n\n".join(parts)


def _ignored(code: Code) -> str:
    """Whether, and how or why not."""
    how = f", by `# mlspec: ignore {code.id} because …` on its line or alone above it"
    return code.ignorable + ("" if code.ignorable.startswith("no") else how)


def _fenced(block: Block) -> str:
    return f"```{block.language}\n{block.text}```"


def _filled(text: str, width: int) -> str:
    return textwrap.fill(text, min(width, _WIDTH), break_on_hyphens=False, break_long_words=False)


def _indented(block: Block, colour: bool) -> str:
    """Never wrapped: a line of YAML, or a command, that is broken is another one."""
    return "\n".join(f"    {line}" if line else "" for line in _lines(block, colour))


def _lines(block: Block, colour: bool) -> Iterator[str]:
    for number, line in enumerate(block.text.splitlines()):
        names_file = number == 0 and block.language != "console"
        yield paint(visible(line), Style.FRAME, colour) if names_file else visible(line)
