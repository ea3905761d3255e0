"""Which files and documents of a workspace are read, and which are left alone."""

from __future__ import annotations

import pytest

from mlspec.diagnostics import Severity
from mlspec.source import findings
from mlspec.source.files import FilesInMemory
from mlspec.source.read import Parsed, read_specs, together

MODEL = b"apiVersion: mlspec.dev/v1\nkind: Model\nmetadata: {name: churn}\n"
FOREIGN = b"apiVersion: v1\nkind: ConfigMap\nmetadata: {labels: &l {mlspec.dev/model: a}, annotations: *l}\n"


def read(**content: bytes) -> Parsed:
    files = FilesInMemory({path.replace("__", "/") + ".yaml": data for path, data in content.items()})
    return together(read_specs(files, "specs").values())


def test_every_yaml_file_below_the_folder_is_read_in_the_order_of_paths() -> None:
    files = {
        "specs/b/model.yaml": MODEL,
        "specs/a.yml": MODEL,
        "specs/b/deep/er/A.YAML": MODEL,
        "specs/model.json": MODEL,
        "specs/model.yaml.orig": MODEL,
        "specs/.hidden/model.yaml": MODEL,
        "other/model.yaml": MODEL,
        "specsmore/model.yaml": MODEL,
    }
    parsed = together(read_specs(FilesInMemory(files), "specs").values())
    assert [document.file for document in parsed.documents] == [
        *("specs/a.yml", "specs/b/deep/er/A.YAML", "specs/b/model.yaml"),
    ]
    assert parsed.complete
    assert not parsed.diagnostics


def test_several_documents_may_share_a_file() -> None:
    parsed = read(specs__all=MODEL + b"---\n" + FOREIGN + b"--- # the second\n" + MODEL.replace(b"churn", b"fraud"))
    assert [document.root.get("metadata", "name").plain() for document in parsed.documents] == ["churn", "fraud"]  # type: ignore[union-attr]  # both have names
    assert [document.root.span.line for document in parsed.documents] == [1, 9]
    assert not parsed.diagnostics


@pytest.mark.parametrize(
    "content",
    [
        FOREIGN,
        b"# for mlspec\nreplicas: [1\n",
        b"{{- range .Values.models }}\nkind: Model\n{{- end }}\n",
        b"apiVersion: kubeai.org/v1\nkind: Model\nmetadata: {name: a, name: b}\n",
        b"apiVersion: mlspec-operator.io/v1\nkind: Widget\n",
        b"kind: Model\nname: mlflow\n",
        b"- mlspec.dev/label\n- *undefined\n",
        b"a note about mlspec.dev/docs\n",
        b"a: \xff\n",
        b"# nothing but a comment\n",
        b"#" * 2_000_000,
    ],
    ids=range(11),
)
def test_a_file_of_another_tool_is_left_alone(content: bytes) -> None:
    assert read(specs__other=content) == Parsed()


def test_a_document_behind_one_that_breaks_off_is_missed_and_said_to_be() -> None:
    parsed = read(specs__all=MODEL + b"---\na: [\n---\n" + MODEL, specs__more=MODEL)
    assert [document.file for document in parsed.documents] == ["specs/all.yaml", "specs/more.yaml"]
    assert [found.code for found in parsed.diagnostics] == [findings.SYNTAX.id]
    assert not parsed.complete


def test_all_findings_of_all_files_come_in_one_run() -> None:
    parsed = read(specs__a=MODEL + b"spec: &a\n  b: !c\n", specs__b=b"", specs__c=MODEL + b"\tspec:\n")
    assert [(found.code, found.span.file) for found in parsed.diagnostics] == [
        (findings.TAG.id, "specs/a.yaml"),
        (findings.ANCHOR.id, "specs/a.yaml"),
        (findings.EMPTY.id, "specs/b.yaml"),
        (findings.TAB.id, "specs/c.yaml"),
    ]
    assert len(parsed.documents) == 1


def test_a_file_that_cannot_be_read_is_a_finding() -> None:
    class Locked(FilesInMemory):
        def read(self, path: str, at_most: int = -1) -> bytes:
            if path == "specs/locked.yaml":
                raise PermissionError(13, "Permission denied", path)
            return super().read(path, at_most)

    files = Locked({"specs/locked.yaml": MODEL, "specs/open.yaml": MODEL})
    parsed = together(read_specs(files, "specs").values())
    (found,) = parsed.diagnostics
    assert (found.code, found.span.file) == (findings.UNREADABLE.id, "specs/locked.yaml")
    assert found.message == "the file cannot be read: Permission denied"
    assert len(parsed.documents) == 1
    assert not parsed.complete


def test_no_more_than_a_bounded_part_of_a_file_is_asked_for() -> None:
    class Endless(FilesInMemory):
        def read(self, path: str, at_most: int = -1) -> bytes:
            assert 0 < at_most < 2**21
            return super().read(path).ljust(at_most, b"\n")

    (found,) = together(read_specs(Endless({"specs/model.yaml": MODEL}), "specs").values()).diagnostics
    assert found.code == findings.TOO_LARGE.id


def test_a_million_lines_are_one_document() -> None:
    parsed = read(specs__long=MODEL + b"\n" * 900_000 + b"spec: {}\n")
    (document,) = parsed.documents
    assert document.root.locate_key(("spec",)).line == 900_004


def test_a_missing_folder_holds_nothing() -> None:
    assert read() == Parsed()


def test_a_missing_api_version_hinders_nothing() -> None:
    parsed = read(specs__model=b"kind: Model\nspec: {}\n")
    assert [found.severity for found in parsed.diagnostics] == [Severity.WARNING]
    assert parsed.complete


def test_a_file_that_is_skipped_is_not_even_opened() -> None:
    class Locked(FilesInMemory):
        def read(self, path: str, at_most: int = -1) -> bytes:
            assert path != "specs/known.yaml"
            return super().read(path, at_most)

    files = Locked({"specs/known.yaml": MODEL, "specs/open.yaml": MODEL})
    assert list(read_specs(files, "specs", skip={"specs/known.yaml"})) == ["specs/open.yaml"]
