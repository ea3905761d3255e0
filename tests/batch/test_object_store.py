"""Input and output in a real S3: whole objects or none, and the same bytes however often a run is killed."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from mlspec_runtime.batch.object_store import ObjectStore
from mlspec_runtime.batch.outcome import Hopeless
from mlspec_runtime.batch.stores import Entry
from tests.batch.conftest import SUM, Image
from tests.batch.scoring import end, left, run, start
from tests.batch.tables import WRITERS
from tests.batch.test_restart import GATED, ROWS, WORDS
from tests.fetch.s3 import BUCKET, S3
from tests.fetch.web import Site, serve
from tests.runtime.running import eventually

IN, OUT = f"s3://{BUCKET}/in/", f"s3://{BUCKET}/out/2026-11-23/"


@pytest.fixture(scope="module")
def server() -> Iterator[S3]:
    s3 = S3()
    yield s3
    s3.stop()


@pytest.fixture
def s3(server: S3, monkeypatch: pytest.MonkeyPatch) -> S3:
    """Empty, and what this process and those that it starts are told of it."""
    server.reset()
    for name, value in server.environ.items():
        monkeypatch.setenv(name, value)
    return server


def _fill(s3: S3, folder: Path, form: str) -> Path:
    folder.mkdir()
    for number in range(3):
        file = folder / f"{number}.{form}"
        WRITERS[form](file, ROWS[number * 1000 : (number + 1) * 1000])
        s3.put_object(f"in/{file.name}", file.read_bytes())
    return folder


@pytest.mark.parametrize("form", WRITERS)
def test_killed_in_the_middle_and_run_again(form: str, s3: S3, image: Image, tmp_path: Path) -> None:
    source, words = _fill(s3, tmp_path / "in", form), (f"--format={form}", *WORDS)
    assert run(image(SUM), source, tmp_path / "undisturbed", *words).status == 0
    gate = tmp_path / "gate"
    folder = image(GATED.format(gate=gate, row=1550))
    process = start(folder, IN, OUT, *words)
    eventually((tmp_path / "asked").exists)
    process.send_signal(signal.SIGKILL)
    assert end(process).status == -signal.SIGKILL
    before = s3.objects("out/2026-11-23/")
    assert sorted(before) == ["_done/00000-of-00003.json", "_plan.json", f"part-00000-of-00003.{form}"]
    gate.touch()
    ended = run(folder, IN, OUT, *words)
    assert ended.status == 0, ended.records
    found, expected = s3.objects("out/2026-11-23/"), left(tmp_path / "undisturbed")
    assert found.pop("_plan.json") == before["_plan.json"]
    expected.pop("_plan.json")
    assert found == expected


def test_a_part_without_its_marker_is_written_again(s3: S3, image: Image, tmp_path: Path) -> None:
    _fill(s3, tmp_path / "in", "csv")
    folder, words = image(), ("--format=csv", *WORDS)
    assert run(folder, IN, OUT, *words).status == 0
    whole = s3.objects("out/")
    s3.delete("out/2026-11-23/_SUCCESS")
    s3.delete("out/2026-11-23/_done/00001-of-00003.json")
    assert run(folder, IN, OUT, *words).status == 0
    assert s3.objects("out/") == whole


def test_an_input_that_is_replaced_ends_the_run(s3: S3, image: Image, tmp_path: Path) -> None:
    _fill(s3, tmp_path / "in", "csv")
    folder, words = image(), ("--format=csv", *WORDS)
    assert run(folder, IN, OUT, *words, environment={"JOB_COMPLETION_INDEX": "0"}).status == 0
    s3.put_object("in/2.csv", b"id,a,b\n1,2,3\n")
    ended = run(folder, IN, OUT, *words, environment={"JOB_COMPLETION_INDEX": "2"})
    assert (ended.status, ended.reason) == (2, "input-changed")


def test_nothing_there_and_nobody_let_in(s3: S3, image: Image) -> None:
    ended = run(image(), IN.rstrip("/"), OUT, "--format=csv")
    assert (ended.status, ended.reason) == (2, "input-empty")
    assert "a folder of a store is written with `/` at its end" in ended.last["message"]
    s3.put_object("in/a.csv", b"a,b\n1,2\n")
    ended = run(image(), IN, "s3://elsewhere/out/", "--format=csv")
    assert (ended.status, ended.reason) == (2, "missing")
    assert "there is no bucket or container elsewhere" in ended.last["message"]
    s3.check_keys()
    ended = run(image(), IN, OUT, "--format=csv")
    assert (ended.status, ended.reason) == (2, "denied")


def test_a_store_that_is_away_is_worth_another_attempt(image: Image) -> None:
    nobody = {"AWS_ENDPOINT_URL": "http://127.0.0.1:9", "AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b"}
    ended = run(image(), f"s3://{BUCKET}/in/", OUT, "--format=csv", environment=nobody)
    assert (ended.status, ended.reason) == (1, "unreachable")


def test_an_object_is_there_whole_or_not_at_all(s3: S3) -> None:
    store, half = ObjectStore(OUT), bytes(range(256)) * 40_000
    with suppress(RuntimeError), store.write("part") as stream:
        stream.write(half)
        raise RuntimeError
    assert s3.objects() == {}
    with store.write("part") as stream:
        stream.write(half)
        stream.write(half)
        assert s3.objects() == {}
    assert s3.objects("out/2026-11-23/") == {"part": half * 2}


def test_whoever_comes_first_writes_the_plan(s3: S3) -> None:
    one, other = ObjectStore(OUT.rstrip("/")), ObjectStore(OUT)
    assert one.read("_plan.json") is None
    assert one.create("_plan.json", b"mine")
    assert not other.create("_plan.json", b"yours")
    assert other.read("_plan.json") == b"mine"
    assert list(s3.objects()) == ["out/2026-11-23/_plan.json"]


def test_an_object_is_read_at_any_place_and_never_half_of_two(s3: S3) -> None:
    content = bytes(range(256)) * 60_000
    s3.put_object("in/a", content)
    store = ObjectStore(IN)
    (entry,) = store.list()
    assert (entry.path, entry.size) == ("a", len(content))
    file = store.open(entry)
    file.seek(-1000, 2)
    assert file.read() == content[-1000:]
    file.seek(5)
    assert file.read(10) == content[5:15]
    s3.put_object("in/a", content[::-1])
    file.seek(6 << 20)
    with pytest.raises(Hopeless, match="not the file any more"):
        file.read(10)
    with pytest.raises(Hopeless, match="not the file any more"):
        store.open(Entry("b", 1, "x"))


LISTING = """<?xml version="1.0" encoding="utf-8"?>
<EnumerationResults ContainerName="lake"><Blobs><Blob><Name>in/a.csv</Name><Properties>
<Last-Modified>Sun, 01 Nov 2026 00:00:00 GMT</Last-Modified><Etag>{tag}</Etag>
<Content-Length>{size}</Content-Length><Content-Type>text/csv</Content-Type>
</Properties></Blob></Blobs><NextMarker /></EnumerationResults>"""


def test_azure_writes_a_tag_without_quotes_where_it_lists(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = b"a,b\n1,2\n"
    listing = LISTING.format(tag=hash(rows), size=len(rows)).encode()
    site = Site(files={"/lake": listing, "/lake/in/a.csv": rows})
    server = serve(site)
    monkeypatch.setenv("AZURE_STORAGE_ENDPOINT", site.url)
    monkeypatch.setenv("AZURE_SKIP_SIGNATURE", "true")
    try:
        store = ObjectStore("az://account1/lake/in/")
        (entry,) = store.list()
        file = store.open(entry)
        site.files["/lake/in/a.csv"] = b"a,b\n3,4\n"
        with pytest.raises(Hopeless, match="not the file any more"):
            file.read()
    finally:
        server.shutdown()
        server.server_close()


def test_a_file_of_the_web(image: Image, tmp_path: Path) -> None:
    site = Site(files={"/rows.csv": b"a,b\n1,2\n3,4\n"})
    server = serve(site)
    words = ("--format=csv", '--columns={"x": ["a", "b"]}')
    try:
        ended = run(image(), f"{site.url}/rows.csv", tmp_path / "out", *words)
    finally:
        server.shutdown()
        server.server_close()
    assert ended.status == 0, ended.records
    (part,) = (tmp_path / "out").glob("part-*")
    assert part.read_text() == "y\n3.0\n7.0\n"
