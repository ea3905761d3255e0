"""A workspace's files reach a real repository, whole, alone, and whoever else pushes there."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from mlspec.gitops.git import GitError
from mlspec.gitops.publish import Options, Published, publish

from .servers import ORIGIN, WHO, Server, bare, daemon, publication

MODELS = "https://git.example.com/acme/models"


@pytest.fixture(autouse=True)
def who(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in WHO.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def server(tmp_path: Path) -> Server:
    return bare(tmp_path / "ops.git")


def send(server: Server, versions: dict[str, str], content: str = "", **options: bool) -> Published:
    root = server.folder.parent
    made = publication(server.url, root, MODELS, versions, content)
    return publish(made, root, ORIGIN, Options(**options))


def test_first_again_and_changed(server: Server) -> None:
    first = send(server, {"prod/churn": "1.0.0"})
    assert first.changes == ["churn 1.0.0 in prod (new)", "environment prod"]
    assert server.git("rev-parse", "main").strip() == first.commit
    assert send(server, {"prod/churn": "1.0.0"}).branch == ""
    assert server.git("rev-parse", "main").strip() == first.commit
    second = send(server, {"prod/churn": "1.1.0"})
    assert second.changes == ["churn 1.0.0 -> 1.1.0 in prod"]
    said = server.git("log", "-1", "--format=%B%(trailers:key=Source-Commit,valueonly)", "main")
    assert said.splitlines()[0] == "Publish churn 1.0.0 -> 1.1.0 in prod"
    assert said.rstrip().endswith("c" * 40)
    assert server.files()["generated/prod/churn/deployment.yaml"] == "prod/churn 1.1.0 \n"


def test_what_goes_is_removed_and_an_environment_is_not_emptied_unasked(server: Server) -> None:
    send(server, {"prod/churn": "1.0.0", "prod/fraud": "2.0.0"})
    assert server.git("log", "-1", "--format=%s", "main") == "Publish 2 models in prod\n"
    gone = send(server, {"prod/churn": "1.0.0"})
    assert gone.changes == ["fraud removed from prod"]
    assert not any("fraud" in path for path in server.files())
    with pytest.raises(GitError, match=r"prod would lose the last model .* --allow-empty"):
        send(server, {})
    send(server, {}, allow_empty=True)
    assert not any("churn" in path for path in server.files())


def test_files_of_others_are_never_touched(server: Server, tmp_path: Path) -> None:
    send(server, {"prod/churn": "1.0.0"})
    server.commit(README__md="theirs", generated__prod__theirs__a="theirs")
    publish(publication(server.url, tmp_path, "other", {"prod/fraud": "1"}), tmp_path, ORIGIN, Options())
    send(server, {"prod/churn": "2.0.0"})
    files = server.files()
    assert files["README/md"] == "theirs"
    assert files["generated/prod/theirs/a"] == "theirs"
    assert files["generated/prod/fraud/deployment.yaml"] == "prod/fraud 1 \n"
    # Both publish models to prod: what belongs to prod itself stays while one of them is left.
    send(server, {}, allow_empty=True)
    assert "argocd/prod.yaml" in server.files()


def test_a_model_has_one_publisher(server: Server, tmp_path: Path) -> None:
    send(server, {"prod/churn": "1.0.0"})
    with pytest.raises(GitError, match=f"prod/churn in .* is published by {MODELS}"):
        publish(publication(server.url, tmp_path, "other", {"prod/churn": "9"}), tmp_path, ORIGIN, Options())


def test_a_stranger_in_the_way_is_an_error(server: Server) -> None:
    send(server, {"prod/churn": "1.0.0"})
    server.commit(generated__prod__fraud__deployment_yaml="x", generated__prod__risk="x")
    with pytest.raises(GitError, match=r"generated/prod/risk .* was not written by mlspec"):
        send(server, {"prod/churn": "1.0.0", "prod/risk": "1.0.0"})


def test_what_was_edited_there_by_hand_is_told_and_put_back(server: Server) -> None:
    send(server, {"prod/churn": "1.0.0"})
    clone = server.folder.parent / "editor"
    subprocess.run(["git", "clone", "--quiet", server.url, clone], check=True)
    (clone / "generated/prod/churn/deployment.yaml").write_text("mine")
    subprocess.run(["git", "commit", "--quiet", "-am", "by hand"], cwd=clone, check=True)
    subprocess.run(["git", "push", "--quiet"], cwd=clone, check=True, capture_output=True)
    again = send(server, {"prod/churn": "1.0.0"})
    assert again.edited == ["generated/prod/churn/deployment.yaml"]
    assert server.files()["generated/prod/churn/deployment.yaml"] == "prod/churn 1.0.0 \n"


def test_a_dry_run_and_a_pull_request_leave_the_branch_alone(server: Server) -> None:
    send(server, {"prod/churn": "1.0.0"})
    before = server.git("rev-parse", "main")
    assert send(server, {"prod/churn": "2.0.0"}, dry_run=True).changes == ["churn 1.0.0 -> 2.0.0 in prod"]
    first = send(server, {"prod/churn": "2.0.0"}, pull_request=True)
    again = send(server, {"prod/churn": "2.0.0"}, pull_request=True)
    assert first.branch == again.branch
    assert server.git("rev-parse", "main") == before
    assert server.files(first.branch)["generated/prod/churn/deployment.yaml"] == "prod/churn 2.0.0 \n"


def test_ten_publishers_at_once_lose_nothing(tmp_path: Path) -> None:
    with daemon(tmp_path) as server:

        def one(number: int) -> Published:
            made = publication(server.url, tmp_path, f"team-{number}", {f"prod/model-{number}": "1.0.0"})
            return publish(made, tmp_path, ORIGIN, Options())

        with ThreadPoolExecutor(10) as pool:
            outcomes = list(pool.map(one, range(10)))
        assert max(outcome.attempts for outcome in outcomes) > 1, "nobody met anybody: the test is too slow"
        files = server.files()
        for number in range(10):
            assert f"generated/prod/model-{number}/deployment.yaml" in files
        records = [json.loads(text)["source"] for path, text in files.items() if "/.published/" in path]
        assert sorted(records) == [f"team-{number}" for number in range(10)]
        assert len(server.git("log", "--format=%H", "main").split()) == 10
        server.git("fsck", "--strict")


KILLED = """
import sys
from pathlib import Path
from tests.gitops.servers import ORIGIN, publication
from mlspec.gitops.publish import Options, publish
root = Path(sys.argv[2])
publish(publication(sys.argv[1], root, "team", {"prod/churn": "2.0.0"}), root, ORIGIN, Options())
"""
WRAPPER = """#!/bin/sh
echo >> "$CALLS"
if [ "$(wc -l < "$CALLS")" -eq "$KILL_AT" ]; then kill -9 "$PPID"; exit 1; fi
exec "$REAL_GIT" "$@"
"""


def test_a_publisher_killed_at_any_step_is_in_nobodys_way(server: Server, tmp_path: Path) -> None:
    publish(publication(server.url, tmp_path, "team", {"prod/churn": "1.0.0"}), tmp_path, ORIGIN, Options())
    wrapper = tmp_path / "bin/git"
    wrapper.parent.mkdir()
    wrapper.write_text(WRAPPER)
    wrapper.chmod(0o755)
    variables = {
        **os.environ,
        "REAL_GIT": str(shutil.which("git")),
        "PATH": f"{wrapper.parent}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
        "TMPDIR": str(tmp_path),
        "CALLS": str(tmp_path / "calls"),
    }
    statuses = []
    for number in range(1, 40, 2):
        (tmp_path / "calls").unlink(missing_ok=True)
        command = [sys.executable, "-c", KILLED, server.url, str(tmp_path)]
        environment = {**variables, "KILL_AT": str(number)}
        statuses.append(subprocess.run(command, check=False, capture_output=True, env=environment).returncode)
        content = server.files()["generated/prod/churn/deployment.yaml"]
        assert content in ("prod/churn 1.0.0 \n", "prod/churn 2.0.0 \n")
        if statuses[-1] == 0:
            break
    assert len(statuses) > 3
    assert statuses == [-9] * (len(statuses) - 1) + [0]
    server.git("fsck", "--strict")
    assert server.files()["generated/prod/churn/deployment.yaml"] == "prod/churn 2.0.0 \n"


def test_commits_are_signed_where_git_is_set_up_for_it(server: Server, tmp_path: Path) -> None:
    root = tmp_path / "workspace"
    root.mkdir()
    key = tmp_path / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
    subprocess.run(["git", "init", "--quiet", root], check=True)
    for name, value in {"gpg.format": "ssh", "user.signingkey": f"{key}.pub", "commit.gpgsign": "true"}.items():
        subprocess.run(["git", "config", name, value], cwd=root, check=True)
    publish(publication(server.url, root, MODELS, {"prod/churn": "1.0.0"}), root, ORIGIN, Options())
    allowed = tmp_path / "allowed"
    allowed.write_text(f"a@example.com {key.with_suffix('.pub').read_text()}")
    server.git("-c", f"gpg.ssh.allowedSignersFile={allowed}", "verify-commit", "main")
