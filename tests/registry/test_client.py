"""A real registry is asked for digests: open, with a password, with tokens, and where nobody answers."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from mlspec.registry.client import RegistryClient
from mlspec.registry.exchange import NoAnswer
from tests.ports import free_port

from .server import PASSWORD, USER, Registry, Tokens, with_password, with_tokens


def _log_in(home: Path, registry: str, password: str) -> None:
    auth = base64.b64encode(f"{USER}:{password}".encode()).decode()
    (home / ".docker").mkdir(exist_ok=True)
    (home / ".docker/config.json").write_text(json.dumps({"auths": {registry: {"auth": auth}}}))


pytestmark = pytest.mark.usefixtures("home")


def test_an_image_has_the_digest_that_was_pushed(registry: Registry) -> None:
    pushed = registry.push("ml/base", "1")
    assert RegistryClient().digest(f"{registry.name}/ml/base:1") == pushed
    assert RegistryClient().digest(f"{registry.name}/ml/base@{pushed}") == pushed


@pytest.mark.parametrize("image", ["ml/base:2", "ml/other:1"])
def test_what_is_not_there_has_none(registry: Registry, image: str) -> None:
    registry.push("ml/base", "1")
    assert RegistryClient().digest(f"{registry.name}/{image}") is None


def test_a_password_opens(require_tool: Callable[[str], str], home: Path) -> None:
    with with_password(require_tool("docker-registry")) as closed:
        pushed, image = closed.push("ml/base", "1"), f"{closed.name}/ml/base:1"
        with pytest.raises(NoAnswer, match=r"it wants a login; log in: docker login 127\.0\.0\.1"):
            RegistryClient().digest(image)
        _log_in(home, closed.name, "wrong")
        with pytest.raises(NoAnswer, match="credentials that this user has there are refused"):
            RegistryClient().digest(image)
        _log_in(home, closed.name, PASSWORD)
        assert RegistryClient().digest(image) == pushed


def test_tokens_are_fetched_and_used_again(require_tool: Callable[[str], str], home: Path) -> None:
    tokens = Tokens()
    with with_tokens(require_tool("docker-registry"), tokens) as registry:
        pushed, client = registry.push("ml/base", "1"), RegistryClient()
        assert client.digest(f"{registry.name}/ml/base:1") == pushed
        assert client.digest(f"{registry.name}/ml/base:2") is None
        assert tokens.asked == [{"service": "tests", "scope": "repository:ml/base:pull"}]
        assert tokens.said == [""], "whoever has no login asks as anybody"
        tokens.wants_login = True
        with pytest.raises(NoAnswer, match="it wants a login"):
            RegistryClient().digest(f"{registry.name}/ml/base:1")
        _log_in(home, registry.name, PASSWORD)
        assert RegistryClient().digest(f"{registry.name}/ml/base:1") == pushed
        assert tokens.said[-1].startswith("Basic ")


def test_nobody_answers() -> None:
    with free_port() as port, pytest.raises(NoAnswer, match=f"127.0.0.1:{port} cannot be reached: Connection refused"):
        RegistryClient().digest(f"127.0.0.1:{port}/ml/base:1")
    with pytest.raises(NoAnswer, match=r"nowhere\.invalid cannot be reached: \w"):
        RegistryClient().digest("nowhere.invalid/ml/base:1")
