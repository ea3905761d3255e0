"""`mlspec report` writes a page where it is told to, and never onto a terminal."""

from __future__ import annotations

from pathlib import Path

from .running import mlspec
from .test_terminal import on_a_terminal


def test_the_page_goes_to_standard_output(compiled: Path) -> None:
    finished = mlspec(compiled, "report")
    assert (finished.status, finished.stderr) == (0, "")
    assert finished.stdout.startswith("<!doctype html>\n")
    assert '<article id="churn_prod"' in finished.stdout


def test_or_to_a_file(compiled: Path, tmp_path: Path) -> None:
    finished = mlspec(tmp_path, "report", "-C", str(compiled), "-o", "public/index.html")
    assert (finished.status, finished.stdout) == (0, "")
    assert finished.stderr == f"public/index.html: {(tmp_path / 'public/index.html').stat().st_size / 1000:,.0f} kB\n"
    assert (tmp_path / "public/index.html").read_text(encoding="utf-8") == mlspec(compiled, "report").stdout


def test_a_terminal_is_no_browser(compiled: Path) -> None:
    shown = on_a_terminal(compiled, ["mlspec", "report"])
    assert "give it a file with `-o report.html`" in shown
    assert "<html" not in shown


def test_specs_that_do_not_compile(workspace: Path) -> None:
    path = workspace / "specs/churn/model.yaml"
    path.write_text(path.read_text().replace("kind: Model", "kind: Modell"))
    finished = mlspec(workspace, "report", "-o", "report.html")
    assert finished.status == 2
    assert finished.stdout == ""
    assert "error[MLS" in finished.stderr
    assert finished.stderr.endswith("mend the specs first; there is no page\n")
    assert not (workspace / "report.html").exists()
