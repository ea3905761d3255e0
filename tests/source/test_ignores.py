"""Which comments set findings aside, and which lines they are about."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlspec.source.ignores import read_ignores
from mlspec.source.text import Text

COMMENT = "# mlspec: ignore MLS231 because it goes in March"


def lines(content: str) -> list[tuple[int, ...]]:
    return [ignore.lines for ignore in read_ignores(Text("a.yaml", content))[0]]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (f"a: 1  {COMMENT}\nb: 2\n", [(1,)]),
        (f"{COMMENT}\na: 1\n", [(1, 2)]),
        (f"a:\n  {COMMENT}\n\n  # why\n  b: 1\n", [(2, 5)]),
        (f"a: |  {COMMENT}\n  text\n", [(1,)]),
        (f"a: >-\t{COMMENT}\n  text\n", [(1,)]),
        (f"a: [1,  {COMMENT}\n  2]\n", [(1,)]),
        (f"a: 1\n{COMMENT}\n", [(2,)]),
        (f"a: 1  {COMMENT}\r\nb: 2  {COMMENT}\r\n", [(1,), (2,)]),
        (f'a: "x"  {COMMENT}\n', [(1,)]),
    ],
)
def test_a_comment_is_about_its_line_or_the_next(content: str, expected: list[tuple[int, ...]]) -> None:
    assert lines(content) == expected


@pytest.mark.parametrize(
    "content",
    [
        f"a: |\n  {COMMENT}\n",
        f"a: |  # a comment\n  {COMMENT}\n",
        f"a: >\n  text {COMMENT}\n",
        f'a: "x {COMMENT}"\n',
        f"a: 'x\n  {COMMENT}'\n",
        f"a: x{COMMENT}\n",
        "a: 1  # mlspec ignore MLS231 because of this\n",
        "a: 1  # mlspec: ignored MLS231 because of this\n",
    ],
)
def test_text_is_no_comment(content: str) -> None:
    assert lines(content) == []


def test_several_codes_and_the_reason() -> None:
    (ignore,) = read_ignores(Text("a.yaml", "a: 1  # mlspec: ignore MLS231, MLS208 because because\n"))[0]
    assert [(name.code, str(name.span)) for name in ignore.names] == [
        ("MLS231", "a.yaml:1:24"),
        ("MLS208", "a.yaml:1:32"),
    ]
    assert ignore.reason == "because"


def test_a_file_full_of_comments_takes_no_time_that_grows_with_its_square() -> None:
    assert len(lines(f"a: 1  {COMMENT}\n{COMMENT}\n" * 5_000)) == 10_000


@given(st.text(alphabet="ab:|>-\"'#{}[], \n\t", max_size=60))
def test_any_text_in_front_is_read_to_an_end(before: str) -> None:
    read_ignores(Text("a.yaml", f"{before}{COMMENT}\n"))
