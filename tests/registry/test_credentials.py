"""Whoever has logged in with docker or podman need not say again who he is."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest

from mlspec.registry.credentials import Credentials, find_credentials
from mlspec.registry.reference import parse_reference

HERE = {"auth": base64.b64encode(b"mole:sesame").decode()}
MOLE = Credentials("mole", "sesame")


def _write(file: Path, settings: object) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(settings))


@pytest.mark.parametrize(
    ("image", "key"),
    [
        ("python:3.13", "https://index.docker.io/v1/"),
        ("registry.example.com/ml/churn:1", "registry.example.com"),
        ("registry.example.com/ml/churn:1", "https://registry.example.com"),
        ("registry.example.com/ml/churn:1", "registry.example.com/ml"),
    ],
)
def test_a_login_is_found_under_its_registry(home: Path, image: str, key: str) -> None:
    _write(home / ".docker/config.json", {"auths": {key: HERE}})
    assert find_credentials(parse_reference(image)) == MOLE


def test_another_registrys_login_is_not_told(home: Path) -> None:
    _write(home / ".docker/config.json", {"auths": {"example.com": HERE}})
    assert find_credentials(parse_reference("registry.example.com/ml/churn")) is None


def test_podmans_file_comes_before_dockers(home: Path) -> None:
    _write(home / ".docker/config.json", {"auths": {"example.com": {"auth": "eDp5"}}})
    _write(home / ".config/containers/auth.json", {"auths": {"example.com": HERE}})
    assert find_credentials(parse_reference("example.com/churn")) == MOLE


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        ({"Username": "mole", "Secret": "sesame"}, MOLE),
        ({"Username": "<token>", "Secret": "long"}, Credentials("", "", "long")),
        ({"Username": "mole"}, None),
    ],
)
def test_a_helper_is_asked(
    home: Path, monkeypatch: pytest.MonkeyPatch, answer: object, found: Credentials | None
) -> None:
    helper = home / "bin" / "docker-credential-cave"
    helper.parent.mkdir()
    helper.write_text(f"#!/bin/sh\nread key\n[ $key = example.com ] && echo '{json.dumps(answer)}'\n")
    helper.chmod(0o755)
    monkeypatch.setenv("PATH", f"{helper.parent}:/usr/bin:/bin")
    _write(home / ".docker/config.json", {"credHelpers": {"example.com": "cave"}})
    assert find_credentials(parse_reference("example.com/churn")) == found


@pytest.mark.parametrize("text", ["", "[]", "{", '{"auths": {"example.com": {"auth": "%%%"}}}'])
def test_a_broken_file_is_nobodys_login(home: Path, text: str) -> None:
    (home / ".docker").mkdir()
    (home / ".docker/config.json").write_text(text)
    assert find_credentials(parse_reference("example.com/churn")) is None
