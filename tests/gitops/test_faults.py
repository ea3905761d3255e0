"""Whatever is wrong with a repository has an end in plain words, and nothing has changed."""

from __future__ import annotations

import http.server
import os
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from mlspec.gitops.errors import redacted
from mlspec.gitops.git import GitError
from mlspec.gitops.publish import Options, publish
from mlspec.gitops.pull_request import how_to_open

from .servers import ORIGIN, WHO, Server, bare, publication


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Server:
    for name, value in WHO.items():
        monkeypatch.setenv(name, value)
    return bare(tmp_path / "ops.git")


def send(url: str, root: Path) -> None:
    publish(publication(url, root, "team", {"prod/churn": "1.0.0"}), root, ORIGIN, Options())


def test_a_hook_that_refuses_is_quoted(server: Server, tmp_path: Path) -> None:
    hook = server.folder / "hooks/pre-receive"
    hook.write_text("#!/bin/sh\necho 'main is protected: open a pull request' >&2\nexit 1\n")
    hook.chmod(0o755)
    with pytest.raises(GitError, match="does not take a push to main: main is protected: open a pull request"):
        send(server.url, tmp_path)


def test_a_branch_that_is_not_there(server: Server, tmp_path: Path) -> None:
    send(server.url, tmp_path)
    server.git("branch", "--move", "main", "trunk")
    with pytest.raises(GitError, match="has no branch main; it has: trunk"):
        send(server.url, tmp_path)


def test_no_repository_at_all(tmp_path: Path) -> None:
    with pytest.raises(GitError, match="there is no such repository"):
        send((tmp_path / "nothing.git").as_uri(), tmp_path)


def test_nobody_answers(tmp_path: Path) -> None:
    with pytest.raises(GitError, match="nobody answers there"):
        send("git://127.0.0.1:1/ops.git", tmp_path)


def test_nobody_knows_who_commits(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in WHO:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("EMAIL", "")
    monkeypatch.setenv("GIT_CONFIG_COUNT", "0")
    (tmp_path / ".gitconfig").write_text("[user]\n\tuseConfigOnly = true\n")
    with pytest.raises(GitError, match="git does not know who commits"):
        send(server.url, tmp_path)


class _Locked(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(401)
        self.send_header("WWW-Authenticate", 'Basic realm="git"')
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@pytest.fixture
def locked() -> Iterator[int]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Locked)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join()
    server.server_close()


def test_wrong_credentials_ask_nobody_and_show_no_password(locked: int, tmp_path: Path) -> None:
    with pytest.raises(GitError, match="it wants other credentials") as raised:
        send(f"http://bot:hunter2@127.0.0.1:{locked}/ops.git", tmp_path)
    assert "hunter2" not in str(raised.value)


def _moved(folder: Path) -> type[http.server.BaseHTTPRequestHandler]:
    """Git's own server of HTTP for what lies in a folder, and a forward from /old to it, as of a renamed repository."""

    class Moved(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path.startswith("/old/"):
                self.send_response(301)
                self.send_header("Location", self.path.removeprefix("/old"))
                self.end_headers()
                return
            path, _, query = self.path.partition("?")
            told = {"GIT_PROJECT_ROOT": str(folder), "GIT_HTTP_EXPORT_ALL": "1", "REMOTE_USER": "a", "PATH_INFO": path}
            told |= {
                "QUERY_STRING": query,
                "REQUEST_METHOD": self.command,
                "CONTENT_TYPE": self.headers.get_content_type(),
            }
            told |= {"HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", "")}
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            ran = subprocess.run(
                ["git", "http-backend"], input=body, env={**os.environ, **told}, capture_output=True, check=True
            )
            head, _, content = ran.stdout.partition(b"\r\n\r\n")
            headers = dict(line.split(": ", 1) for line in head.decode().splitlines())
            self.send_response(int(headers.pop("Status", "200").split()[0]))
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        def do_POST(self) -> None:
            self.do_GET()

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    return Moved


def test_a_repository_that_moved_is_followed(server: Server, tmp_path: Path) -> None:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _moved(tmp_path)) as moved:
        threading.Thread(target=moved.serve_forever, daemon=True).start()
        send(f"http://127.0.0.1:{moved.server_port}/old/ops.git", tmp_path)
        with pytest.raises(GitError, match="there is no such repository"):
            send(f"http://127.0.0.1:{moved.server_port}/old/gone.git", tmp_path)
        moved.shutdown()
    assert "generated/prod/churn/deployment.yaml" in server.files()


def _overtaken(folder: Path, words: bytes) -> type[http.server.BaseHTTPRequestHandler]:
    """The same, but the first push is answered as git does where another push came first (gitprotocol-pack(5))."""
    left = [words]

    def line(content: bytes) -> bytes:
        return b"%04x" % (len(content) + 4) + content

    class Overtaken(_moved(folder)):  # type: ignore[misc]
        def do_POST(self) -> None:  # noqa: N802 - the base class's name
            if not self.path.endswith("/git-receive-pack") or not left:
                super().do_POST()
                return
            self.rfile.read(int(self.headers["Content-Length"]))
            report = line(b"unpack ok\n") + line(b"ng refs/heads/main %s\n" % left.pop()) + b"0000"
            self.send_response(200)
            self.send_header("Content-Type", "application/x-git-receive-pack-result")
            self.end_headers()
            self.wfile.write(line(b"\1" + report) + b"0000")

    return Overtaken


@pytest.mark.parametrize(
    "words",
    [
        b"failed to update ref",
        b"incorrect old value provided",
        b"reference already exists",
        b"reference does not exist",
    ],
)
def test_another_push_that_came_first_is_no_end_in_any_gits_words(words: bytes, server: Server, tmp_path: Path) -> None:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _overtaken(tmp_path, words)) as overtaken:
        threading.Thread(target=overtaken.serve_forever, daemon=True).start()
        send(f"http://127.0.0.1:{overtaken.server_port}/ops.git", tmp_path)
        overtaken.shutdown()
    assert "generated/prod/churn/deployment.yaml" in server.files()


def test_a_damaged_record_is_named(server: Server, tmp_path: Path) -> None:
    send(server.url, tmp_path)
    server.commit(**{"generated__.published__team-x.json": "{"})
    with pytest.raises(GitError, match=r"generated/.published/team-x.json in .* is damaged"):
        send(server.url, tmp_path)


@pytest.mark.parametrize(
    ("repo", "expected"),
    [
        ("https://github.com/acme/ops.git", "https://github.com/acme/ops/compare/main...mlspec/publish-1?expand=1"),
        ("git@github.com:acme/ops.git", "https://github.com/acme/ops/compare/main...mlspec/publish-1?expand=1"),
        (
            "ssh://git@gitlab.example.com:2222/acme/ml/ops.git",
            "https://gitlab.example.com/acme/ml/ops/-/merge_requests/new?merge_request%5Bsource_branch%5D="
            "mlspec%2Fpublish-1&merge_request%5Btarget_branch%5D=main",
        ),
        (
            "https://u:p@bitbucket.org/acme/ops",
            "https://bitbucket.org/acme/ops/pull-requests/new?source=mlspec%2Fpublish-1&dest=main",
        ),
        (
            "ssh://git@bitbucket.acme.example:7999/ml/ops.git",
            "https://bitbucket.acme.example/projects/ml/repos/ops/pull-requests?create"
            "&sourceBranch=refs%2Fheads%2Fmlspec%2Fpublish-1&targetBranch=refs%2Fheads%2Fmain",
        ),
        ("http://gitea.local:3000/acme/ops.git", "http://gitea.local:3000/acme/ops/compare/main...mlspec/publish-1"),
        ("https://codeberg.org/acme/ops", "https://codeberg.org/acme/ops/compare/main...mlspec/publish-1"),
        ("https://git.example.com/ops", "open a pull request from mlspec/publish-1 into main there"),
    ],
)
def test_where_a_pull_request_is_opened(repo: str, expected: str) -> None:
    assert how_to_open(repo, "main", "mlspec/publish-1", []) == expected


def test_the_servers_own_link_is_better() -> None:
    said = ["Create a new pull request:", "  https://git.example.com/ops/pulls/new/x"]
    assert how_to_open("https://git.example.com/ops", "main", "x", said) == "https://git.example.com/ops/pulls/new/x"


def test_passwords_are_never_shown() -> None:
    assert redacted("https://a:b@h/x ssh://git@h/y") == "https://…@h/x ssh://…@h/y"
