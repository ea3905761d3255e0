"""Stores on this machine: a web server, and S3 as moto has it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from tests.fetch.s3 import S3
from tests.fetch.web import Site, serve


@pytest.fixture
def web() -> Iterator[Callable[..., Site]]:
    """Makes sites that end with the test."""
    with ExitStack() as stack:

        def make(**options: object) -> Site:
            site = Site(**options)  # type: ignore[arg-type] # as the test gives them
            server = serve(site)
            stack.callback(server.server_close)
            stack.callback(server.shutdown)
            return site

        yield make


@pytest.fixture(scope="session")
def s3_server() -> Iterator[S3]:
    s3 = S3()
    yield s3
    s3.stop()


@pytest.fixture
def s3(s3_server: S3) -> S3:
    """Empty, and open to every key."""
    s3_server.reset()
    return s3_server
