"""The client below the suite: addresses as people write them, and raw tensors as numpy has them."""

from __future__ import annotations

import numpy as np
import pytest

from mlspec.client.exchange import Address, NoAnswer, Request, exchange, parse_address
from mlspec.client.tensors import CODES, Spec, Tensor, nest, pack, repeat, sample, unpack

ADDRESSES = {
    "http://localhost:8080": "http://localhost:8080",
    "localhost:8080": "http://localhost:8080",
    "http://host/": "http://host:80",
    "https://host/models/a/v2/": "https://host:443/models/a",
    "http://[::1]:8080": "http://[::1]:8080",
}


@pytest.mark.parametrize("url", ADDRESSES)
def test_an_address_is_read_as_it_is_meant(url: str) -> None:
    assert str(parse_address(url, {}, 1.0)) == ADDRESSES[url]


@pytest.mark.parametrize("url", ["", "ftp://x", "http://", "http://x:port", "http://x?y", "http://a:b@x", "http://[x"])
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="'"):
        parse_address(url, {}, 1.0)


@pytest.mark.parametrize("datatype", CODES)
def test_raw_tensors_are_numpys_own_bytes(datatype: str) -> None:
    dtype = {"BOOL": "?"}.get(datatype, f"<{datatype.replace('FP', 'float').lower()}")
    tensor = sample(Spec("x", datatype, (-1, 3)))
    array = np.array(tensor.values, np.dtype(dtype.lstrip("<")).newbyteorder("<"))
    assert pack(tensor) == array.tobytes()
    assert unpack(datatype, pack(tensor)) == list(tensor.values)


def test_bytes_are_lengths_and_contents() -> None:
    tensor = Tensor("x", "BYTES", (2,), [b"", "é".encode()])
    assert pack(tensor) == b"\0\0\0\0\2\0\0\0\xc3\xa9"
    assert unpack("BYTES", pack(tensor)) == list(tensor.values)
    with pytest.raises(ValueError, match="longer than what is left"):
        unpack("BYTES", pack(tensor)[:-1])
    with pytest.raises(ValueError, match="no whole number"):
        unpack("INT32", b"123")


@pytest.mark.parametrize("shape", [(1,), (2, 3), (2, 3, 4), (1, 0)])
def test_nested_values_are_numpys_own_lists(shape: tuple[int, ...]) -> None:
    array = np.arange(np.prod(shape)).reshape(shape)
    assert nest(array.ravel().tolist(), shape) == array.tolist()


def test_rows_are_repeated() -> None:
    assert repeat(Tensor("x", "INT8", (1, 2), [1, 2]), 2) == Tensor("x", "INT8", (2, 2), [1, 2, 1, 2])


def test_an_address_shows_no_headers() -> None:
    assert "secret" not in str(Address(secure=True, host="h", port=1, headers={"Authorization": "secret"}))


def test_a_server_that_goes_while_the_connection_is_made_gives_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(*_: object, **__: object) -> None:
        raise ConnectionResetError(104, "Connection reset by peer")

    monkeypatch.setattr("http.client.socket.create_connection", gone)
    with pytest.raises(NoAnswer, match="Connection reset by peer"):
        exchange(parse_address("http://127.0.0.1:9", {}, 1), Request("GET", "/v2"))
