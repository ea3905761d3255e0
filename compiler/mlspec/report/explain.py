"""A diagnostic code in; the page that explains it out."""

from __future__ import annotations

import textwrap

from mlspec.codes import Code

_WIDTH = 100


def explain(code: Code) -> str:
    """What a code means, why it is a finding, and what to do about it; ends with a line feed."""
    paragraphs = (f"{code.id} {code.name}: {code.title}", code.reason, f"What to do: {code.remedy}")
    return "\n\n".join(textwrap.fill(paragraph, _WIDTH, break_on_hyphens=False) for paragraph in paragraphs) + "\n"
