"""`mlspec lock` of models in stores: read once for their digest, by a real S3 server and a hub's HTTP interface."""

from __future__ import annotations

import hashlib
import random
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from mlspec.cli.__main__ import mlspec
from mlspec.locking.stores import Measured, Wanted, measure
from mlspec_runtime.digest import digest, folder_digest
from tests.fetch.s3 import S3
from tests.fetch.web import Site, serve

from .index import Index

_BASE = f"vllm/vllm-openai:v0.34.0@sha256:{'0' * 64}"
_SPEC = """\
apiVersion: mlspec.dev/v1
kind: Model
metadata: {{name: chat}}
spec:
  model: {{format: vllm, version: 1.0.0, uri: "{uri}"{more}}}
  build: {{baseImage: "{base}"}}
  resources: {{memory: 32Gi, accelerator: {{type: nvidia-l4}}}}
"""
_ENVIRONMENT = """\
apiVersion: mlspec.dev/v1
kind: Environment
metadata: {{name: prod}}
spec:
  gateway: {{name: public, namespace: gateway-system}}
  policy: {{requireDigest: true}}
  accelerators:
    nvidia-l4: {{resource: nvidia.com/gpu}}
  modelStores:
    - {{prefix: "{scheme}://", endpoint: "{endpoint}"{region}}}
"""
LARGE = random.Random(0).randbytes(20 * 2**20 + 1)


@dataclass(frozen=True)
class Workspace:
    """A language model from a base that is pinned, so that nothing but its store is asked."""

    root: Path
    endpoint: str

    def write(self, uri: str, more: str = "") -> None:
        self.put("specs/chat/model.yaml", _SPEC.format(uri=uri, more=more, base=_BASE))
        scheme = uri.partition(":")[0]
        region = ", region: eu-central-1" if scheme == "s3" else ""
        self.put("specs/prod.yaml", _ENVIRONMENT.format(scheme=scheme, endpoint=self.endpoint, region=region))

    def put(self, path: str, text: str) -> None:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def run(self, *arguments: str) -> Result:
        command, *rest = arguments
        return CliRunner().invoke(mlspec, [command, "-C", str(self.root), *rest], catch_exceptions=False)

    @property
    def lock(self) -> str:
        return (self.root / "specs/chat/model.lock").read_text()


@pytest.fixture(scope="session")
def moto() -> Iterator[S3]:
    server = S3()
    yield server
    server.stop()


@pytest.fixture
def s3(moto: S3, monkeypatch: pytest.MonkeyPatch) -> S3:
    """Empty; this shell has a key, and the environment says where it is."""
    moto.reset()
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, moto.environ[name])
    return moto


@pytest.fixture
def workspace(s3: S3, tmp_path: Path, index: Index) -> Workspace:
    assert index.folder.is_dir()
    s3.put_object("chat/config.json", b"{}")
    s3.put_object("chat/model.safetensors", LARGE)
    found = Workspace(tmp_path / "workspace", s3.url)
    found.write("s3://models/chat/")
    return found


def _folder(tmp_path: Path, **files: bytes) -> str:
    """The digest of a folder, as the server computes it."""
    folder = tmp_path / "same"
    folder.mkdir()
    for name, content in files.items():
        (folder / name.replace("__", ".")).write_bytes(content)
    return digest(folder)


def test_a_model_in_a_store_is_read_once_and_pinned(workspace: Workspace, s3: S3, tmp_path: Path) -> None:
    """Neither its size nor its digest is in the spec, and the environment demands both."""
    before = workspace.run("compile")
    assert {"MLS210", "MLS430"} <= set(before.stderr.replace("[", " ").replace("]", " ").split()), before.stderr
    assert "or run `mlspec lock chat`, which asks its store" in before.stderr
    done = workspace.run("lock")
    assert (done.exit_code, done.stderr) == (1, "")
    assert "chat   locked      1 distribution, base image pinned, model pinned" in done.stdout
    expected = _folder(tmp_path, config__json=b"{}", model__safetensors=LARGE)
    assert f"- uri: s3://models/chat/\n  digest: {expected}\n  size: {len(LARGE) + 2}\n" in workspace.lock
    assert workspace.run("compile").exit_code == 1
    objects = next((workspace.root / "generated/prod/chat").glob("deployment.yaml")).read_text()
    assert f"--digest={expected}" in objects
    assert f"--size={len(LARGE) + 2}" in objects

    s3.put_object("chat/config.json", b"another")
    assert workspace.run("lock").exit_code == 0, "what is pinned is not read again"
    assert workspace.run("lock", "--check").exit_code == 0
    upgraded = workspace.run("lock", "--upgrade", "s3://models/chat/")
    assert upgraded.exit_code == 1, upgraded.output
    assert expected not in workspace.lock


def test_a_model_that_moved_makes_the_lock_stale(workspace: Workspace) -> None:
    assert workspace.run("lock").exit_code == 1
    workspace.write("s3://models/chat-2/", more=", size: 1Gi")
    for command in (["compile"], ["lock", "--check"]):
        done = workspace.run(*command)
        assert done.exit_code == (2 if command == ["compile"] else 1)
        assert "error[MLS441]: the lock of chat does not know the model at s3://models/chat-2/" in done.stderr


def test_without_the_right_key_the_model_is_left_unpinned_and_said_so(workspace: Workspace, s3: S3) -> None:
    s3.check_keys()
    done = workspace.run("lock")
    assert done.exit_code == 1
    assert "warning[MLS449]: s3://models/chat/: access denied (403): the store's credentials are missing" in done.stderr
    assert "its digest is not known" in done.stderr
    assert "base image pinned, model not pinned" in done.stdout
    assert "  digest: unpinned  # its store was not read\n" in workspace.lock
    check = workspace.run("lock", "--check")
    assert check.exit_code == 1
    assert "chat: the model at s3://models/chat/ is not pinned: mlspec lock chat" in check.stderr
    assert "error[MLS210]" in workspace.run("compile").stderr
    s3.reset()
    s3.put_object("chat/config.json", b"{}")
    assert "model pinned" in workspace.run("lock").stdout
    assert "unpinned" not in workspace.lock


def test_stores_may_be_left_alone(workspace: Workspace, s3: S3) -> None:
    s3.check_keys()
    done = workspace.run("lock", "--skip-stores")
    assert (done.exit_code, done.stderr) == (1, "")
    assert "model not pinned" in done.stdout


@pytest.mark.parametrize(
    ("uri", "more", "said", "underlined"),
    [
        ("s3://models/chta/", "", "error[MLS450]: s3://models/chta/: there is nothing of that name (404)", '"s3'),
        ("s3://models/chat/", ", size: 1Mi", "error[MLS451]: s3://models/chat/ has 20971523 bytes", "1Mi"),
    ],
)
def test_a_spec_that_its_store_contradicts_is_not_locked(
    workspace: Workspace, uri: str, more: str, said: str, underlined: str
) -> None:
    workspace.write(uri, more)
    done = workspace.run("lock")
    assert done.exit_code == 2, done.output
    assert said in done.stderr
    column = (workspace.root / "specs/chat/model.yaml").read_text().splitlines()[4].index(underlined) + 1
    assert f"specs/chat/model.yaml:5:{column}" in done.stderr, done.stderr
    assert not (workspace.root / "specs/chat/model.lock").exists()


@pytest.mark.usefixtures("index")
def test_of_the_hub_only_what_it_does_not_know_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", "mine")
    commit, weights = "c" * 40, hashlib.sha256(LARGE).hexdigest()
    tree = [
        {"type": "file", "path": "config.json", "size": 2, "oid": "1" * 40},
        {"type": "file", "path": "model.safetensors", "size": len(LARGE), "oid": "2" * 40, "lfs": {"oid": weights}},
    ]
    files = {f"/acme/chat/resolve/{commit}/config.json": b"{}"}
    site = Site(files, answers={f"/api/models/acme/chat/tree/{commit}": tree}, token="mine")
    server = serve(site)
    try:
        workspace = Workspace(tmp_path / "workspace", site.url)
        workspace.write("hf://acme/chat", more=f", revision: {commit}")
        done = workspace.run("lock")
        asked = len(site.asked)
        again = workspace.run("lock", "--upgrade")
    finally:
        server.shutdown()
        server.server_close()
    assert done.exit_code == 1, done.output
    expected = folder_digest([("config.json", hashlib.sha256(b"{}").hexdigest()), ("model.safetensors", weights)])
    assert f"  revision: {commit}\n  digest: {expected}\n  size: {len(LARGE) + 2}\n" in workspace.lock
    assert (again.exit_code, len(site.asked)) == (0, asked), "a commit is its content"


def test_a_server_without_ranges_gives_the_file_as_it_has_it() -> None:
    site = Site({"/model.bin": LARGE}, ranges=False)
    server = serve(site)
    try:
        found = measure(Wanted(f"{site.url}/model.bin", None, None, ()), lambda _: None)
    finally:
        server.shutdown()
        server.server_close()
    assert found == Measured(len(LARGE), f"sha256:{hashlib.sha256(LARGE).hexdigest()}")


def test_a_store_out_of_reach_leaves_the_pin_of_the_last_time(workspace: Workspace) -> None:
    assert workspace.run("lock").exit_code == 1
    before = workspace.lock
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        away = Workspace(workspace.root, f"http://127.0.0.1:{closed.getsockname()[1]}")
        away.write("s3://models/chat/")
        done = away.run("lock", "--upgrade")
    assert done.exit_code == 0, done.output
    assert "warning[MLS449]: s3://models/chat/ cannot be had: " in done.stderr
    assert "its digest stays as it was" in done.stderr
    assert workspace.lock == before
