"""`models:/name/3` or `models:/name@alias`, and a format -> where the MLflow registry has the model's file or folder.

Sources: MLflow's REST API 2.0 ("Get ModelVersion", "Get Download URI For ModelVersion Artifacts", "Get Model Version
by Alias") and the flavors' `save_model`, which name their file in `MLmodel`.
"""

from __future__ import annotations

import base64
import json
import os
import re
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from mlspec.plan.formats import FORMATS
from mlspec.registry.exchange import Answer, NoAnswer, send
from mlspec.spec.location import location

_URI = re.compile(r"models:/(?P<name>[^/@:]+)(?:/(?P<version>\d+)|@(?P<alias>[^/@:]+))")
_FLAVORS = {
    "sklearn": ("sklearn", "pickled_model", ""),
    "xgboost": ("xgboost", "data", ""),
    "lightgbm": ("lightgbm", "data", ""),
    "onnx": ("onnx", "data", ""),
    "pytorch": ("pytorch", "model_data", "/model.pth"),
}
"""By our format: MLflow's flavor, its key for the model's file, and that file's name in it where it is a folder."""

_USER = "MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD"
_TOKEN = "MLFLOW_TRACKING_TOKEN"  # noqa: S105 - where it is, not what


class NotInRegistry(Exception):
    """The registry cannot say, or says something that no pod can use; the message has the way out."""


@dataclass(frozen=True)
class Registered:
    """Where the registry has a version of a model; `size` in bytes of all that belongs to it, where it knows."""

    version: str
    location: str
    size: int | None


def find(uri: str, form: str, environment: Mapping[str, str] | None = None) -> Registered:
    """Raises NotInRegistry. The registry is the one that MLflow's own variables name."""
    named = _URI.fullmatch(uri)
    if named is None:
        raise NotInRegistry(f"`{uri}` names no version: write `models:/<name>/<version>` or `models:/<name>@<alias>`")
    registry = _Registry.of(os.environ if environment is None else environment)
    version = named["version"] or registry.version_of(named["name"], named["alias"])
    which = {"name": named["name"], "version": version}
    folder = registry.place(registry.asked("model-versions/get-download-uri", which).get("artifact_uri", ""), uri)
    card = registry.card(which)
    inside = _inside(card, form, uri)
    size = card.get("model_size_bytes")
    return Registered(version, _checked(folder + inside, uri), size if isinstance(size, int) and size > 0 else None)


@dataclass(frozen=True)
class _Registry:
    address: str
    headers: Mapping[str, str]
    shown: str
    """What it was shown of who asks, and by which variables."""

    @classmethod
    def of(cls, variables: Mapping[str, str]) -> _Registry:
        address = variables.get("MLFLOW_REGISTRY_URI") or variables.get("MLFLOW_TRACKING_URI") or ""
        if not address.startswith(("https://", "http://")):
            had = f"MLFLOW_TRACKING_URI is {address}" if address else "MLFLOW_TRACKING_URI is not set"
            raise NotInRegistry(f"no registry to ask: {had}; export the address of the MLflow server, https://…")
        user, password = variables.get("MLFLOW_TRACKING_USERNAME"), variables.get("MLFLOW_TRACKING_PASSWORD")
        token = variables.get("MLFLOW_TRACKING_TOKEN")
        if user and password:
            said = "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
            return cls(address.rstrip("/"), {"Authorization": said}, _USER)
        if token:
            return cls(address.rstrip("/"), {"Authorization": f"Bearer {token}"}, _TOKEN)
        return cls(address.rstrip("/"), {}, "")

    def version_of(self, name: str, alias: str) -> str:
        found = self.asked("registered-models/alias", {"name": name, "alias": alias}).get("model_version", {})
        return str(found.get("version", ""))

    def asked(self, what: str, words: Mapping[str, str]) -> dict[str, Any]:
        answer = self._get(f"/api/2.0/mlflow/{what}?{urlencode(words)}")
        if answer.status == 200:
            return _mapping(json.loads, answer.body)
        who = " ".join(words.values())
        if answer.status in (400, 404):  # the former for an alias that nobody has given
            raise NotInRegistry(f"the registry {self.address} has no {who}: correct the `uri`")
        if answer.status == 401 and self.shown:
            raise NotInRegistry(f"the registry {self.address} does not know who asks (401): correct {self.shown}")
        if answer.status == 401:
            raise NotInRegistry(f"the registry {self.address} asks who wants that (401): export {_USER}, or {_TOKEN}")
        if answer.status == 403:
            raise NotInRegistry(
                f"the registry {self.address} does not let you read {who} (403): ask its owner for READ"
            )
        raise NotInRegistry(f"the registry {self.address} answers with status {answer.status} when asked for {who}")

    def card(self, which: Mapping[str, str]) -> dict[str, Any]:
        """What MLflow wrote about the model; empty where it lies there without MLflow's own file."""
        answer = self._get(f"/model-versions/get-artifact?{urlencode({**which, 'path': 'MLmodel'})}")
        if answer.status != 200:
            return {}
        import yaml

        return _mapping(yaml.safe_load, answer.body)

    def place(self, artifacts: str, uri: str) -> str:
        """Where the folder is, as our language names it, without a `/` at its end."""
        address = urlsplit(artifacts)
        path = address.path.strip("/")
        azure = re.fullmatch(r"([^@]+)@([^.]+)\.(?:blob|dfs)\.core\.windows\.net", address.netloc)
        if address.scheme in ("s3", "gs"):
            return f"{address.scheme}://{address.netloc}/{path}"
        if address.scheme in ("wasbs", "abfss") and azure:
            return f"az://{azure[2]}/{azure[1]}/{path}"
        if address.scheme == "mlflow-artifacts" and self.address.startswith("https://"):
            return f"{self.address}/api/2.0/mlflow-artifacts/artifacts/{path}"
        raise NotInRegistry(
            f"{uri} lies at {address.scheme or 'a path of the server'}:, which no pod can fetch: "
            "give the MLflow server an artifact root in s3, gs or az, and register the model again"
        )

    def _get(self, path: str) -> Answer:
        request = urllib.request.Request(self.address + path, headers=dict(self.headers))  # noqa: S310 - http or https
        try:
            return send(request, f"the registry {self.address}")
        except NoAnswer as error:
            raise NotInRegistry(str(error)) from error


def _mapping(read: Any, body: bytes) -> dict[str, Any]:
    try:
        value = read(body)
    except Exception:  # noqa: BLE001 - whatever a stranger's server says
        value = None
    return value if isinstance(value, dict) else {}


def _inside(card: Mapping[str, Any], form: str, uri: str) -> str:
    """The path of what our format reads, below the folder that MLflow made."""
    flavors = card.get("flavors") or {}
    if not flavors and FORMATS[form].reads != "file":
        return "/"
    if form not in _FLAVORS:
        if form == "python":
            return "/"
        raise NotInRegistry(f"{uri} is in MLflow's own layout, which format {form} does not read: log it as a folder")
    flavor, key, name = _FLAVORS[form]
    file = (flavors.get(flavor) or {}).get(key)
    if not isinstance(file, str) or not file or ".." in file:
        has = ", ".join(sorted(flavors)) or "no MLmodel that the registry would show"
        raise NotInRegistry(f"{uri} is no model of flavor {flavor}, which format {form} reads: it has {has}")
    return f"/{file}{name}"


def _checked(place: str, uri: str) -> str:
    if location(place) is None:
        raise NotInRegistry(f"{uri} lies at `{place}`, which is no place that a pod can fetch")
    return place
