"""The place of an error, told by prefixes that can be continued, is the one that Prometheus's own parser tells."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlspec.promql import PromqlError, parse

REFUSED = Path(__file__).with_name("refused.txt").read_text(encoding="utf-8").splitlines()
"""Each with `^` before the first wrong word, or at the end where something is missing."""


def _fault(text: str) -> PromqlError:
    with pytest.raises(PromqlError) as raised:
        parse(text)
    return raised.value


def _split(case: str) -> tuple[str, int]:
    start = case.index("^")
    return case[:start] + case[start + 1 :], start


@pytest.mark.parametrize("case", REFUSED)
def test_the_place_of_an_error(case: str) -> None:
    text, place = _split(case)
    fault = _fault(text)
    assert place == (fault.end if place == len(text) else fault.start)
    assert 0 <= fault.start < fault.end <= len(text)


def test_prometheus_says_the_same_place(require_tool: Callable[[str], str], tmp_path: Path) -> None:
    texts = [_split(case) for case in REFUSED]
    rules = [{"alert": "A", "expr": text, "labels": {"case": str(index)}} for index, (text, _) in enumerate(texts)]
    file = tmp_path / "rules.yaml"
    file.write_text(json.dumps({"groups": [{"name": "g", "rules": rules}]}), encoding="utf-8")
    done = subprocess.run(
        [require_tool("promtool"), "check", "rules", str(file)], capture_output=True, text=True, check=False
    )
    said = re.findall(r'rule (\d+), "A": could not parse expression: 1:(\d+)', done.stdout + done.stderr)
    places = {int(rule) - 1: int(column) - 1 for rule, column in said}
    differ = {text: places.get(index) for index, (text, place) in enumerate(texts) if places.get(index) != place}
    assert differ == {}


@pytest.mark.parametrize(
    ("text", "start", "says"),
    [
        ("", 0, "no expression"),
        ("  # nothing", 0, "no expression"),
        ("sum(rate(x)) / sum(rate(y[5m]))", 4, "expected type matrix"),
        ("x / round(y, 'a')", 4, "expected type scalar"),
        ('sum(x{a=~"("})', 5, "illegal regex"),
        ('x{a="1" or b="2"}', 8, "or"),
        ("up > 0 and limitk(2, x) > 1", 11, "experimental"),
        ("rate(x[5])", 7, "unit"),
        ("rate(x[ 5 ])", 8, "unit"),
        ("(" * 65 + "x" + ")" * 65, 64, "64 brackets"),
        ("x" + " + x" * 600, 2000, "1000 words"),
    ],
)
def test_what_is_no_matter_of_grammar(text: str, start: int, says: str) -> None:
    fault = _fault(text)
    assert (fault.start, says in fault.message) == (start, True), fault.message


@given(
    st.text(max_size=60) | st.lists(st.sampled_from(re.findall(r"\S+", " ".join(REFUSED))), max_size=12).map(" ".join)
)
def test_any_text_parses_or_has_a_fault_within_it(text: str) -> None:
    try:
        parse(text)
    except PromqlError as raised:
        fault = raised
    else:
        return
    assert 0 <= fault.start <= fault.end <= len(text)
