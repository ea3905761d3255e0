"""NVIDIA's own clients, the blocking and the asynchronous one, against the server in both their modes."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from tritonclient import http as triton
from tritonclient.http import aio
from tritonclient.utils import InferenceServerException

from tests.runtime.running import Running


@pytest.mark.parametrize("binary_in", [False, True])
@pytest.mark.parametrize("binary_out", [False, True])
@pytest.mark.parametrize("compression", [None, "gzip", "deflate"])
def test_infer(
    churn: Running, cancer: tuple[Any, Any], binary_in: bool, binary_out: bool, compression: str | None
) -> None:
    with triton.InferenceServerClient(f"127.0.0.1:{churn.port}") as client:
        given = triton.InferInput("features", [569, 30], "FP64")
        given.set_data_from_numpy(cancer[0], binary_data=binary_in)
        result = client.infer(
            "churn",
            [given],
            outputs=[triton.InferRequestedOutput("predict", binary_data=binary_out)],
            request_id="7",
            request_compression_algorithm=compression,
            response_compression_algorithm=compression,
        )
        predicted = result.as_numpy("predict")
        assert predicted is not None
        assert (predicted == cancer[1]).mean() > 0.97
        assert result.get_response()["id"] == "7"


def test_default_outputs_and_versions(churn: Running, cancer: tuple[Any, Any]) -> None:
    with triton.InferenceServerClient(f"127.0.0.1:{churn.port}") as client:
        given = triton.InferInput("features", [1, 30], "FP64")
        given.set_data_from_numpy(cancer[0][:1])
        result = client.infer("churn", [given], model_version="1.2.0")
        assert result.as_numpy("predict").tolist() == [0]


def test_health_and_metadata(churn: Running) -> None:
    with triton.InferenceServerClient(f"127.0.0.1:{churn.port}") as client:
        assert client.is_server_live()
        assert client.is_server_ready()
        assert client.is_model_ready("churn")
        assert client.is_model_ready("churn", "1.2.0")
        assert not client.is_model_ready("other")
        assert client.get_server_metadata()["name"] == "mlspec"
        assert client.get_model_metadata("churn")["versions"] == ["1.2.0"]


def test_an_error_is_the_clients_own_exception(churn: Running, cancer: tuple[Any, Any]) -> None:
    with triton.InferenceServerClient(f"127.0.0.1:{churn.port}") as client:
        given = triton.InferInput("features", [1, 29], "FP64")
        given.set_data_from_numpy(cancer[0][:1, :29])
        with pytest.raises(InferenceServerException, match="the model takes"):
            client.infer("churn", [given])


@pytest.mark.parametrize("binary_in", [False, True])
@pytest.mark.parametrize("binary_out", [False, True])
@pytest.mark.parametrize("compression", [None, "gzip", "deflate"])
def test_asyncio_infer(
    churn: Running, cancer: tuple[Any, Any], binary_in: bool, binary_out: bool, compression: str | None
) -> None:
    async def converse() -> None:
        async with aio.InferenceServerClient(f"127.0.0.1:{churn.port}") as client:
            given = aio.InferInput("features", [569, 30], "FP64")
            given.set_data_from_numpy(cancer[0], binary_data=binary_in)
            result = await client.infer(
                "churn",
                [given],
                outputs=[aio.InferRequestedOutput("predict", binary_data=binary_out)],
                request_id="7",
                request_compression_algorithm=compression,
                response_compression_algorithm=compression,
            )
            assert (result.as_numpy("predict") == cancer[1]).mean() > 0.97
            assert result.get_response()["id"] == "7"

    asyncio.run(converse())


def test_asyncio_requests_at_the_same_time(churn: Running, cancer: tuple[Any, Any]) -> None:
    async def ask(client: aio.InferenceServerClient, row: int) -> int:
        given = aio.InferInput("features", [1, 30], "FP64")
        given.set_data_from_numpy(cancer[0][row : row + 1])
        return int((await client.infer("churn", [given])).as_numpy("predict")[0])

    async def converse() -> list[int]:
        async with aio.InferenceServerClient(f"127.0.0.1:{churn.port}") as client:
            return await asyncio.gather(*(ask(client, row) for row in range(40)))

    answers = asyncio.run(converse())
    with triton.InferenceServerClient(f"127.0.0.1:{churn.port}") as client:
        given = triton.InferInput("features", [40, 30], "FP64")
        given.set_data_from_numpy(cancer[0][:40])
        assert answers == client.infer("churn", [given]).as_numpy("predict").tolist()


def test_asyncio_health_metadata_and_errors(churn: Running, cancer: tuple[Any, Any]) -> None:
    async def converse() -> None:
        async with aio.InferenceServerClient(f"127.0.0.1:{churn.port}") as client:
            assert await client.is_server_live()
            assert await client.is_server_ready()
            assert await client.is_model_ready("churn", "1.2.0")
            assert not await client.is_model_ready("other")
            assert (await client.get_model_metadata("churn"))["versions"] == ["1.2.0"]
            (stats,) = (await client.get_inference_statistics("churn"))["model_stats"]
            assert stats["name"] == "churn"
            given = aio.InferInput("features", [1, 29], "FP64")
            given.set_data_from_numpy(cancer[0][:1, :29])
            with pytest.raises(InferenceServerException, match="the model takes"):
                await client.infer("churn", [given])

    asyncio.run(converse())
