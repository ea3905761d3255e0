"""Choices of an image's plan that no other test sees, and what it refuses to hold."""

from __future__ import annotations

from importlib.resources import files
from typing import Any, get_args

import pytest
from hypothesis import given

from mlspec.plan.formats import FORMATS
from mlspec.plan.image import Copy, one_line
from mlspec.spec.model import Format as FormatName

from .plans import image_plan
from .text import free_text


def test_every_format_of_the_language_has_a_row() -> None:
    assert set(FORMATS) == set(get_args(FormatName))


@pytest.mark.parametrize("name", [name for name, row in FORMATS.items() if row.server == "mlspec"])
def test_formats_that_our_server_serves_have_a_loader(name: str) -> None:
    assert files("mlspec_runtime.formats").joinpath(f"{name}.py").is_file()


@pytest.mark.parametrize("name", FORMATS)
def test_every_ending_belongs_to_a_file(name: str) -> None:
    row = FORMATS[name]
    assert all(suffix.startswith(".") for suffix in row.suffixes)
    assert not (row.suffixes and row.reads == "folder")
    assert {*row.by_suffix, *row.safe_suffixes} <= set(row.suffixes)
    assert not row.methods or row.methods[0] == "predict"


def test_skops_files_run_no_code() -> None:
    assert FORMATS["sklearn"].runs_code("model/model.joblib")
    assert not FORMATS["sklearn"].runs_code("model/model.skops")
    assert not FORMATS["onnx"].runs_code("model/model.onnx")


BREAKING: dict[str, dict[str, Any]] = {
    "base-image-newline": {"base_image": "a\nRUN id"},
    "base-image-variable": {"base_image": "$BASE"},
    "base-image-words": {"base_image": "a AS b"},
    "package-command": {"system_packages": ["a && id"]},
    "package-option": {"system_packages": ["--allow-unauthenticated"]},
    "package-newline": {"system_packages": ["a\nRUN id"]},
    "python": {"python": "3.13' or '"},
    "copy-out": {"copies": [Copy("x", "model/../main.py", "0", 1)]},
    "copy-top": {"copies": [Copy("x", "Dockerfile", "0", 1)]},
    "copy-runtime": {"copies": [Copy("x", "mlspec_runtime/x.py", "0", 1)]},
}


@pytest.mark.parametrize("case", BREAKING)
def test_what_would_leave_its_line_is_refused(case: str) -> None:
    with pytest.raises(ValueError, match="cannot be written into a build context"):
        image_plan(**BREAKING[case])


@given(free_text)
def test_one_line_is_one_printable_line(text: str) -> None:
    line = one_line(text)
    assert line.isprintable()
    assert one_line(line) == line


def test_one_line_keeps_words() -> None:
    assert one_line("  Scores\tcard\r\npayments\u2028für ¿you? ") == "Scores card payments für ¿you?"


def test_labels_say_who_and_what_and_no_date() -> None:
    assert image_plan(owner="payments", description="Scores").labels == {
        "org.opencontainers.image.description": "Scores",
        "org.opencontainers.image.title": "churn",
        "org.opencontainers.image.vendor": "payments",
        "org.opencontainers.image.version": "1.0.0",
    }
    assert len(image_plan().labels) == 2


def test_model_json_holds_what_is_known_and_nothing_else() -> None:
    assert image_plan(copies=[], digest="sha256:" + "0" * 64, predict="predict_proba").model_json == {
        "name": "churn",
        "version": "1.0.0",
        "format": "sklearn",
        "path": "model/model.joblib",
        "digest": "sha256:" + "0" * 64,
        "predict": "predict_proba",
        "inputs": [],
        "outputs": [],
    }
    assert image_plan().model_json["code"] == "code"
