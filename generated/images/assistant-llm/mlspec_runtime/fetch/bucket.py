"""A place in S3, Google Cloud Storage or Azure Blob Storage -> its files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import obstore
from obstore.store import AzureStore, GCSStore, S3Store

from mlspec_runtime.fetch.address import Address
from mlspec_runtime.fetch.client import RETRIES, client_options, stream
from mlspec_runtime.fetch.failure import missing
from mlspec_runtime.fetch.source import Remote

if TYPE_CHECKING:
    from obstore.store import ObjectStore

_ENDPOINTS = {"s3": "AWS_ENDPOINT_URL", "gs": "GOOGLE_BASE_URL", "az": "AZURE_STORAGE_ENDPOINT"}


class Bucket:
    """Credentials come from the environment, by the names that the store's own clients read, or from its cloud."""

    def __init__(self, address: Address, environ: Mapping[str, str]) -> None:
        self._address = address
        self._store = connect(address, environ)

    def files(self) -> list[Remote]:
        if not self._address.is_folder:
            found = obstore.head(self._store, self._address.path)
            return [_remote(self._address.name, found)]
        prefix = self._address.path
        listed = [each for chunk in obstore.list(self._store, prefix or None, chunk_size=1000) for each in chunk]
        # A folder's own marker, which some tools write, is no file of the model.
        files = [each for each in listed if each["path"].startswith(prefix) and each["path"] != prefix.rstrip("/")]
        if not files:
            raise missing(self._address.uri)
        return [_remote(each["path"].removeprefix(prefix), each) for each in files]

    def read(self, remote: Remote, start: int, end: int) -> Iterable[memoryview]:
        options: dict[str, Any] = {"range": (start, end)}
        if remote.tag.startswith('"'):
            # Never half of one model and half of the next.
            options["if_match"] = remote.tag
        return stream(self._store, remote.key, options)


def _remote(name: str, found: Mapping[str, Any]) -> Remote:
    return Remote(name, found["path"], found["size"], _tag(found.get("e_tag")) or str(found.get("last_modified")))


def _tag(tag: str | None) -> str | None:
    """As HTTP has it, in quotes: Azure leaves them out where it lists, and a tag must be the same however it is had."""
    return f'"{tag}"' if tag and not tag.endswith('"') else tag


def connect(address: Address, environ: Mapping[str, str]) -> ObjectStore:
    """A client of the bucket or container."""
    options = client_options(plain=environ.get(_ENDPOINTS.get(address.scheme, ""), "").startswith("http://"))
    if address.scheme == "s3":
        return S3Store(address.root, client_options=options, retry_config=RETRIES)
    if address.scheme == "gs":
        return GCSStore(address.root, client_options=options, retry_config=RETRIES)
    account, _, container = address.root.partition("/")
    return AzureStore(container, account_name=account, client_options=options, retry_config=RETRIES)
