"""Specs that somebody has hurt: cut, doubled, shifted, filled with what does not belong there, or no YAML at all."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.strategies.workspace import workspaces
from tests.strategies.yaml_text import styles

PIECES = (
    *("\t", "\r", "\n", "\0", "\x85", "\u2028", "\ufeff", ":", " :", "- ", "#", "&a ", "*a", "!!int ", "<<: ", "? "),
    *("{", "}", "[", "]", ",", "'", '"', "|", ">", "%", "@", "`", "---\n", "...\n", "null", "~", "{}", "[]", "-1"),
    *("9" * 400, "1e999", ".nan", "true", "2026-11-22", "spec:", "kind: Model", "  ", "\N{SNOWMAN}", "\ud7ff"),
)


@st.composite
def broken_texts(draw: st.DrawFn) -> bytes:
    """A valid file of one spec with a few changes of its text or its bytes."""
    workspace = draw(workspaces())
    texts = workspace.texts(draw(styles))
    text = texts[draw(st.sampled_from(sorted(workspace.documents)))].decode()
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.sampled_from([0, 0, 1, 2, 10, 80])))
        kept = text[start:end] * draw(st.integers(0, 2))
        text = text[:start] + kept + draw(st.sampled_from(("", *PIECES))) + text[end:]
    data = text.encode("utf-8", "surrogatepass")
    if draw(st.integers(0, 9)) == 0:
        at = draw(st.integers(0, len(data)))
        return data[:at] + draw(st.binary(min_size=1, max_size=4)) + data[at:]
    return data
