"""A real MLflow server, in an environment of its own, says where its registry has a model."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from mlspec.locking.mlflow import NotInRegistry, Registered, find
from tests.conftest import unavailable
from tests.fetch.s3 import S3
from tests.ports import free_port

from .conftest import Workspace

PYTHON = "MLSPEC_MLFLOW_PYTHON"
"""Names the Python of an environment with mlflow[auth] and boto3."""
_ADMIN = {"MLFLOW_TRACKING_USERNAME": "admin", "MLFLOW_TRACKING_PASSWORD": "correct horse battery"}
_GUEST = {"MLFLOW_TRACKING_USERNAME": "guest", "MLFLOW_TRACKING_PASSWORD": "staple staple staple"}
_PATIENCE = 120.0
# What mlflow.sklearn.log_model of 3.17 wrote, shortened.
_CARD = b"""\
flavors:
  python_function:
    loader_module: mlflow.sklearn
    model_path: model.skops
  sklearn:
    pickled_model: model.skops
    serialization_format: skops
    sklearn_version: 1.9.1
mlflow_version: 3.17.2
model_size_bytes: 9143
"""
_AUTH = """\
[mlflow]
default_permission = NO_PERMISSIONS
database_uri = sqlite:///{folder}/users
admin_username = admin
authorization_function = mlflow.server.auth:authenticate_request_basic_auth
"""
_MODEL = b"nine kilobytes of trees"


@dataclass(frozen=True)
class Server:
    url: str

    def post(self, what: str, **words: object) -> None:
        self.ask(f"api/2.0/mlflow/{what}", json.dumps(words).encode())

    def ask(self, path: str, body: bytes | None = None) -> None:
        who = base64.b64encode(":".join(_ADMIN.values()).encode()).decode()
        headers = {"Content-Type": "application/json", "Authorization": f"Basic {who}"}
        request = urllib.request.Request(f"{self.url}/{path}", body, headers)
        urllib.request.urlopen(request, timeout=_PATIENCE).close()

    def register(self, name: str, source: str) -> None:
        """The next version of a model."""
        with suppress(urllib.error.HTTPError):
            self.post("registered-models/create", name=name)
        self.post("model-versions/create", name=name, source=source)


@pytest.fixture(scope="session")
def store() -> Iterator[S3]:
    s3 = S3()
    s3.reset()
    s3.put_object("fraud/1/MLmodel", _CARD)
    s3.put_object("fraud/1/model.skops", _MODEL)
    s3.put_object("forest/config.json", b"{}")
    yield s3
    s3.stop()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory, store: S3) -> Iterator[Server]:
    python = os.environ.get(PYTHON) or unavailable(f"{PYTHON} names no Python that has mlflow")
    folder = tmp_path_factory.mktemp("mlflow")
    with free_port() as port:
        command = [
            python,
            "-m",
            "mlflow",
            "server",
            "--app-name",
            "basic-auth",
            "--backend-store-uri",
            f"sqlite:///{folder}/db",
            "--workers",
            "1",
        ]
        command += ["--no-serve-artifacts", "--default-artifact-root", "s3://models/runs"]
        command += ["--host", "127.0.0.1", "--port", str(port)]
        variables = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        variables |= store.environ | {"MLFLOW_S3_ENDPOINT_URL": store.url, "MLFLOW_DISABLE_TELEMETRY": "true"}
        variables |= {
            "MLFLOW_AUTH_ADMIN_PASSWORD": _ADMIN["MLFLOW_TRACKING_PASSWORD"],
            "MLFLOW_FLASK_SERVER_SECRET_KEY": "key",
            "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",  # eight processes that would ask for work until the end
        }
        settings = folder / "auth.ini"
        settings.write_text(_AUTH.format(folder=folder))
        variables["MLFLOW_AUTH_CONFIG_PATH"] = str(settings)
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(command, env=variables, stdout=log, stderr=log, start_new_session=True)
        try:
            yield _ready(Server(f"http://127.0.0.1:{port}"), process, folder / "log")
        finally:
            os.killpg(process.pid, 9)
            process.wait()


def _ready(server: Server, process: subprocess.Popen[bytes], log: Path) -> Server:
    end = time.monotonic() + _PATIENCE
    while True:
        with suppress(OSError):
            urllib.request.urlopen(f"{server.url}/health", timeout=_PATIENCE).close()
            break
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < end, log.read_text()
        time.sleep(0.2)
    server.register("fraud", "s3://models/fraud/1")
    server.post("registered-models/alias", name="fraud", alias="champion", version="1")
    server.register("forest", "s3://models/forest")
    server.register("attic", "dbfs:/attic")
    # The first time that it asks its store it imports a client, which on a busy machine takes longer than we wait.
    card = "model-versions/get-artifact?name=fraud&version=1&path=MLmodel"
    server.ask(card)
    name, password = _GUEST.values()
    server.post("users/create", username=name, password=password)
    return server


def _variables(server: Server) -> dict[str, str]:
    return {"MLFLOW_TRACKING_URI": server.url, **_ADMIN}


@pytest.mark.parametrize("uri", ["models:/fraud/1", "models:/fraud@champion"])
def test_the_file_is_found_that_our_format_reads(server: Server, uri: str) -> None:
    expected = Registered("1", "s3://models/fraud/1/model.skops", 9143)
    assert find(uri, "sklearn", _variables(server)) == expected


def test_a_folder_without_mlflows_own_file_is_taken_as_it_is(server: Server) -> None:
    expected = Registered("1", "s3://models/forest/", None)
    assert find("models:/forest/1", "transformers", _variables(server)) == expected


@pytest.mark.parametrize(
    ("uri", "form", "said"),
    [
        ("models:/fraud/7", "sklearn", "has no fraud 7"),
        ("models:/fraud@nobody", "sklearn", "has no fraud nobody"),
        ("models:/freud/1", "sklearn", "has no freud 1"),
        (
            "models:/fraud/1",
            "onnx",
            "no model of flavor onnx, which format onnx reads: it has python_function",
        ),
        ("models:/fraud/1", "transformers", "in MLflow's own layout"),
        ("models:/fraud/Production", "sklearn", "names no version"),
        ("models:/attic/1", "sklearn", "lies at dbfs:, which no pod can fetch"),
    ],
)
def test_what_no_pod_could_use_is_refused(server: Server, uri: str, form: str, said: str) -> None:
    with pytest.raises(NotInRegistry, match=re.escape(said)):
        find(uri, form, _variables(server))


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({}, "MLFLOW_TRACKING_URI is not set"),
        ({"MLFLOW_TRACKING_URI": "sqlite:///mlflow.db"}, "MLFLOW_TRACKING_URI is sqlite:///mlflow.db"),
        ({"MLFLOW_TRACKING_URI": "http://127.0.0.1:9"}, "the registry http://127.0.0.1:9 cannot be reached"),
    ],
)
def test_no_registry_is_said_to_be_none(variables: Mapping[str, str], said: str) -> None:
    with pytest.raises(NotInRegistry, match=re.escape(said)):
        find("models:/fraud/1", "sklearn", variables)


@pytest.mark.parametrize(
    ("shown", "said"),
    [
        ({}, "asks who wants that (401): export MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or "),
        ({"MLFLOW_TRACKING_TOKEN": "wrong"}, "does not know who asks (401): correct MLFLOW_TRACKING_TOKEN"),
        (
            _ADMIN | {"MLFLOW_TRACKING_PASSWORD": "wrong"},
            "(401): correct MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_P",
        ),
        (_GUEST, "does not let you read fraud 1 (403): ask its owner for READ"),
    ],
    ids=["nobody", "a token", "a password", "a guest"],
)
def test_whom_the_registry_refuses(server: Server, shown: Mapping[str, str], said: str) -> None:
    with pytest.raises(NotInRegistry, match=re.escape(said)) as refused:
        find("models:/fraud/1", "sklearn", {"MLFLOW_TRACKING_URI": server.url, **shown})
    assert not any(secret in str(refused.value) for secret in ("wrong", *_GUEST.values()))


def test_a_model_of_a_registry_compiles_once_it_is_locked(
    server: Server, store: S3, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (_variables(server) | store.environ).items():
        monkeypatch.setenv(name, value)
    workspace.write()
    spec = workspace.spec.read_text().replace(
        "{format: python, version: 1.0.0}", "{format: sklearn, version: 1.0.0, uri: models:/fraud@champion}"
    )
    workspace.spec.write_text(spec.replace("[scorer==1.0]", "[scikit-learn==1.0, skops==1.0, obstore==1.0]"))
    assert "MLS442" in workspace.run("compile").stderr
    done = workspace.run("lock")
    assert done.exit_code == 1, done.output
    assert "location: s3://models/fraud/1/model.skops" in workspace.lock
    assert f"digest: sha256:{hashlib.sha256(_MODEL).hexdigest()}" in workspace.lock
    done = workspace.run("compile")
    assert done.exit_code == 1, done.output
    deployment = (workspace.root / "generated/default/churn/deployment.yaml").read_text()
    assert "--uri=s3://models/fraud/1/model.skops" in deployment
    workspace.spec.write_text(workspace.spec.read_text().replace("@champion", "/2"))
    assert "the lock of churn does not say where models:/fraud/2 is" in workspace.run("compile").stderr
