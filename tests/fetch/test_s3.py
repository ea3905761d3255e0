"""Models from an S3-compatible store: a file, a folder, and every way in which there is none."""

from __future__ import annotations

import hashlib
import os
import random
from pathlib import Path

import pytest

from mlspec_runtime.digest import digest
from tests.fetch.fetching import MEGABYTE, content, fetch
from tests.fetch.s3 import S3

LARGE = random.Random(0).randbytes(20 * MEGABYTE + 1)
SHA256 = f"sha256:{hashlib.sha256(LARGE).hexdigest()}"


def test_a_file_comes_in_parts_and_is_verified(s3: S3, tmp_path: Path) -> None:
    s3.put_object("churn/model.bin", LARGE)
    ended = fetch(tmp_path, "s3://models/churn/model.bin", f"--digest={SHA256}", **s3.environ)
    assert (ended.status, content(tmp_path)) == (0, {"model.bin": LARGE}), ended.raw
    assert [line["message"] for line in ended.log if line["log.level"] == "info"] == ["fetching the model", "fetched"]
    assert ended.log[-1]["fetch.verified"] == 1
    assert ended.log[-1]["file.size"] == len(LARGE)


def test_a_folder_is_what_lies_below_it_and_nothing_beside(s3: S3, tmp_path: Path) -> None:
    model = {"config.json": b"{}", "w/1.bin": LARGE, "w/2.bin": b"", "a b+c%20.txt": b"x"}
    for name, value in model.items():
        s3.put_object(f"churn/1/{name}", value)
    s3.put(churn__10__model=b"another version", churn__1=b"a file of the folder's own name")
    s3.put_object("churn/1/", b"")  # the marker that consoles write
    (tmp_path / "same").mkdir()
    for name, value in model.items():
        path = tmp_path / "same" / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(value)
    ended = fetch(tmp_path / "volume", "s3://models/churn/1/", f"--digest={digest(tmp_path / 'same')}", **s3.environ)
    assert (ended.status, content(tmp_path / "volume")) == (0, model), ended.raw
    assert digest(tmp_path / "volume" / "files") == digest(tmp_path / "same")


def test_what_is_there_is_not_fetched_again(s3: S3, tmp_path: Path) -> None:
    s3.put_object("churn/a", b"a" * MEGABYTE)
    s3.put_object("churn/b", b"b" * MEGABYTE)
    assert fetch(tmp_path, "s3://models/churn/", **s3.environ).status == 0
    s3.put_object("churn/b", b"B" * MEGABYTE)
    again = fetch(tmp_path, "s3://models/churn/", **s3.environ)
    assert again.log[0]["fetch.done"] == MEGABYTE
    assert content(tmp_path) == {"a": b"a" * MEGABYTE, "b": b"B" * MEGABYTE}


@pytest.mark.parametrize("uri", ["s3://models/nothing", "s3://models/nothing/", "s3://no-such-bucket/model"])
def test_what_is_not_there(s3: S3, tmp_path: Path, uri: str) -> None:
    ended = fetch(tmp_path, uri, **s3.environ)
    assert (ended.status, ended.reason) == (os.EX_NOINPUT, f"missing: {uri}: there is nothing of that name (404)")


@pytest.mark.parametrize("uri", ["s3://models/churn/model.bin", "s3://models/churn/"])
def test_a_key_that_may_not(s3: S3, tmp_path: Path, uri: str) -> None:
    s3.put_object("churn/model.bin", b"x")
    s3.check_keys()
    ended = fetch(tmp_path, uri, **s3.environ)
    assert ended.status == os.EX_NOPERM
    assert ended.reason.startswith(f"denied: {uri}: access denied (403): ")
    assert content(tmp_path) == {}


def test_another_model_than_the_digest_says(s3: S3, tmp_path: Path) -> None:
    s3.put_object("churn/model.bin", LARGE)
    ended = fetch(tmp_path, "s3://models/churn/model.bin", f"--digest=sha256:{'0' * 64}", **s3.environ)
    assert ended.status == os.EX_DATAERR
    assert ended.reason == (
        f"digest: s3://models/churn/model.bin: the digest is {SHA256}, and should be sha256:{'0' * 64}; it is not kept"
    )
    assert not list(tmp_path.rglob("*.bin"))


def test_a_model_larger_than_the_spec_says(s3: S3, tmp_path: Path) -> None:
    s3.put_object("churn/model.bin", LARGE)
    ended = fetch(tmp_path, "s3://models/churn/model.bin", f"--size={MEGABYTE}", **s3.environ)
    assert ended.status == os.EX_CONFIG
    said = f"has {len(LARGE)} bytes, and `model.size` says {MEGABYTE}: state its real size"
    assert ended.reason == f"size: s3://models/churn/model.bin {said}"


def test_a_name_that_leads_out_of_the_folder(s3: S3, tmp_path: Path) -> None:
    s3.put_object("churn/../../escaped", b"x")
    s3.put_object("churn/model", b"x")
    ended = fetch(tmp_path / "volume", "s3://models/churn/", **s3.environ)
    assert ended.status != 0
    assert not list(tmp_path.rglob("escaped"))
