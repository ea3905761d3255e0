"""A model's uri -> its parts: scheme, what it is in, and the path there."""

from __future__ import annotations

from dataclasses import dataclass

from mlspec_runtime.fetch.failure import usage

_ROOTS = {"s3": 1, "gs": 1, "az": 2, "https": 1, "http": 1, "hf": 2}
"""How many parts of the path, the host included, name what the model is in."""


@dataclass(frozen=True, slots=True)
class Address:
    """`root` is a bucket, `account/container`, `host[:port]` or `organisation/name`."""

    uri: str
    scheme: str
    root: str
    path: str

    @property
    def is_folder(self) -> bool:
        return not self.path or self.path.endswith("/")

    @property
    def name(self) -> str:
        """The last part of a file's path."""
        return self.path.rpartition("/")[2]


def read_address(uri: str) -> Address:
    """Raises Failure for what nothing here can fetch."""
    scheme, _, rest = uri.partition("://")
    count = _ROOTS.get(scheme)
    parts = rest.split("/", count or 0)
    if count is None or len(parts) < count or not all(parts[:count]):
        raise usage(f"{uri!r} cannot be fetched: write s3://, gs://, az://, https:// or hf:// and a place")
    return Address(uri, scheme, "/".join(parts[:count]), parts[count] if len(parts) > count else "")
