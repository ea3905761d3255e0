"""KServe's own REST client against the server."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.runtime.running import Running


@pytest.mark.parametrize("binary", [False, True])
@pytest.mark.filterwarnings("ignore")  # those of KServe's own dependencies
def test_infer_health_and_metadata(churn: Running, cancer: tuple[Any, Any], binary: bool) -> None:
    # Its pins do not go together with those of the tests, so that no environment is required to have it.
    kserve = pytest.importorskip("kserve")

    async def converse() -> None:
        client = kserve.InferenceRESTClient(kserve.RESTConfig(protocol="v2", timeout=60))
        base = f"http://127.0.0.1:{churn.port}"
        assert await client.is_server_live(base)
        assert await client.is_server_ready(base)
        assert await client.is_model_ready(base, "churn")
        given = kserve.InferInput("features", [20, 30], "FP64")
        given.set_data_from_numpy(cancer[0][:20], binary_data=binary)
        answer = await client.infer(base, kserve.InferRequest("churn", [given]), model_name="churn")
        assert answer.outputs[0].as_numpy().tolist() == cancer[1][:20].tolist()

    asyncio.run(converse())
