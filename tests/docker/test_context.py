"""The build context as a whole: what Python, mypy and Docker find in it."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
import tarfile
from importlib.resources import files
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given

from mlspec.artifacts.file import Copied, File
from mlspec.artifacts.registry import render_context
from mlspec.artifacts.server.archive import archive
from mlspec.artifacts.server.main import main
from mlspec.artifacts.server.model_json import model_json
from mlspec.plan.image import ImagePlan

from .plans import image_plan, rendered
from .text import free_text


def write(plan: ImagePlan, workspace: Path) -> Path:
    for output in render_context(plan):
        if isinstance(output, File):
            path = workspace / output.path
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(output.content)
    context = workspace / plan.folder
    if plan.runtime:
        unpack(context / plan.runtime)
    return context


def unpack(archive: Path) -> None:
    """As the Dockerfile's ADD does."""
    with tarfile.open(archive) as opened:
        opened.extractall(archive.parent, filter="data")


def test_every_file_lies_below_the_folder_once() -> None:
    plan = image_plan()
    paths = [output.path for output in render_context(plan)]
    assert len(paths) == len(set(paths))
    assert all(path.startswith(f"{plan.folder}/") for path in paths)


def test_copies_keep_source_and_digest() -> None:
    copied = [output for output in render_context(image_plan()) if isinstance(output, Copied)]
    assert copied == [
        Copied("generated/images/churn/code/handler.py", "specs/churn/src/handler.py", "1" * 64, 10),
        Copied("generated/images/churn/model/model.joblib", "specs/churn/model.joblib", "0" * 64, 100),
    ]


def test_dockerignore_lets_in_what_the_dockerfile_copies() -> None:
    (ignore,) = (output for output in render_context(image_plan()) if output.path.endswith("/.dockerignore"))
    assert isinstance(ignore, File)
    rules = ignore.content.decode().splitlines()
    assert rules[1] == "*"
    assert {rule[1:] for rule in rules if rule.startswith("!")} == {
        "main.py", "model.json", "requirements.txt", "mlspec_runtime.tar", "code", "model",
    }  # fmt: skip


def test_an_image_of_vllm_gets_what_fetches_its_model_and_no_more(tmp_path: Path) -> None:
    plan = image_plan(format="vllm", copies=[], asks_stores=True)
    folder = write(plan, tmp_path)
    paths = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    runtime = {path for path in paths if path.startswith("mlspec_runtime/") and "/fetch/" not in path}
    assert paths - runtime >= {"Dockerfile", ".dockerignore", "requirements.txt", "mlspec_runtime/fetch/__main__.py"}
    assert runtime == {f"mlspec_runtime/{name}" for name in ("__init__.py", "digest.py", "errors.py", "py.typed")}
    assert not {"main.py", "model.json"} & paths


def test_what_fetches_a_model_runs_without_the_rest(tmp_path: Path) -> None:
    folder = write(image_plan(format="vllm", copies=[], asks_stores=True), tmp_path)
    command = [sys.executable, "-m", "mlspec_runtime.fetch", "--help"]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "--uri" in done.stdout


def test_runtime_is_packed_whole_and_without_caches(tmp_path: Path) -> None:
    source = Path(str(files("mlspec_runtime")))
    expected = {
        path.relative_to(source).as_posix(): path.read_bytes()
        for path in source.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    copy = write(image_plan(), tmp_path) / "mlspec_runtime"
    assert {
        path.relative_to(copy).as_posix(): path.read_bytes() for path in copy.rglob("*") if path.is_file()
    } == expected
    assert "py.typed" in expected


def test_what_packs_the_runtime_leaves_no_trace() -> None:
    """Two builds of one context are one image: neither a clock nor whoever compiled shows."""
    plan = image_plan()
    (packed,) = (output for output in render_context(plan) if output.path.endswith(".tar"))
    assert isinstance(packed, File)
    with tarfile.open(fileobj=BytesIO(packed.content)) as opened:
        members = opened.getmembers()
    assert [member.name for member in members] == sorted(member.name for member in members)
    assert {(each.isreg(), each.mode, each.uid, each.gid, each.mtime, each.uname) for each in members} == {
        (True, 0o644, 0, 0, 0, "")
    }


def test_an_archive_says_what_it_cannot_hold() -> None:
    with pytest.raises(ValueError, match="longer than 100 bytes"):
        archive([("a" * 101, b"")])


def test_generated_python_is_typed_strictly(tmp_path: Path) -> None:
    folder = write(image_plan(copies=[]), tmp_path)
    checked = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(tmp_path / "cache"), "main.py"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_main_imports_no_compiler(tmp_path: Path) -> None:
    """With nothing but the context and the standard library on its path: a framework comes in only with `serve`."""
    folder = write(image_plan(copies=[]), tmp_path)
    code = f"import sys; sys.path.insert(0, {str(folder)!r}); import main; assert 'mlspec' not in sys.modules"
    subprocess.run([sys.executable, "-I", "-S", "-B", "-c", code], check=True)


@given(free_text, free_text, free_text)
def test_free_text_changes_nothing_in_main(model: str, version: str, source: str) -> None:
    # As bytes, since Python itself looks for a `coding:` in them.
    tree = ast.parse(rendered(main, image_plan(model=model, version=version, source=f"specs/{source}")).encode())
    plain = ast.parse(rendered(main, image_plan()))
    assert ast.get_docstring(tree, clean=False) == f"Serves {model} {version}."
    assert list(map(ast.dump, tree.body[1:])) == list(map(ast.dump, plain.body[1:]))


@given(free_text)
def test_model_json_says_what_the_plan_says(text: str) -> None:
    plan = image_plan(handler=text, inputs=[{"name": text, "datatype": "FP32", "shape": [-1, 4]}])
    assert json.loads(rendered(model_json, plan)) == plan.model_json
