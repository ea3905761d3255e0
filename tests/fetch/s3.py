"""An S3-compatible server on this machine, with a bucket of models in it."""

from __future__ import annotations

from typing import Any

import boto3
import httpx
from moto.server import ThreadedMotoServer

from tests.runtime.running import PATIENCE

BUCKET = "models"


class S3:
    def __init__(self) -> None:
        self._server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
        self._server.start()
        _, port = self._server.get_host_and_port()
        self.url = f"http://127.0.0.1:{port}"

    def stop(self) -> None:
        self._server.stop()

    @property
    def environ(self) -> dict[str, str]:
        """What an init container is given."""
        keys = {"AWS_ACCESS_KEY_ID": "reader", "AWS_SECRET_ACCESS_KEY": "a-key"}
        return {"AWS_ENDPOINT_URL": self.url, "AWS_REGION": "eu-central-1", **keys}

    def reset(self) -> None:
        httpx.post(f"{self.url}/moto-api/reset", timeout=PATIENCE, trust_env=False)
        httpx.post(f"{self.url}/moto-api/reset-auth", content="inf", timeout=PATIENCE, trust_env=False)
        where = {"LocationConstraint": "eu-central-1"}
        self._client().create_bucket(Bucket=BUCKET, CreateBucketConfiguration=where)

    def check_keys(self) -> None:
        """From now on a key must be somebody's, as in a real store."""
        httpx.post(f"{self.url}/moto-api/reset-auth", content="0", timeout=PATIENCE, trust_env=False)

    def put(self, **objects: bytes) -> None:
        """`/` in a key is written `__`."""
        for key, value in objects.items():
            self.put_object(key.replace("__", "/"), value)

    def put_object(self, key: str, value: bytes, *, public: bool = False) -> None:
        self._client().put_object(Bucket=BUCKET, Key=key, Body=value, **({"ACL": "public-read"} if public else {}))

    def objects(self, prefix: str = "") -> dict[str, bytes]:
        """By key, without the prefix."""
        client = self._client()
        listed = client.list_objects_v2(Bucket=BUCKET, Prefix=prefix).get("Contents", [])
        found = {each["Key"]: client.get_object(Bucket=BUCKET, Key=each["Key"])["Body"].read() for each in listed}
        return {key.removeprefix(prefix): value for key, value in found.items()}

    def delete(self, key: str) -> None:
        self._client().delete_object(Bucket=BUCKET, Key=key)

    def _client(self) -> Any:
        return boto3.client(
            "s3",
            endpoint_url=self.url,
            region_name="eu-central-1",
            aws_access_key_id="writer",
            aws_secret_access_key="a-key",
        )
