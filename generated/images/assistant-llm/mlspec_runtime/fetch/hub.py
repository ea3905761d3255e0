"""A repository of Hugging Face at one commit -> its files.

Its own HTTP interface rather than its client, which brings a second HTTP stack into every image:
https://huggingface.co/docs/hub/api lists the tree, and `resolve` leads to each file.
"""

from __future__ import annotations

import json
import re
import urllib.error
import urllib.request
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import Any
from urllib.parse import quote, urlsplit

from obstore.store import HTTPStore

from mlspec_runtime.fetch.address import Address
from mlspec_runtime.fetch.client import RETRIES, bearer, client_options, stream
from mlspec_runtime.fetch.failure import Failure, denied, missing, unreachable
from mlspec_runtime.fetch.patience import patiently
from mlspec_runtime.fetch.source import Remote

_HUB = "https://huggingface.co"
_NOT_OF_THE_MODEL = (".gitattributes",)


class Hub:
    """HF_TOKEN is needed for what is private or gated; HF_ENDPOINT names a mirror."""

    def __init__(self, address: Address, revision: str, environ: Mapping[str, str]) -> None:
        self._address = address
        self._revision = revision
        self._endpoint = environ.get("HF_ENDPOINT") or _HUB
        self._headers = bearer(environ.get("HF_TOKEN"))
        options = client_options(plain=urlsplit(self._endpoint).scheme == "http", headers=self._headers)
        self._store = HTTPStore.from_url(self._endpoint, client_options=options, retry_config=RETRIES)

    def files(self) -> list[Remote]:
        path = self._address.path
        found = [each for each in self._tree() if each["path"] not in _NOT_OF_THE_MODEL]
        wanted = [each for each in found if each["path"] == path or (not path or path.endswith("/"))]
        inside = [each for each in wanted if each["path"].startswith(path)]
        if not inside:
            raise missing(self._address.uri)
        folder = path if self._address.is_folder else path.removesuffix(self._address.name)
        return [self._remote(each, each["path"].removeprefix(folder)) for each in inside]

    def read(self, remote: Remote, start: int, end: int) -> Iterable[memoryview]:
        options: dict[str, Any] = {"range": (start, end)} if remote.in_parts else {}
        return stream(self._store, remote.key, options)

    def _remote(self, found: Mapping[str, Any], name: str) -> Remote:
        key = f"{self._address.root}/resolve/{self._revision}/{found['path']}"
        large = found.get("lfs")
        digest = f"sha256:{large['oid']}" if large else f"git-sha1:{found['oid']}"
        # Small files come compressed from the Hub, and then without ranges.
        return Remote(name, key, found["size"], found["oid"], in_parts=bool(large), digest=digest)

    def _tree(self) -> Iterator[dict[str, Any]]:
        root = quote(self._address.root)
        page: str | None = f"{self._endpoint}/api/models/{root}/tree/{self._revision}?recursive=true"
        while page:
            entries, page = patiently(partial(self._page, page))
            yield from (each for each in entries if each.get("type") == "file")

    def _page(self, url: str) -> tuple[list[dict[str, Any]], str | None]:
        request = urllib.request.Request(url, headers=self._headers)  # noqa: S310 - http(s), from the spec
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 - likewise
                following = re.search(r'<([^>]+)>;\s*rel="next"', answer.headers.get("Link") or "")
                return json.load(answer), following[1] if following else None
        except urllib.error.HTTPError as error:
            raise self._refusal(error) from error

    def _refusal(self, error: urllib.error.HTTPError) -> Exception:
        """The Hub says 401 of what does not exist, too: it does not tell what is private from what is not there."""
        if error.code in (401, 403):
            return denied(f"{self._address.uri} at {self._revision[:12]}", str(error.code))
        if error.code == 404:
            return missing(f"{self._address.uri} at {self._revision[:12]}")
        failure = unreachable(self._address.uri, error)
        return error if error.code >= 500 or error.code == 429 else Failure("refused", failure.status, str(failure))
