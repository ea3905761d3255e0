"""What services give out is known by its shape; words, references and settings of models are not taken for it."""

from __future__ import annotations

import random
import string

import pytest

from mlspec.credentials import credential_kind, names_credential

_WORDS = string.ascii_letters + string.digits


def _random(length: int) -> str:
    """Made up when the test runs: a scanner of repositories would take it for real if it were written here."""
    return "Aa0" + "".join(random.Random(length).choices(_WORDS, k=length - 3))


CREDENTIALS = {
    "an AWS access key": "AKIA" + _random(16).upper(),
    "an Azure storage key": "AccountName=ml;AccountKey=" + _random(86) + "==",
    "a GitHub token": "ghp_" + _random(36),
    "a GitLab token": "glpat-" + _random(20),
    "a Google API key": "AIza" + _random(35),
    "a Hugging Face token": "hf_" + _random(34),
    "an OpenAI or Anthropic key": "sk-proj-" + _random(48),
    "a PyPI token": "pypi-AgE" + _random(160),
    "a Slack token": "xoxb-" + _random(24),
    "a JSON Web Token": f"eyJ{_random(20)}.eyJ{_random(40)}.{_random(43)}",
    "a private key": "-----BEGIN " + "PRIVATE KEY-----\nMIIE",
    "a password in a URL": "postgres://app:" + _random(9) + "@db.example.com/app",
}


@pytest.mark.parametrize("kind", CREDENTIALS)
@pytest.mark.parametrize("around", ["{}", "see {} there", '{{"key": "{}"}}', "A={}\nB=2"])
def test_a_credential_is_known_wherever_it_stands(kind: str, around: str) -> None:
    assert credential_kind(around.format(CREDENTIALS[kind])) == kind


@pytest.mark.parametrize(
    "text",
    [
        "",
        "sk-learn-regression-pipeline-of-the-first-kind",
        "sk-learn-2026-regression-pipeline-of-the-first-kind",
        "risk-Scoring-Of-2026-for-the-payments-team",
        "https://git.example.com/acme/ml-gitops.git",
        "git@git.example.com:acme/ml-gitops.git",
        "ssh://git@git.example.com:2222/acme/ml.git",
        "postgres://app:$(PASSWORD)@db.example.com/app",
        "postgres://app:${PASSWORD}@db.example.com/app",
        "https://user:<password>@example.com",
        "http://prometheus-operated.monitoring:9090",
        "sha256:" + "a1" * 32,
        "registry.example.com:5000/ml/churn@sha256:" + "0f" * 32,
        "akia0000000000000000",
        "hf_hub_download_timeout_in_seconds",
        "sum(rate(mlspec_requests_total{code!~'5..'}[5m]))",
    ],
)
def test_what_is_no_credential_is_let_through(text: str) -> None:
    assert credential_kind(text) is None


@pytest.mark.parametrize("name", ["PASSWORD", "DB_PASSWORD", "db_password", "HF_TOKEN", "OPENAI_API_KEY", "APIKEY"])
def test_a_name_tells_what_its_value_is(name: str) -> None:
    assert names_credential(name, "correct horse")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PASSWORD", ""),
        ("USE_TOKEN", "true"),
        ("MAX_TOKEN", "4096"),
        ("PAD_TOKEN", "<pad>"),
        ("EOS_TOKEN", "[EOS]"),
        ("PASSWORD_FILE", "hunter2"),
        ("TOKEN", "/var/run/secrets/token"),
        ("TOKEN", "$(OTHER)"),
        ("TOKENIZERS", "fast"),
        ("MONKEY", "business"),
    ],
)
def test_a_setting_is_no_credential_by_its_name(name: str, value: str) -> None:
    assert not names_credential(name, value)
