"""Models of Azure Blob Storage: from Azurite, and from a server that tells what it was asked."""

from __future__ import annotations

import base64
import os
import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.fetch.azurite import ACCOUNT, Azurite
from tests.fetch.fetching import MEGABYTE, content, fetch
from tests.fetch.web import Site

LARGE = random.Random(3).randbytes(17 * MEGABYTE)
Web = Callable[..., Site]


def test_a_blob_of_a_container(web: Web, tmp_path: Path) -> None:
    site = web(files={"/models/churn/model.bin": LARGE})
    where = {"AZURE_STORAGE_ENDPOINT": site.url, "AZURE_SKIP_SIGNATURE": "true"}
    ended = fetch(tmp_path, "az://account1/models/churn/model.bin", **where)
    assert (ended.status, content(tmp_path)) == (0, {"model.bin": LARGE}), ended.raw
    assert len(site.parts()) == 3
    absent = fetch(tmp_path, "az://account1/models/churn/other.bin", **where)
    assert (absent.status, absent.reason.partition(":")[0]) == (os.EX_NOINPUT, "missing")


MODEL = {"config.json": b"{}", "w/1.bin": LARGE, "w/2.bin": b""}


@pytest.fixture(scope="module")
def azurite(require_tool: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Azurite]:
    server = Azurite(require_tool("azurite-blob"), tmp_path_factory.mktemp("azurite"))
    for name, value in MODEL.items():
        server.put(f"churn/1/{name}", value)
    server.put("churn/10/model", b"another version")
    yield server
    server.stop()


def test_a_folder_with_the_accounts_key(azurite: Azurite, tmp_path: Path) -> None:
    ended = fetch(tmp_path, f"az://{ACCOUNT}/models/churn/1/", **azurite.environ)
    assert (ended.status, content(tmp_path)) == (0, MODEL), ended.raw


@pytest.mark.parametrize("path", ["churn/1/none.bin", "churn/2/"])
def test_what_is_not_there(azurite: Azurite, tmp_path: Path, path: str) -> None:
    uri = f"az://{ACCOUNT}/models/{path}"
    ended = fetch(tmp_path, uri, **azurite.environ)
    assert (ended.status, ended.reason) == (os.EX_NOINPUT, f"missing: {uri}: there is nothing of that name (404)")


@pytest.mark.parametrize("path", ["churn/1/w/1.bin", "churn/1/"])
def test_a_key_that_is_not_the_accounts(azurite: Azurite, tmp_path: Path, path: str) -> None:
    wrong = {**azurite.environ, "AZURE_STORAGE_ACCOUNT_KEY": base64.b64encode(bytes(64)).decode()}
    ended = fetch(tmp_path, f"az://{ACCOUNT}/models/{path}", **wrong)
    assert (ended.status, ended.reason.partition(":")[0]) == (os.EX_NOPERM, "denied"), ended.raw
    assert content(tmp_path) == {}
