"""Files of real models -> specs that compile without a finding, and whose server answers."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from mlspec.beginning.readers.pretrained import TASKS
from mlspec.cli.__main__ import mlspec as group
from mlspec.compile import compile as compile_specs
from mlspec.plan.formats import PANDAS, SCIKIT_LEARN
from mlspec.serving.choose import choose
from mlspec.serving.context import context_of, lay
from mlspec.source.files import FilesOnDisk
from mlspec_runtime.formats.transformers import TASKS as SERVED
from tests.conftest import unavailable
from tests.runtime.running import Running

from . import models

EXAMPLES = Path(__file__).parents[2] / "specs"
ROWS = [[1.0, 0.5, 0.1], [-1.0, 0.5, 0.1]]


def init(folder: Path, *arguments: str | Path) -> Result:
    return CliRunner().invoke(group, ["init", "-C", str(folder), *map(str, arguments)])


def begun(tmp_path: Path, kind: str) -> Path:
    """A workspace with the model's spec in it."""
    name, make = models.KINDS[kind]
    make(tmp_path / name)
    (tmp_path / "workspace").mkdir()
    result = init(tmp_path / "workspace", tmp_path / name)
    assert result.exit_code == 0, result.output
    return tmp_path / "workspace"


def answer(workspace: Path, folder: Path, inputs: list[dict[str, Any]]) -> list[Any]:
    """Of the very server that `mlspec run` starts: the data of its first output."""
    compilation = compile_specs(FilesOnDisk(workspace))
    assert compilation.diagnostics == []
    lay(context_of(compilation, choose(compilation.resolution, "fraud", None)), workspace, folder)
    running = Running(folder)
    try:
        response = running.ready().http.post("/v2/models/fraud/infer", json={"inputs": inputs})
        assert response.status_code == 200, response.text
    finally:
        running.stop()
    data: list[Any] = response.json()["outputs"][0]["data"]
    return data


def tensor(name: str, datatype: str, data: list[Any], width: int = 0) -> dict[str, Any]:
    return {"name": name, "datatype": datatype, "shape": [len(data), width] if width else [len(data)], "data": data}


@pytest.mark.parametrize("kind", models.KINDS)
def test_a_spec_without_a_finding(tmp_path: Path, kind: str, require_module: Callable[[str], None]) -> None:
    require_module({"lightgbm": "lightgbm", "ubj": "xgboost", "json": "xgboost"}.get(kind, "sklearn"))
    workspace = begun(tmp_path, kind)
    assert compile_specs(FilesOnDisk(workspace)).diagnostics == []
    text = (workspace / "specs/fraud/model.yaml").read_text()
    assert text.startswith("# yaml-language-server: $schema=../../schemas/mlspec.dev_v1.json\n")
    assert "shape: [-1, 3]" in text
    assert ("#   amount, hour, country_risk" in text) == (kind in ("frame", "lightgbm", "ubj", "json", "mlflow"))
    assert ("{name: predict, datatype: INT64, shape: [-1]}" in text) == (kind not in ("frame", "search", "onnx"))


@pytest.mark.parametrize("kind", ["frame", "skops", "onnx", "lightgbm", "ubj"])
def test_its_server_answers(tmp_path: Path, kind: str, require_module: Callable[[str], None]) -> None:
    require_module({"lightgbm": "lightgbm", "ubj": "xgboost"}.get(kind, "sklearn"))
    workspace = begun(tmp_path, kind)
    name, datatype = ("X", "FP32") if kind == "onnx" else ("input", "FP32" if kind == "ubj" else "FP64")
    found = answer(workspace, tmp_path / "image", [tensor(name, datatype, ROWS, 3)])
    assert found == (["yes", "no"] if kind == "frame" else [1, 0])


def test_columns_of_text_are_inputs_of_their_own(tmp_path: Path) -> None:
    models.with_text(tmp_path / "fraud.joblib")
    (tmp_path / "workspace").mkdir()
    made = init(tmp_path / "workspace", tmp_path / "fraud.joblib")
    assert "`mlspec run` needs it, too" in made.stdout
    text = (tmp_path / "workspace/specs/fraud/model.yaml").read_text()
    assert f'requirements: ["{SCIKIT_LEARN}", "{PANDAS}"]' in text
    inputs = [
        tensor("amount", "FP64", [1.0, -1.0]),
        tensor("country", "BYTES", ["de", "fr"]),
        tensor("note", "BYTES", ["good", "bad"]),
    ]
    assert answer(tmp_path / "workspace", tmp_path / "image", inputs) == [1, 0]


NET = """import torch


class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.first = torch.nn.Linear(3, 2)

    def forward(self, x):
        return self.first(x)
"""


def test_weights_and_the_class_that_has_them(tmp_path: Path, require_module: Callable[[str], None]) -> None:
    require_module("torch")
    import torch
    from safetensors.torch import save_file

    save_file({"first.weight": torch.ones(2, 3), "first.bias": torch.zeros(2)}, tmp_path / "fraud.safetensors")
    (tmp_path / "net.py").write_text(NET)
    alone = init(tmp_path, tmp_path / "fraud.safetensors")
    assert alone.exit_code != 0
    assert "holds weights and no program" in alone.stderr
    made = init(tmp_path, tmp_path / "fraud.safetensors", "--program", f"{tmp_path / 'net.py'}:Net")
    assert made.exit_code == 0, made.output
    assert answer(tmp_path, tmp_path / "image", [tensor("input", "FP32", [[1, 2, 3]], 3)]) == [6.0, 6.0]


def test_a_program_of_torch_export_says_its_signature(tmp_path: Path) -> None:
    """As the example has it; nothing of PyTorch is imported."""
    result = init(tmp_path, EXAMPLES / "image-embedder/model.pt2", "--name", "embedder")
    assert result.exit_code == 0, result.output
    text = (tmp_path / "specs/embedder/model.yaml").read_text()
    assert "    inputs: [{name: images, datatype: FP32, shape: [-1, 8, 8]}]\n" in text
    assert "    outputs: [{name: output, datatype: FP32, shape: [-1, 16]}]\n" in text
    assert compile_specs(FilesOnDisk(tmp_path)).diagnostics == []


PRETRAINED = {
    "BertForSequenceClassification": (
        "outputs: [{name: label, datatype: BYTES, shape: [-1]}, {name: score, datatype: FP32, shape: [-1]}]"
    ),
    "BertModel": "outputs: [{name: embedding, datatype: FP32, shape: [-1, 32]}]",
    "GPT2LMHeadModelForCausalLM": "outputs: [{name: result, datatype: BYTES, shape: [-1]}]",
}


def pretrained(folder: Path, architecture: str, **more: object) -> Path:
    """As `save_pretrained` writes it, but for the weights, which nobody reads here."""
    folder.mkdir()
    configuration = {"architectures": [architecture], "hidden_size": 32, "model_type": "bert", **more}
    (folder / "config.json").write_text(json.dumps(configuration))
    (folder / "tokenizer.json").write_text("{}")
    (folder / "model.safetensors").write_bytes(b"weights")
    (folder / ".gitattributes").write_text("* -text\n")
    return folder


@pytest.mark.parametrize("architecture", PRETRAINED)
def test_the_folder_of_save_pretrained(tmp_path: Path, architecture: str) -> None:
    result = init(tmp_path, pretrained(tmp_path / "sentiment", architecture))
    assert result.exit_code == 0, result.output
    spec = tmp_path / "specs/sentiment"
    text = (spec / "model.yaml").read_text()
    assert "format: transformers" in text
    assert "uri: ./model\n" in text
    assert "inputs: [{name: text, datatype: BYTES, shape: [-1]}]" in text
    assert PRETRAINED[architecture] in text
    assert sorted(path.name for path in (spec / "model").iterdir()) == [
        "config.json",
        "model.safetensors",
        "tokenizer.json",
    ]
    assert compile_specs(FilesOnDisk(tmp_path)).diagnostics == []
    assert ("format: vllm" in result.stdout) == ("CausalLM" in architecture)


def test_the_reader_and_the_server_know_the_same_architectures() -> None:
    assert list(TASKS) == list(SERVED)


UNFIT = {
    "ViTForImageClassification": ({}, "for which the server has no pipeline"),
    "BertModel": ({"auto_map": {"AutoModel": "mine.Model"}}, "is loaded by code of its own"),
}


@pytest.mark.parametrize("architecture", UNFIT)
def test_a_folder_that_the_server_could_not_load(tmp_path: Path, architecture: str) -> None:
    more, said = UNFIT[architecture]
    result = init(tmp_path, pretrained(tmp_path / "model", architecture, **more))
    assert result.exit_code != 0
    assert said in result.stderr
    (tmp_path / "model/tokenizer.json").unlink()
    (tmp_path / "model/config.json").write_text('{"architectures": ["BertModel"]}')
    assert "has no tokenizer" in init(tmp_path, tmp_path / "model").stderr
    assert not (tmp_path / "specs").exists()


EVIL = b"cos\nsystem\n(S'touch %s'\ntR."


def test_a_pickle_is_not_run(tmp_path: Path) -> None:
    ran = tmp_path / "ran"
    (tmp_path / "fraud.pkl").write_bytes(EVIL % str(ran).encode())
    result = init(tmp_path, tmp_path / "fraud.pkl")
    assert result.exit_code != 0
    assert "holds os.system, which is not of scikit-learn" in result.stderr
    assert not ran.exists()
    init(tmp_path, tmp_path / "fraud.pkl", "--load")
    assert ran.exists()
    assert not (tmp_path / "specs").exists()


def test_another_version_of_its_library_is_required(tmp_path: Path) -> None:
    models.plain_pickle(tmp_path / "fraud.pkl")
    content = (tmp_path / "fraud.pkl").read_bytes()
    (tmp_path / "fraud.pkl").write_bytes(content.replace(b"1.9.1", b"1.8.0"))
    assert init(tmp_path, tmp_path / "fraud.pkl").exit_code == 0
    assert 'requirements: ["scikit-learn==1.8.0"]' in (tmp_path / "specs/fraud/model.yaml").read_text()
    assert compile_specs(FilesOnDisk(tmp_path)).diagnostics == []


def test_loading_it_finds_the_same(tmp_path: Path) -> None:
    models.forest_on_a_frame(tmp_path / "fraud.joblib")
    specs = []
    for name, options in (("read", []), ("loaded", ["--load"])):
        (tmp_path / name).mkdir()
        assert init(tmp_path / name, tmp_path / "fraud.joblib", *options).exit_code == 0
        specs.append((tmp_path / name / "specs/fraud/model.yaml").read_text())
    assert specs[0] == specs[1]


REFUSED = {
    "notes.md": (b"# a text", "is no model that mlspec knows"),
    "empty.onnx": (b"", "is empty"),
    "broken.onnx": (b"\x08\x07nothing", "onnxruntime cannot load"),
    "net.pt": (b"PK", "does not say its inputs"),
    "net.pt2": (b"PK", "is not what torch.export.save writes"),
    "broken.joblib": (b"\x80\x04\x95nothing", "no pickle that can be read without running it"),
    "list.pkl": (b"\x80\x04]q\x00.", "holds a list, not an estimator"),
    "other.json": (b'{"a": 1}', "is not what XGBoost's save_model writes"),
    "other.txt": (b"tree of life", "is not what LightGBM's"),
    "broken.skops": (b"PK", "is not what skops.io.dump writes"),
    "broken.safetensors": (b"\xff" * 20, "holds weights and no program"),
    "MLmodel": (b"flavors: {pytorch: {}}", "is an MLflow model of pytorch"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_begun_with_says_why(tmp_path: Path, name: str) -> None:
    content, said = REFUSED[name]
    (tmp_path / name).write_bytes(content)
    result = init(tmp_path, tmp_path / name)
    assert result.exit_code != 0
    assert said in result.stderr
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_large_model_is_for_a_store(tmp_path: Path) -> None:
    models.skops(tmp_path / "fraud.skops")
    with (tmp_path / "large.txt").open("wb") as stream:
        stream.write(b"tree\nmax_feature_idx=2\n\n")
        stream.truncate(51 << 20)
    assert "put it into a store" in " ".join(init(tmp_path, tmp_path / "large.txt").stderr.split())
    assert init(tmp_path, tmp_path / "large.txt", "--uri", "s3://models/large/model.txt").exit_code == 0
    text = (tmp_path / "specs/large/model.yaml").read_text()
    assert "size: 51Mi" in text
    assert compile_specs(FilesOnDisk(tmp_path)).diagnostics == []


@pytest.fixture
def require_module() -> Callable[[str], None]:
    def require(name: str) -> None:
        try:
            __import__(name)
        except ImportError:
            unavailable(f"{name}: not installed")

    return require
