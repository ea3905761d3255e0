"""What a short name leaves out is filled in as container runtimes do."""

from __future__ import annotations

import pytest

from mlspec.registry.reference import parse_reference

DIGEST = "sha256:" + "0" * 64


@pytest.mark.parametrize(
    ("image", "registry", "repository", "tag"),
    [
        ("python:3.13-slim", "docker.io", "library/python", "3.13-slim"),
        ("vllm/vllm-openai:v0.33.0", "docker.io", "vllm/vllm-openai", "v0.33.0"),
        ("python", "docker.io", "library/python", "latest"),
        ("registry.example.com/ml/churn:1.0.0", "registry.example.com", "ml/churn", "1.0.0"),
        ("localhost/churn", "localhost", "churn", "latest"),
        ("127.0.0.1:5000/churn:1", "127.0.0.1:5000", "churn", "1"),
        (f"ghcr.io/acme/base:1@{DIGEST}", "ghcr.io", "acme/base", DIGEST),
    ],
)
def test_a_name_is_read_as_runtimes_read_it(image: str, registry: str, repository: str, tag: str) -> None:
    reference = parse_reference(image)
    assert (reference.registry, reference.repository, reference.tag) == (registry, repository, tag)


def test_docker_hub_answers_elsewhere() -> None:
    assert parse_reference("python").host == "registry-1.docker.io"
    assert parse_reference("ghcr.io/acme/base").host == "ghcr.io"


@pytest.mark.parametrize(
    ("registry", "loopback"), [("localhost:5000", True), ("[::1]:5000", True), ("10.0.0.1", False)]
)
def test_only_loopback_may_do_without_tls(registry: str, loopback: bool) -> None:
    assert parse_reference(f"{registry}/churn").is_loopback is loopback
