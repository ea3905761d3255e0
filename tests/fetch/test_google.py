"""Models of Google Cloud Storage by its XML API, which is that of S3: from moto, at an endpoint of one's own."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

from tests.fetch.fetching import MEGABYTE, content, fetch
from tests.fetch.s3 import S3

LARGE = random.Random(4).randbytes(17 * MEGABYTE)
MODEL = {"config.json": b"{}", "w/1.bin": LARGE, "w/2.bin": b""}
PUBLIC = {"GOOGLE_SKIP_SIGNATURE": "true"}


@pytest.fixture
def environ(s3: S3) -> dict[str, str]:
    """A bucket that all may read, at an endpoint of one's own."""
    for name, value in MODEL.items():
        s3.put_object(f"churn/1/{name}", value, public=True)
    s3.put_object("churn/10/model", b"another version")
    return {"GOOGLE_BASE_URL": s3.url, **PUBLIC}


def test_a_folder_and_a_file_of_it(environ: dict[str, str], tmp_path: Path) -> None:
    ended = fetch(tmp_path / "folder", "gs://models/churn/1/", **environ)
    assert (ended.status, content(tmp_path / "folder")) == (0, MODEL), ended.raw
    ended = fetch(tmp_path / "file", "gs://models/churn/1/w/1.bin", **environ)
    assert (ended.status, content(tmp_path / "file")) == (0, {"1.bin": LARGE}), ended.raw


@pytest.mark.parametrize("uri", ["gs://models/churn/none.bin", "gs://models/churn/2/", "gs://no-such-bucket/model"])
def test_what_is_not_there(environ: dict[str, str], tmp_path: Path, uri: str) -> None:
    ended = fetch(tmp_path, uri, **environ)
    assert (ended.status, ended.reason) == (os.EX_NOINPUT, f"missing: {uri}: there is nothing of that name (404)")


def test_an_object_that_is_not_for_all(environ: dict[str, str], s3: S3, tmp_path: Path) -> None:
    s3.put_object("secret.bin", b"x")
    ended = fetch(tmp_path, "gs://models/secret.bin", **environ)
    assert (ended.status, ended.reason.partition(":")[0]) == (os.EX_NOPERM, "denied"), ended.raw
