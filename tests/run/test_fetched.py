"""`mlspec run` of a model that lies elsewhere: fetched once by the same code as in the cluster, or a copy of it."""

from __future__ import annotations

import hashlib
import signal
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.fetch.web import Site, serve
from tests.run.conftest import Run, write_model
from tests.run.started import Started
from tests.run.test_run import address, infer
from tests.runtime.running import PATIENCE

FACTOR = b"3.0"
CODE = """
class Handler:
    def load(self, path):
        self.factor = float(path.read_text())

    def predict(self, inputs):
        return {"y": inputs["x"].sum(axis=1) * self.factor}
"""
ENVIRONMENT = """\
apiVersion: mlspec.dev/v1
kind: Environment
metadata: {{name: prod}}
spec:
  modelStores:
    - prefix: hf://
      endpoint: {url}
      env: [{{name: HF_TOKEN, secret: hub/token}}]
"""
REVISION = "4f1c" * 10


@pytest.fixture
def hub() -> Iterator[Site]:
    oid = hashlib.sha1(b"blob %d\0" % len(FACTOR) + FACTOR).hexdigest()
    tree = [{"type": "file", "path": "factor.txt", "size": len(FACTOR), "oid": oid}]
    site = Site(
        files={f"/acme/sum/resolve/{REVISION}/factor.txt": FACTOR},
        answers={f"/api/models/acme/sum/tree/{REVISION}": tree},
        token="hub-token",
    )
    server = serve(site)
    yield site
    server.shutdown()
    server.server_close()


def write_fetched(workspace: Path, uri: str, site: Site | None = None) -> Path:
    write_model(workspace, CODE)
    spec = workspace / "specs/sum/model.yaml"
    digest = hashlib.sha256(FACTOR).hexdigest()
    model = f"    uri: {uri}\n    size: 1k\n    digest: sha256:{digest}\n"
    if uri.startswith("hf:"):
        model += f"    revision: {REVISION}\n"
    spec.write_text(spec.read_text().replace("    version: 1.0.0\n", f"    version: 1.0.0\n{model}"))
    if site is not None:
        (workspace / "specs/prod.yaml").write_text(ENVIRONMENT.format(url=site.url))
    return workspace


def stopped(started: Started) -> str:
    started.process.send_signal(signal.SIGINT)
    assert started.status() == 0
    return started.shown


def test_it_is_fetched_once_and_served(run: Run, tmp_path: Path, hub: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("HF_TOKEN", "hub-token")
    workspace = write_fetched(tmp_path / "work", "hf://acme/sum/factor.txt", hub)
    started = run(workspace, "sum", "--port", "0")
    assert infer(address(started), 1, 2).json()["outputs"][0]["data"] == [9.0]
    assert f"the model is fetched into {tmp_path}/cache/mlspec/models/" in stopped(started)
    first = len([path for path, _, _ in hub.asked if "resolve" in path])
    again = run(workspace, "sum", "--port", "0")
    assert httpx.get(f"{address(again)}/v2/models/sum", timeout=PATIENCE, trust_env=False).json()["versions"] == [
        "1.0.0"
    ]
    stopped(again)
    assert len([path for path, _, _ in hub.asked if "resolve" in path]) == first == 1


def test_without_the_credentials_the_reason_is_the_fetchs_own(
    run: Run, tmp_path: Path, hub: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("HF_TOKEN", raising=False)
    started = run(write_fetched(tmp_path / "work", "hf://acme/sum/factor.txt", hub), "sum", "--port", "0")
    assert started.status() == 2
    assert "warning: HF_TOKEN: a Secret in the cluster, nothing here; export it if needed" in started.shown
    assert "\nerror: hf://acme/sum/factor.txt at 4f1c4f1c4f1c: access denied (401)" in started.shown


def test_of_what_is_mounted_a_copy_is_needed(run: Run, tmp_path: Path) -> None:
    workspace = write_fetched(tmp_path / "work", "pvc://models/factor.txt")
    refused = run(workspace, "sum", "--port", "0")
    assert refused.status() == 2
    assert (
        "\nerror: the model is mounted in the cluster; here a copy is needed: `--model PATH`\n" in "\n" + refused.shown
    )
    copy = tmp_path / "factor.txt"
    copy.write_bytes(FACTOR)
    served = run(workspace, "sum", "--port", "0", "--model", str(copy))
    assert infer(address(served), 1, 2).json()["outputs"][0]["data"] == [9.0]
    stopped(served)
    copy.write_bytes(b"4.0")
    other = run(workspace, "sum", "--port", "0", "--model", str(copy))
    assert other.status() == 2
    assert "error: the model's digest is sha256:" in other.shown


def test_a_copy_of_what_lies_beside_the_spec_is_refused(run: Run, tmp_path: Path) -> None:
    refused = run(write_model(tmp_path), "sum", "--port", "0", "--model", str(tmp_path))
    assert refused.status() == 2
    assert "error: the model lies beside its spec" in refused.shown


def test_a_batch_fetches_its_model_too(hub: Site, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("HF_TOKEN", "hub-token")
    write_fetched(tmp_path, "hf://acme/sum/factor.txt", hub)
    spec = tmp_path / "specs/sum/model.yaml"
    batch = "  batch: {input: pvc://lake/in, output: pvc://lake/out, format: csv, columns: {x: [a, b]}}\n"
    spec.write_text(spec.read_text() + batch)
    source, copy = tmp_path / "rows.csv", tmp_path / "factor.txt"
    source.write_text("a,b\n1,2\n")
    copy.write_bytes(FACTOR)
    for name, more in (("fetched", ()), ("copied", ("--model", str(copy)))):
        words = ("--batch", "--input", str(source), "--output", str(tmp_path / name))
        started = run(tmp_path, "sum", *words, *more)
        assert started.status() == 0, started.shown
        (part,) = (tmp_path / name).glob("part-*")
        assert part.read_text() == "y\n9.0\n"
