"""What is written is read back the same under YAML 1.1 and 1.2, whatever the text, and shows all that it holds."""

from __future__ import annotations

import re
from io import StringIO
from typing import Any

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from mlspec.artifacts import yaml_text
from mlspec.artifacts.yaml_text import to_yaml

TREACHEROUS = [
    *("on", "off", "yes", "No", "y", "N", "true", "TRUE", "false", "null", "Null", "~", "", "=", "<<"),
    *("1", "-1", "+1", "01", "0o7", "0x1F", "0b1", "1_000", "1e3", "1E+3", ".5", "5.", "1.", "-.5e-3", "1.2.3"),
    *(".inf", "-.Inf", ".nan", ".NaN", "1:30", "1:30:00.5", "2026-11-22", "2026-11-22T10:00:00Z", "12e03", "1,000"),
    *("- a", "a: b", "a #b", "#a", "{{ x }}", "[a", "*a", "&a", "!a", "%a", "@a", "`a", "|", ">", "?", "'", '"', "---"),
    *("a\nb", "a\n", "\na", " a", "a ", "a \nb", "a\n b", " a\nb", "a\n\n", "\n", "a\r\nb", "a\tb", "\t", "a\n---\nb"),
    *(
        "a\u2028b",
        "a\u2029b",
        "a\x85b",
        "a\x00b",
        "a\x1bb",
        "a\x7fb",
        "a\xa0b",
        "\ufeffa",
        "a\u202eb",
        "é",
        "😀",
        "\ufffe",
    ),
]
TEXT = st.text() | st.sampled_from(TREACHEROUS) | st.from_regex(r"[-+.0-9_:eExXoObBaAfFinNTZ]{1,12}", fullmatch=True)
KEYS = st.from_regex(r"[A-Za-z0-9._/-]{1,100}", fullmatch=True)


def documents(keys: st.SearchStrategy[str]) -> st.SearchStrategy[dict[str, Any]]:
    values = st.recursive(
        TEXT | st.booleans() | st.integers(),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4),
        max_leaves=12,
    )
    return st.dictionaries(keys, values, max_size=5)


@given(documents(TEXT))
@example({text: text for text in TREACHEROUS})
def test_reads_back_the_same(document: dict[str, Any]) -> None:
    text = to_yaml([document])
    assert yaml.safe_load(text) == document
    assert YAML(typ="safe", pure=True).load(StringIO(text)) == document


@given(st.lists(TEXT, min_size=1, max_size=5))
@example(TREACHEROUS)
def test_hides_nothing_from_a_reviewer(values: list[str]) -> None:
    assert to_yaml([{"key": values}]).replace("\n", "").isprintable()


@pytest.mark.parametrize("text", ["500m", "3Gi", "25%", "10s", "10.20.0.0/16", "sha256:0a", "1g.10gb", "a:b"])
def test_what_no_reader_mistakes_stays_plain(text: str) -> None:
    assert to_yaml([{"key": text}]) == f"key: {text}\n"


@pytest.mark.parametrize("word", ["y", "N", "yes", "Off", "TRUE", "null", "~", "=", "<<", ""])
def test_words_of_yaml_1_1_are_quoted(word: str) -> None:
    # Its specification has `y` for true; PyYAML and ruamel.yaml never took that over, others did.
    assert to_yaml([{"key": word}]) == f'key: "{word}"\n'


def test_one_object_used_twice_is_written_twice() -> None:
    labels = {"app": "churn"}
    assert to_yaml([{"one": labels, "two": labels}]) == "one:\n  app: churn\ntwo:\n  app: churn\n"


def test_keeps_the_order_and_lays_lists_out_as_kubectl_does() -> None:
    assert to_yaml([{"b": [{"name": "x", "value": "1"}], "a": "text\nof lines\n"}]) == (
        'b:\n- name: x\n  value: "1"\na: |\n  text\n  of lines\n'
    )


def test_separates_documents() -> None:
    assert list(yaml.safe_load_all(to_yaml([{"a": 1}, {"b": 2}]))) == [{"a": 1}, {"b": 2}]


def test_never_folds_a_line() -> None:
    assert re.fullmatch(r"key: [^\n]+\n", to_yaml([{"key": "word " * 500 + "end"}]))


@pytest.mark.parametrize("value", [1e20, 1e-7, 0.5, -2.0, 3, 10**30, True, None])
def test_a_number_stays_a_number(value: object) -> None:
    text = to_yaml([{"key": value}])
    assert yaml.safe_load(text) == {"key": value}
    assert YAML(typ="safe", pure=True).load(StringIO(text)) == {"key": value}


def test_what_a_manifest_cannot_hold_is_refused() -> None:
    with pytest.raises(TypeError, match="no place in a manifest"):
        to_yaml([{"key": {1, 2}}])


@given(documents(KEYS))
@example({str(index): text for index, text in enumerate(TREACHEROUS)})
def test_is_the_same_without_libyaml(document: dict[str, Any]) -> None:
    expected = to_yaml([document])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(yaml_text, "EMITTER", yaml.SafeDumper)
        assert to_yaml([document]) == expected
