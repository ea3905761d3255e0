"""What `mlspec compile --check` shows, to the letter."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from mlspec.artifacts.file import Copied, File
from mlspec.tree.compare import compare
from mlspec.tree.diff import diff

from .workspace import Owners, compiled, owned, put

PATH = "generated/prod/churn/deployment.yaml"
LINES = [f"line {number}" for number in range(1, 12)]
TEXT = "\n".join(LINES) + "\n"


def churn(content: str) -> Owners:
    return owned(prod__churn={"deployment.yaml": content})


def shown(root: Path, owners: Owners) -> str:
    return "\n".join(diff(compare(root, owners)))


def edit(content: str) -> Callable[[Path], object]:
    return lambda root: put(root, PATH, content)


def delete(root: Path) -> None:
    (root / PATH).unlink()


def link(root: Path) -> None:
    delete(root)
    (root / PATH).symlink_to("elsewhere")


@pytest.mark.parametrize(
    ("happens", "after", "text"),
    [
        (
            edit(TEXT.replace("line 6\n", "line six\n")),
            churn(TEXT),
            """was edited by hand
@@ -3,7 +3,7 @@
 line 3
 line 4
 line 5
-line six
+line 6
 line 7
 line 8
 line 9""",
        ),
        (
            edit(TEXT),
            churn(TEXT.replace("line 11", "line twelve")),
            "is stale\n@@ -8,4 +8,4 @@\n line 8\n line 9\n line 10\n-line 11\n+line twelve",
        ),
        (edit("a"), churn("a\n"), "was edited by hand\n@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+a"),
        (delete, churn("a\nb\n"), "was deleted by hand\n@@ -0,0 +1,2 @@\n+a\n+b"),
        (edit("a\n"), {}, "was edited by hand and should not exist\n@@ -1 +0,0 @@\n-a"),
        (
            edit("\x1b[31m\r\u202e\tx\x85y\n"),
            churn(""),
            "was edited by hand\n@@ -1 +0,0 @@\n-\\x1b[31m\\x0d\\u202e\tx\\x85y",
        ),
        (edit("a\0\n"), churn("a\n"), "was edited by hand\nbinary file differs"),
        (
            edit("a\n" * 6000),
            churn("a\n"),
            "was edited by hand\ntoo long to show: 6000 lines, and 1 as it should be",
        ),
        (edit("a" * 2_000_000), churn("a\n"), "was edited by hand\nlarge file differs"),
        (link, churn("a\n"), "was replaced by a symbolic link"),
    ],
)
def test_a_path_is_shown_with_what_happened_to_it(
    tmp_path: Path, happens: Callable[[Path], object], after: Owners, text: str
) -> None:
    compiled(tmp_path, churn(TEXT))
    happens(tmp_path)
    assert shown(tmp_path, after) == f"{PATH} {text}"


def test_an_orphan_should_not_exist(tmp_path: Path) -> None:
    compiled(tmp_path, churn("a\n"))
    assert shown(tmp_path, {}) == f"{PATH} should not exist\n@@ -1 +0,0 @@\n-a"


def test_bytes_that_are_no_text_are_named_and_not_shown(tmp_path: Path) -> None:
    (tmp_path / PATH).parent.mkdir(parents=True)
    compiled(tmp_path, {"prod/churn": [File(PATH, b"\xff\xfe")]})
    assert shown(tmp_path, {"prod/churn": [File(PATH, b"\xff\xff")]}) == f"{PATH} is stale\nbinary file differs"


def test_somebody_elses_file_is_named_and_not_shown(tmp_path: Path) -> None:
    put(tmp_path, PATH, "mine\n")
    assert shown(tmp_path, churn("a\n")).splitlines()[0] == (
        f"{PATH} was not written by mlspec and stands where it must write"
    )


def test_a_lost_index_is_named_and_not_shown(tmp_path: Path) -> None:
    compiled(tmp_path, churn("a\n"))
    (tmp_path / "generated/.mlspec/prod/churn.json").unlink()
    assert shown(tmp_path, churn("a\n")) == "generated/.mlspec/prod/churn.json is missing"


def test_a_copied_text_is_shown_from_its_source(tmp_path: Path) -> None:
    put(tmp_path, "specs/churn/handler.py", "a\nb\n")
    source = File("", b"a\nb\n")
    owners: Owners = {"images/churn": [Copied(PATH, "specs/churn/handler.py", source.sha256, 4)]}
    compiled(tmp_path, owners)
    put(tmp_path, PATH, "a\n")
    assert shown(tmp_path, owners) == f"{PATH} was edited by hand\n@@ -1 +1,2 @@\n a\n+b"


def test_a_copied_model_is_named_and_not_shown(tmp_path: Path) -> None:
    put(tmp_path, "model.onnx", "x" * 2_000_000)
    source = File("", b"x" * 2_000_000)
    owners: Owners = {"images/churn": [Copied(PATH, "model.onnx", source.sha256, 2_000_000)]}
    assert shown(tmp_path, owners).splitlines() == [f"{PATH} is missing"]
