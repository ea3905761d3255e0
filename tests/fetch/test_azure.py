"""A model of Azure Blob Storage, from a server that answers for a blob as Azure does: the account is in the address."""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from pathlib import Path

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
