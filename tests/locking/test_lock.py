"""`mlspec lock` over a real index and a real registry: what it writes, what stays, what it says when it cannot."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.registry.server import Registry, serving

from .conftest import Workspace
from .index import LINUX, Index, Release


def _pins(lock: str) -> list[str]:
    """Without hashes."""
    return re.findall(r"^      (\S+==[^\\\n]+?) \\$", lock, re.MULTILINE)


def test_everything_is_pinned(workspace: Workspace, index: Index) -> None:
    done = workspace.run("lock")
    assert done.exit_code == 1, done.output
    assert re.search(r"^churn +locked +\d+ distributions, base image pinned$", done.stdout, re.MULTILINE)
    assert f"digest: {workspace.base}" in workspace.lock
    assert "scorer==1.0" in _pins(workspace.lock)
    assert "cards==7.0 ; platform_machine == 'x86_64'" in _pins(workspace.lock), "arm64 has no such wheel"
    for hashed in index.hashes("scorer", "1.0"):
        assert f"--hash={hashed}" in workspace.lock
    assert index.url not in workspace.lock, "where the index is belongs to a machine"


def test_compile_builds_from_the_lock(workspace: Workspace) -> None:
    assert workspace.run("lock").exit_code == 1
    done = workspace.run("compile")
    assert done.exit_code == 1, done.output
    image = workspace.root / "generated/images/churn"
    dockerfile = (image / "Dockerfile").read_text()
    assert f"FROM {workspace.registry.name}/python:3.13-slim@{workspace.base} AS base" in dockerfile
    assert "--require-hashes" in dockerfile
    installed = (image / "requirements.txt").read_text()
    assert installed.splitlines()[1:] == [line[6:] for line in workspace.lock.splitlines() if line.startswith("      ")]
    assert workspace.run("compile").exit_code == 0


def test_what_fits_is_asked_for_no_more(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    assert workspace.run("lock").exit_code == 1
    before = workspace.lock
    monkeypatch.setenv("UV_DEFAULT_INDEX", "https://nowhere.invalid/simple")
    workspace.registry.push("python", "3.13-slim", '{"newer": true}')
    done = workspace.run("lock")
    assert (done.exit_code, workspace.lock) == (0, before), done.output
    assert workspace.run("lock", "--check").exit_code == 0


def test_a_change_keeps_the_other_pins(workspace: Workspace, index: Index) -> None:
    workspace.write("requirements: [scorer]")
    assert workspace.run("lock").exit_code == 1
    index.add(Release("scorer", "2.0", (), LINUX), Release("cards", "8.0", (), LINUX[:1]), Release("extra", "1.0"))
    workspace.write("requirements: [scorer, extra]")
    assert workspace.run("lock").exit_code == 1
    assert {"scorer==1.0", "extra==1.0"} < set(_pins(workspace.lock))
    assert "cards==7.0 ; platform_machine == 'x86_64'" in _pins(workspace.lock)


def test_an_upgrade_is_of_what_it_names(workspace: Workspace, index: Index) -> None:
    workspace.write("requirements: [scorer]")
    assert workspace.run("lock").exit_code == 1
    index.add(Release("scorer", "1.1", ("cards",), LINUX), Release("cards", "8.0", (), LINUX))
    moved = workspace.registry.push("python", "3.13-slim", '{"newer": 2}')
    assert workspace.run("lock", "churn", "--upgrade", "cards").exit_code == 1
    assert "scorer==1.0" in _pins(workspace.lock)
    assert "cards==8.0 ; platform_machine == 'x86_64'" in _pins(workspace.lock)
    assert moved not in workspace.lock
    assert workspace.run("lock", "--upgrade").exit_code == 1
    assert {"scorer==1.1", "cards==8.0"} < set(_pins(workspace.lock)), "arm64 has it now, too"
    assert moved in workspace.lock


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--upgrade", "scorrer"], "no lock pins scorrer: did you mean scorer?"),
        (["--upgrade", "churn"], "`mlspec lock churn --upgrade` upgrades all that it has pinned"),
        (["chrun"], "there is no model `chrun`; did you mean `churn`?"),
    ],
)
def test_a_name_that_is_none(workspace: Workspace, arguments: list[str], said: str) -> None:
    assert workspace.run("lock").exit_code == 1
    done = workspace.run("lock", *arguments)
    assert done.exit_code != 0
    assert said in done.stderr


@pytest.mark.parametrize(
    ("build", "said", "underlined"),
    [
        ("requirements: [scorer==9.0]", "there is no version of scorer==9.0", "scorer==9.0"),
        ("requirements: [skorer==1.0]", "skorer was not found", "skorer==1.0"),
        ("requirements: [scorer==1.0, clash==1.0]", "clash depend on numpy<1", "clash==1.0"),
    ],
)
def test_what_nothing_meets_is_shown_where_it_is_asked_for(
    workspace: Workspace, index: Index, build: str, said: str, underlined: str
) -> None:
    index.add(Release("clash", "1.0", ("numpy<1",)))
    workspace.write(build)
    done = workspace.run("lock")
    assert done.exit_code == 2, done.output
    assert "error[MLS444]" in done.stderr
    assert said in done.stderr
    column = workspace.spec.read_text().splitlines()[10].index(underlined) + 1
    assert f"specs/churn/model.yaml:11:{column}" in done.stderr, done.stderr
    assert not (workspace.root / "specs/churn/model.lock").exists()


def test_an_index_out_of_reach_is_said_to_be_that(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UV_DEFAULT_INDEX", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("UV_HTTP_RETRIES", "0")
    done = workspace.run("lock")
    assert done.exit_code == 2
    assert "the package index cannot be reached (http://127.0.0.1:9/simple/" in done.stderr
    assert "= help: run it again where it can be reached, or name another index" in done.stderr


class _Locked(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(401)
        self.send_header("WWW-Authenticate", 'Basic realm="index"')
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nothing on the tests' terminal."""


def test_an_index_that_refuses_is_said_to_and_no_password_is_shown(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Locked) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("UV_DEFAULT_INDEX", f"http://bob:hunter2@127.0.0.1:{server.server_port}/simple")
        done = workspace.run("lock")
        server.shutdown()
    assert done.exit_code == 2
    assert f"the package index refuses (http://127.0.0.1:{server.server_port}/simple): 401 Unauthorized" in done.stderr
    assert "= help: log in" in done.stderr
    assert "hunter2" not in done.output


def test_an_archive_of_this_machine_is_nobody_elses(workspace: Workspace, tmp_path: Path) -> None:
    workspace.write(f"requirements: ['scorer @ {(tmp_path / 'index').as_uri()}/simple/scorer/x-1-py3-none-any.whl']")
    done = workspace.run("lock")
    assert done.exit_code == 2
    assert "MLS444" in done.stderr


@pytest.fixture
def lost(require_tool: object) -> Iterator[Registry]:
    assert callable(require_tool)
    with serving(require_tool("docker-registry")) as registry:
        yield registry


def test_a_base_out_of_reach_is_left_unpinned_and_said_so(workspace: Workspace, lost: Registry) -> None:
    lost.push("python", "3.13-slim")
    lost.stop()
    text = workspace.spec.read_text().replace(workspace.registry.name, lost.name)
    workspace.spec.write_text(text)
    done = workspace.run("lock")
    assert done.exit_code == 1
    assert f"{lost.name}/python:3.13-slim is not pinned: {lost.name} cannot be reached" in done.stderr
    assert "digest: unpinned  # its registry could not be asked" in workspace.lock
    assert "base image not pinned" in done.stdout
    check = workspace.run("lock", "--check")
    assert check.exit_code == 1
    assert "is not pinned: mlspec lock churn" in check.stderr
    assert workspace.run("compile").exit_code == 1
    assert "@sha256" not in (workspace.root / "generated/images/churn/Dockerfile").read_text()


def test_a_base_that_is_not_there_is_an_error(workspace: Workspace) -> None:
    workspace.spec.write_text(workspace.spec.read_text().replace("3.13-slim", "3.13-slimm"))
    done = workspace.run("lock")
    assert done.exit_code == 2
    assert "error[MLS447]" in done.stderr


def test_a_base_of_ones_own_has_an_unknown_python(workspace: Workspace) -> None:
    workspace.spec.write_text(workspace.spec.read_text().replace("    python: '3.13'\n", ""))
    done = workspace.run("lock")
    assert done.exit_code == 2
    assert "error[MLS445]" in done.stderr


def test_a_stale_lock_is_told_by_compile_and_mended_by_lock(workspace: Workspace, index: Index) -> None:
    assert workspace.run("lock").exit_code == 1
    index.add(Release("extra", "1.0"))
    workspace.write("requirements: [scorer==1.0, extra==1.0]")
    done = workspace.run("compile")
    assert done.exit_code == 2
    assert "`build.requirements` was nothing when it was written, and is extra==1.0" in done.stderr
    assert "run `mlspec lock churn`" in done.stderr
    assert workspace.run("lock", "--check").exit_code == 1
    assert workspace.run("lock").exit_code == 1
    assert workspace.run("compile").exit_code == 1


@pytest.mark.parametrize("broken", ["<<<<<<< HEAD\n", "--index-url https://evil.example.com\n", "images: {}\n"])
def test_a_lock_that_somebody_broke_is_written_anew(workspace: Workspace, broken: str) -> None:
    assert workspace.run("lock").exit_code == 1
    whole, file = workspace.lock, workspace.root / "specs/churn/model.lock"
    file.write_text(whole.replace("    distributions: |\n", f"    distributions: |\n      {broken}"))
    done = workspace.run("compile")
    assert (done.exit_code, "error[MLS440]" in done.stderr) == (2, True), done.output
    assert workspace.run("lock").exit_code == 1
    assert workspace.lock == whole


def test_a_file_of_two_models_has_two_locks(workspace: Workspace) -> None:
    text = workspace.spec.read_text()
    workspace.spec.write_text(f"{text}---\n{text.replace('churn', 'abide')}")
    assert workspace.run("lock", "churn").exit_code == 1
    assert re.findall(r"^  name: (.+)$", workspace.lock, re.MULTILINE) == ["churn"]
    assert workspace.run("lock", "abide").exit_code == 1
    assert re.findall(r"^  name: (.+)$", workspace.lock, re.MULTILINE) == ["abide", "churn"]
    assert workspace.run("lock").exit_code == 0
    assert workspace.run("compile").exit_code == 1


def test_a_spec_with_an_error_is_not_locked(workspace: Workspace) -> None:
    workspace.write("requirements: ['--index-url https://example.com']")
    done = workspace.run("lock")
    assert done.exit_code != 0
    assert "mend the specs first; nothing was written" in done.output
    assert not (workspace.root / "specs/churn/model.lock").exists()
