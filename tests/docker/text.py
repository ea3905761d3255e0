"""Texts that mean something in a file which an image's plan ends up in."""

from __future__ import annotations

from hypothesis import strategies as st

MEANINGFUL = (
    '"', "'", "\\", "\n", "\r", "\x85", "\u2028", "\u2029", "\x0b", "\x00", "$", "${HOME}", "$(id)", "`id`", "{{ x }}",
    "{% raw %}", "{#", "#", "=", "coding: latin-1", "escape=`", "syntax=x", "<<EOF", "\nRUN id\n", '"""', "\\\n", " ",
    "\u202e", "é", "\ud800", "-", "--index-url x", ";", "&&", "ONBUILD ",
)  # fmt: skip

free_text = st.lists(st.sampled_from(MEANINGFUL) | st.text(max_size=5), max_size=6).map("".join)
