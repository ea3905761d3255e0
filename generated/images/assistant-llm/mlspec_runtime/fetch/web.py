"""A file of a web server -> its size, and its bytes in parts where the server gives ranges."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import unquote

import obstore
from obstore.exceptions import GenericError, NotSupportedError
from obstore.store import HTTPStore

from mlspec_runtime.fetch.address import Address
from mlspec_runtime.fetch.client import RETRIES, bearer, client_options, stream
from mlspec_runtime.fetch.failure import status_of
from mlspec_runtime.fetch.source import Remote

TOKEN = "BEARER_TOKEN"  # noqa: S105 - the name of the variable that holds it

_NO_RANGE = 416


class Web:
    def __init__(self, address: Address, environ: Mapping[str, str]) -> None:
        self._address = address
        options = client_options(plain=address.scheme == "http", headers=bearer(environ.get(TOKEN)))
        base = f"{address.scheme}://{address.root}"
        self._store = HTTPStore.from_url(base, client_options=options, retry_config=RETRIES)

    def files(self) -> list[Remote]:
        """Asked by GET: a server may sign or forbid HEAD by itself."""
        key = unquote(self._address.path)
        try:
            found, in_parts = obstore.get(self._store, key, options={"range": (0, 1)}).meta, True
        except (GenericError, NotSupportedError) as error:
            # An empty file has no range, which is said by 416.
            if isinstance(error, GenericError) and status_of(error) != _NO_RANGE:
                raise
            found, in_parts = obstore.get(self._store, key).meta, False
        tag = found.get("e_tag") or str(found.get("last_modified"))
        return [Remote(unquote(self._address.name), key, found["size"], tag, in_parts)]

    def read(self, remote: Remote, start: int, end: int) -> Iterable[memoryview]:
        options: dict[str, Any] = {"range": (start, end)} if remote.in_parts else {}
        if remote.in_parts and remote.tag.startswith('"'):
            options["if_match"] = remote.tag
        return stream(self._store, remote.key, options)
