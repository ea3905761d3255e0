"""A guide in Markdown -> its files and commands in order, each command with the output that it shows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_BLOCK = re.compile(r"^```(console|python|yaml)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_PROMPT = "$ "
_ANYTHING = "…"


@dataclass(frozen=True)
class Write:
    """A block that begins with the name of its file in a comment."""

    path: str
    text: str


@dataclass(frozen=True)
class Command:
    """`shown` is what it prints; `…` stands for anything."""

    line: str
    shown: str

    def fits(self, output: str) -> bool:
        pattern = "(?s:.*?)".join(map(re.escape, self.shown.rstrip("\n").split(_ANYTHING)))
        return re.fullmatch(pattern, output.rstrip("\n")) is not None


def steps(guide: Path) -> Iterator[Write | Command]:
    """Blocks of `console`, and files; others are only read."""
    for block in _BLOCK.finditer(guide.read_text(encoding="utf-8")):
        kind, text = block.groups()
        if kind == "console":
            for each in re.split(rf"^{re.escape(_PROMPT)}", text, flags=re.MULTILINE)[1:]:
                line, _, shown = each.partition("\n")
                yield Command(line, shown)
        elif name := re.match(r"# (\S+\.\w+)\n", text):
            yield Write(name[1], text)
