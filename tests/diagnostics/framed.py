"""The blocks of an example -> a whole workspace: what they leave out comes from frames.yaml."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import cycle, islice
from pathlib import Path, PurePosixPath
from typing import Any

import yaml

from mlspec.report.examples import Block

_FRAMES = yaml.safe_load((Path(__file__).parent / "frames.yaml").read_text(encoding="utf-8"))
_USUAL = "churn"
_ROWS = 400
_LINE = b"apiVersion: mlspec.dev/v1\n"
_HEADER = re.compile(r"# (?P<path>specs/\S+)(?: \((?P<mebibytes>\d+) MiB\))?\n")
_HIDDEN = re.compile(r"⟨(?:U\+(?P<number>[0-9A-F]{4})|tab)⟩")


def workspace(*parts: Iterable[Block]) -> dict[str, bytes]:
    """The files of an example by their paths; of two parts that show one file, the later."""
    shown = dict(_file(block) for part in parts for block in part)
    models = dict.fromkeys(path.split("/")[1] for path in shown if path.endswith("/model.yaml") or ".csv" in path)
    frames = {name: _FRAMES.get(name, _FRAMES[_USUAL]) for name in models or [_USUAL]}
    around = {name: value for frame in frames.values() for name, value in frame.get("environment", {}).items()}
    written: dict[str, bytes | str] = {path: text for each in frames.values() for path, text in each["files"].items()}
    written |= {f"specs/{name}/model.yaml": "spec:\n" for name in frames}
    written |= {"specs/environments/prod.yaml": "spec:\n"} if around else {}
    written |= shown
    # A model without a frame of its own has the files of the usual one.
    written |= {f"specs/{name}/model.joblib": "a model\n" for name in frames if name not in _FRAMES}
    return {path: _content(path, text, frames, around) for path, text in written.items()}


def _file(block: Block) -> tuple[str, bytes | str]:
    header = _HEADER.match(block.text)
    assert header, f"a block begins with the path of its file: {block.text}"
    large = header["mebibytes"]
    return header["path"], _LINE * ((int(large) << 20) // len(_LINE) + 1) if large else block.text[header.end() :]


def _content(path: str, text: bytes | str, frames: dict[str, Any], environment: dict[str, Any]) -> bytes:
    if isinstance(text, bytes):
        return text
    if path.endswith(".csv"):
        return _continued(text).encode()
    if path.endswith(".yaml") and "apiVersion" not in text and re.search(r"^\w+:", text, re.MULTILINE):
        folder = PurePosixPath(path).parent.name
        if folder == "environments":
            text = _document("Environment", PurePosixPath(path).stem, text, environment)
        elif path == "specs/workspace.yaml":
            text = _document("Workspace", "", text, {})
        else:
            text = _document("Model", folder, text, frames[folder]["model"])
    return _HIDDEN.sub(lambda each: chr(int(each["number"] or "9", 16)), text).encode()


def _document(kind: str, name: str, text: str, spec: dict[str, Any]) -> str:
    """Text by text, so that comments, and mistakes of YAML, are what they are in the example."""
    head = f"apiVersion: mlspec.dev/v1\nkind: {kind}\n"
    if name and "metadata:" not in text:
        head += f"metadata: {{name: {name}}}\n"
    rest = {key: value for key, value in spec.items() if not re.search(rf"^  {key}:", text, re.MULTILINE)}
    if not rest:
        return head + text.removesuffix("spec:\n")
    lines = "".join(
        f"  {key}: {yaml.safe_dump(value, default_flow_style=True, width=10**6)}" for key, value in rest.items()
    )
    before, found, after = text.partition("spec:\n")
    return f"{head}{before}spec:\n{lines}{after}" if found else f"{head}{text}spec:\n{lines}"


def _continued(table: str) -> str:
    """`…` stands for rows like those above; a number behind a hyphen counts on."""
    head, *rows = table.splitlines()
    if rows[-1] != "…":
        return table
    more = list(islice(cycle(rows[:-1]), _ROWS))
    counted = [re.sub(r"(?<=-)\d+", str(at), row) for at, row in enumerate(more)]
    return "\n".join([head, *counted]) + "\n"
