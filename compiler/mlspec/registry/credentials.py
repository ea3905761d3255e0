"""A registry -> who `docker login` or `podman login` said that this user is there.

Sources: docker's "docker login" (credential stores and helpers), containers-auth.json(5).
"""

from __future__ import annotations

import base64
import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .reference import DOCKER_HUB, Reference

_HUB_KEYS = ("https://index.docker.io/v1/", "index.docker.io", DOCKER_HUB)
_PATIENCE = 30
"""Seconds for a helper, which may unlock a keychain."""
_TOKEN_USER = "<token>"  # noqa: S105 - what helpers say in place of a name


@dataclass(frozen=True)
class Credentials:
    """A name and a password, or a token that stands for both."""

    user: str
    password: str
    identity_token: str = ""

    @property
    def basic(self) -> str:
        return "Basic " + base64.b64encode(f"{self.user}:{self.password}".encode()).decode()


def find_credentials(image: Reference, environment: Mapping[str, str] | None = None) -> Credentials | None:
    """None where this user has logged in nowhere: then the registry is asked as anybody."""
    variables = os.environ if environment is None else environment
    for file in _files(variables):
        settings = _settings(file)
        for key in _keys(image):
            found = _from_helper(settings, key) or _from_file(settings, key)
            if found is not None:
                return found
    return None


def _files(variables: Mapping[str, str]) -> Iterator[Path]:
    home = Path(variables.get("HOME") or Path.home())
    if stated := variables.get("REGISTRY_AUTH_FILE"):
        yield Path(stated)
    if runtime := variables.get("XDG_RUNTIME_DIR"):
        yield Path(runtime, "containers", "auth.json")
    yield Path(variables.get("XDG_CONFIG_HOME") or home / ".config", "containers", "auth.json")
    yield Path(variables.get("DOCKER_CONFIG") or home / ".docker", "config.json")


def _keys(image: Reference) -> Iterator[str]:
    """The nearest first: podman logs in to a namespace, too."""
    parts = image.repository.split("/")
    yield from ("/".join((image.registry, *parts[:count])) for count in range(len(parts), 0, -1))
    yield from _HUB_KEYS if image.registry == DOCKER_HUB else (image.registry, f"https://{image.registry}")


def _settings(file: Path) -> Mapping[str, Any]:
    try:
        settings = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return settings if isinstance(settings, dict) else {}


def _from_file(settings: Mapping[str, Any], key: str) -> Credentials | None:
    entry = (settings.get("auths") or {}).get(key) or {}
    try:
        user, _, password = base64.b64decode(entry.get("auth", "")).decode().partition(":")
    except ValueError:
        return None
    token = entry.get("identitytoken", "")
    return Credentials(user, password.rstrip("\0"), token) if user or token else None


def _from_helper(settings: Mapping[str, Any], key: str) -> Credentials | None:
    helper = (settings.get("credHelpers") or {}).get(key) or settings.get("credsStore")
    if not helper:
        return None
    try:
        done = subprocess.run(  # noqa: S603 - the program that the user's own configuration names
            [f"docker-credential-{helper}", "get"],
            input=key,
            capture_output=True,
            text=True,
            timeout=_PATIENCE,
            check=True,
        )
        answer = json.loads(done.stdout)
        user, secret = str(answer["Username"]), str(answer["Secret"])
    except (OSError, subprocess.SubprocessError, ValueError, KeyError, TypeError):
        return None
    return Credentials("", "", secret) if user == _TOKEN_USER else Credentials(user, secret)
