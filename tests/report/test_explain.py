"""A code's page says what, why and what to do."""

from __future__ import annotations

from mlspec.report.explain import explain
from mlspec.source.findings import EMPTY


def test_a_code_is_explained() -> None:
    assert explain(EMPTY) == (
        "MLS020 empty-document: a document without content\n"
        "\n"
        "An emptied file looks like a model that was removed, and its objects would be removed from the\n"
        "cluster.\n"
        "\n"
        "What to do: write the document, or delete the file\n"
    )
