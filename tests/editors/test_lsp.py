"""`mlspec lsp`, the real process, as an editor speaks with it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.running import environment

from .client import Editor

MODEL = "specs/churn/model.yaml"
PROD = "specs/environments/prod.yaml"
SPEC = """\
apiVersion: mlspec.dev/v1
kind: Model
metadata: {name: churn, description: "\U0001f600 churn"}
spec:
  model: {format: sklearn, version: 1.2.0, uri: ./model.joblib}
  build: {requirements: [scikit-learn==1.9.1]}
  health: {drain: 20s}
  environments:
    prod: {health: {drain: 40s}}
    staging: {}
"""
ENVIRONMENT = """\
apiVersion: mlspec.dev/v1
kind: Environment
metadata: {name: NAME}
spec:
  accelerators: {nvidia-l4: {resource: nvidia.com/gpu}}
"""


@pytest.fixture(scope="module")
def editor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Editor]:
    root = tmp_path_factory.mktemp("workspace")
    for folder in ("specs/churn", "specs/environments"):
        (root / folder).mkdir(parents=True)
    (root / MODEL).write_text(SPEC)
    (root / "specs/churn/model.joblib").write_bytes(b"a model")
    for name in ("prod", "staging"):
        (root / f"specs/environments/{name}.yaml").write_text(ENVIRONMENT.replace("NAME", name))
    command = [sys.executable, "-c", "from mlspec.cli.__main__ import main; main()", "lsp"]
    with Editor(command, root, environment()) as connected:
        connected.open(MODEL)
        yield connected


_versions = iter(range(2, 1000))


def typed(editor: Editor, text: str, code: str, file: str = MODEL) -> dict[str, Any]:
    """The finding of a code, once the buffer holds the text; nothing is saved."""
    editor.write(file, text, next(_versions))
    found = editor.findings(file, lambda those: any(each["code"] == code for each in those))
    return next(each for each in found if each["code"] == code)


def fixed(editor: Editor, text: str, found: dict[str, Any]) -> str:
    """The text after the fix that is offered."""
    context = {"diagnostics": [found]}
    document = {"uri": editor.uri(MODEL)}
    (action,) = editor.ask("textDocument/codeAction", textDocument=document, range=found["range"], context=context)
    (edit,) = action["edit"]["changes"][editor.uri(MODEL)]
    start, end = edit["range"]["start"], edit["range"]["end"]
    lines = text.splitlines(keepends=True)
    units = lines[start["line"]].encode("utf-16-le")
    lines[start["line"]] = (
        units[: start["character"] * 2] + edit["newText"].encode("utf-16-le") + units[end["character"] * 2 :]
    ).decode("utf-16-le")
    assert start["line"] == end["line"]
    return "".join(lines)


@pytest.mark.parametrize(
    ("right", "wrong", "code"),
    [
        ("health: {drain: 20s}", "helth: {drain: 20s}", "MLS101"),
        ("format: sklearn", "format: sklaern", "MLS105"),
        ('description: "\U0001f600 churn"', "description: 3", "MLS103"),
        ("    prod: {health", "    prdo: {health", "MLS111"),
        ("drain: 20s", "drain: 20 sec", "MLS104"),
        # A character of two UTF-16 units stands before it.
        ('{name: churn, description: "\U0001f600 churn"}', '{description: "\U0001f600", nmae: churn}', "MLS101"),
    ],
)
def test_a_slip_is_mended_in_one_step(editor: Editor, right: str, wrong: str, code: str) -> None:
    text = SPEC.replace(right, wrong)
    found = typed(editor, text, code)
    mended = fixed(editor, text, found)
    editor.write(MODEL, mended, next(_versions))
    assert not [each for each in editor.findings(MODEL, lambda those: code not in str(those)) if each["severity"] == 1]


def test_an_accelerator_is_shown_beside_what_the_environment_has(editor: Editor) -> None:
    text = SPEC.replace("  health:", "  resources: {accelerator: {type: nvidia-l5, count: 1}}\n  health:", 1)
    found = typed(editor, text, "MLS203")
    assert found["source"] == "mlspec"
    assert found["relatedInformation"][0]["location"]["uri"].startswith(editor.uri("specs/environments/"))
    assert "nvidia-l4" in fixed(editor, text, found)
    editor.write(MODEL, text.replace("nvidia-l5", "nvidia-l4"), next(_versions))
    editor.findings(MODEL, lambda those: "MLS203" not in str(those))
    places = editor.at("definition", MODEL, 6, 36)
    assert sorted(each["uri"].rpartition("/")[2] for each in places) == ["prod.yaml", "staging.yaml"]


def test_another_file_is_told_of_an_unsaved_change(editor: Editor) -> None:
    editor.write(MODEL, SPEC, next(_versions))
    editor.open(PROD)
    editor.write(PROD, ENVIRONMENT.replace("NAME", "production"), next(_versions))
    found = editor.findings(MODEL, lambda those: "MLS111" in str(those))
    assert "there is no environment `prod`" in str(found)
    editor.write(PROD, ENVIRONMENT.replace("NAME", "prod"), next(_versions))
    editor.findings(MODEL, lambda those: "MLS111" not in str(those))


def test_hover_has_the_meaning_and_the_value_in_each_environment(editor: Editor) -> None:
    editor.write(MODEL, SPEC, next(_versions))
    editor.findings(MODEL, lambda _: True)
    said = editor.at("hover", MODEL, 6, 12)["contents"]["value"]
    assert "How long requests in progress may take to finish." in said
    assert "Default: `30s`" in said
    assert "prod: `40s` (specs/churn/model.yaml:9)" in said
    assert "staging: `20s` (specs/churn/model.yaml:7)" in said


def test_an_environment_leads_to_its_file(editor: Editor) -> None:
    (place,) = editor.at("definition", MODEL, 8, 6)
    assert place["uri"] == editor.uri(PROD)
    assert place["range"]["start"]["line"] == 2


def test_half_typed_text_never_ends_it(editor: Editor) -> None:
    for end in range(40, len(SPEC), 23):
        editor.write(MODEL, SPEC[:end], next(_versions))
        editor.at("hover", MODEL, 3, 3)
        editor.at("definition", MODEL, 99, 99)
    editor.write(MODEL, SPEC + "\t{[", next(_versions))
    assert editor.findings(MODEL, lambda those: any(each["code"] < "MLS1" for each in those))
    editor.write(MODEL, SPEC, next(_versions))
    editor.findings(MODEL, lambda those: not any(each["severity"] == 1 for each in those))


def test_without_the_extra_the_command_says_how_to_get_it(tmp_path: Path) -> None:
    from tests.cli.running import changed_mlspec

    hidden = "import sys; sys.modules['pygls'] = None; sys.modules['pygls.lsp.server'] = None"
    ended = changed_mlspec(tmp_path, hidden, "lsp")
    assert (ended.status, ended.stderr) == (2, "error: the language server needs an extra: pip install 'mlspec[lsp]'\n")
