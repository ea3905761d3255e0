"""A model's uri is taken apart, or refused."""

from __future__ import annotations

import pytest

from mlspec.spec.location import Location, checked_uri, location
from mlspec.spec.section import Invalid

SHA = f"sha256:{'0' * 64}"


@pytest.mark.parametrize(
    ("uri", "expected"),
    [
        ("s3://models/fraud/3.2.0/", Location("s3", "models", "fraud/3.2.0/")),
        ("gs://models.example.com/a b", None),
        ("gs://models.example.com/a_b", Location("gs", "models.example.com", "a_b")),
        ("az://account1/models/m.bin", Location("az", "account1/models", "m.bin")),
        ("https://h.example.com:8443/a%20b/m", Location("https", "h.example.com:8443", "a%20b/m")),
        ("hf://acme/some.model", Location("hf", "acme/some.model", "")),
        ("hf://acme/m/onnx/m.onnx", Location("hf", "acme/m", "onnx/m.onnx")),
        (f"oci://localhost:5000/ml/m@{SHA}/m.onnx", Location("oci", f"localhost:5000/ml/m@{SHA}", "m.onnx")),
        ("pvc://claim", Location("pvc", "claim", "")),
        ("./model", None),
        (None, None),
        ("models:/churn/3", None),
    ],
)
def test_parts(uri: str | None, expected: Location | None) -> None:
    assert location(uri) == expected


@pytest.mark.parametrize(
    "uri",
    [
        "s3://models",
        "s3://models/",
        "s3://Models/m",
        "s3://models/../m",
        "s3://models/a//b",
        "s3://models/a/..",
        "gs://m/x",
        "az://account/container",
        "https://host/",
        "https://host/folder/",
        "https://user@host/m",
        "https://host/m?sig=x",
        "hf://name",
        "hf://acme/name/",
        "oci://registry.example.com/ml/m:1",
        f"oci://m@{SHA}",
        "pvc://",
        "pvc://Claim/x",
        "s3:models/x",
        "s3://models/" + "a" * 1024,
    ],
)
def test_refused(uri: str) -> None:
    with pytest.raises(Invalid) as refused:
        checked_uri(uri)
    assert refused.value.help
