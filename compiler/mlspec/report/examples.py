"""A code's identifier in; the examples that explain it out, from its file in `explanations/`.

A file has words where the code's own are not all, then `## Wrong` and `## Right`, each with fenced blocks. A block of
a file begins with a comment, `# <path>`, where need be with `(<n> MiB)`; another is what somebody types. What *Right*
does not show stays as it is in *Wrong*.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib.resources import files

_BLOCK = re.compile(r"^```(?P<language>\w+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
_PARTS = re.compile(r"(?P<about>.*?)## Wrong\n(?P<wrong>.*)\n## Right\n(?P<right>.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Block:
    """Some lines of a file, or of a terminal where `language` is `console`; `text` ends with a line feed."""

    language: str
    text: str

    @property
    def file(self) -> str | None:
        """The path that the first line names; None of a terminal."""
        return None if self.language == "console" else self.text.split(maxsplit=2)[1]


@dataclass(frozen=True, slots=True)
class Examples:
    """What a finding is about, and how it goes away; `about` says what its code leaves out, mostly nothing."""

    about: str
    wrong: tuple[Block, ...]
    right: tuple[Block, ...]

    @property
    def rest_stays(self) -> bool:
        """Whether a file is in the wrong example alone, and stays as it is."""
        right = {block.file for block in self.right}
        return any(right) and any(block.file not in right for block in self.wrong if block.file)


def examples(identifier: str) -> Examples:
    """The examples of a code; FileNotFoundError where it has none, ValueError where their file has another form."""
    text = (files("mlspec") / "explanations" / f"{identifier}.md").read_text(encoding="utf-8")
    parts = _PARTS.fullmatch(text)
    if not parts:
        raise ValueError(f"the explanation of {identifier} is not made of Wrong and Right")
    return Examples(parts["about"].strip(), _blocks(parts["wrong"]), _blocks(parts["right"]))


def _blocks(text: str) -> tuple[Block, ...]:
    return tuple(Block(each["language"], each["text"]) for each in _BLOCK.finditer(text))
