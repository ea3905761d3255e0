"""Models of Hugging Face, from a server that answers as the Hub does: a tree, and files behind redirections."""

from __future__ import annotations

import hashlib
import os
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.fetch.fetching import MEGABYTE, Ended, content, fetch
from tests.fetch.web import Site

REVISION = "4f1c" * 10
WEIGHTS = random.Random(2).randbytes(9 * MEGABYTE)
CONFIG = b'{"architectures": ["Model"]}'
Web = Callable[..., Site]


def large(path: str, value: bytes) -> dict[str, object]:
    oid = hashlib.sha256(value).hexdigest()
    return {"type": "file", "path": path, "size": len(value), "oid": "a" * 40, "lfs": {"oid": oid, "size": len(value)}}


def small(path: str, value: bytes) -> dict[str, object]:
    oid = hashlib.sha1(b"blob %d\0" % len(value) + value).hexdigest()
    return {"type": "file", "path": path, "size": len(value), "oid": oid}


@pytest.fixture
def hub(web: Web) -> tuple[Site, Site]:
    """The Hub, and where its large files lie: another host, which must not see the token."""
    resolve = f"/acme/churn/resolve/{REVISION}"
    cdn = web(files={"/blob": WEIGHTS})
    tree = [
        small(".gitattributes", b"*"),
        small("config.json", CONFIG),
        {"type": "directory", "path": "onnx", "size": 0, "oid": "b" * 40},
        large("onnx/model.bin", WEIGHTS),
    ]
    site = web(
        files={f"{resolve}/config.json": CONFIG},
        redirects={f"{resolve}/onnx/model.bin": f"http://localhost:{cdn.port}/blob?signed=yes"},
        answers={f"/api/models/acme/churn/tree/{REVISION}": tree},
        token="hub-token",
    )
    return site, cdn


def get(target: Path, site: Site, uri: str, *more: str, token: str = "hub-token") -> Ended:
    return fetch(target, uri, f"--revision={REVISION}", *more, HF_ENDPOINT=site.url, HF_TOKEN=token)


def test_a_repository_at_a_commit(hub: tuple[Site, Site], tmp_path: Path) -> None:
    site, cdn = hub
    ended = get(tmp_path, site, "hf://acme/churn")
    assert (ended.status, content(tmp_path)) == (0, {"config.json": CONFIG, "onnx/model.bin": WEIGHTS}), ended.raw
    assert ended.log[-1]["fetch.verified"] == 2
    assert {authorization for _, _, authorization in cdn.asked} == {None}


def test_one_file_of_it(hub: tuple[Site, Site], tmp_path: Path) -> None:
    site, _ = hub
    digest = f"sha256:{hashlib.sha256(WEIGHTS).hexdigest()}"
    assert get(tmp_path, site, "hf://acme/churn/onnx/model.bin", f"--digest={digest}").status == 0
    assert content(tmp_path) == {"model.bin": WEIGHTS}


@pytest.mark.parametrize("name", ["config.json", "onnx/model.bin"])
def test_a_file_that_is_not_the_commits(hub: tuple[Site, Site], tmp_path: Path, name: str) -> None:
    site, cdn = hub
    if name == "config.json":
        site.files[f"/acme/churn/resolve/{REVISION}/{name}"] = CONFIG[::-1]
    else:
        cdn.files["/blob"] = WEIGHTS[::-1]
    ended = get(tmp_path, site, "hf://acme/churn")
    assert ended.status == os.EX_DATAERR
    assert ended.reason.startswith(f"digest: {name}: the digest is ")
    assert content(tmp_path) == {}


def test_a_token_that_may_not_and_a_repository_that_is_not_there(hub: tuple[Site, Site], tmp_path: Path) -> None:
    site, _ = hub
    assert get(tmp_path, site, "hf://acme/churn", token="wrong").status == os.EX_NOPERM
    assert get(tmp_path, site, "hf://acme/other").status == os.EX_NOINPUT
    assert get(tmp_path, site, "hf://acme/churn/no.bin").status == os.EX_NOINPUT


def test_the_hub_fails_for_a_while(hub: tuple[Site, Site], tmp_path: Path) -> None:
    site, _ = hub
    site.failures = 3
    assert get(tmp_path, site, "hf://acme/churn").status == 0
