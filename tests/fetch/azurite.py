"""Azurite on this machine: Microsoft's own server of Azure Blob Storage, with a container of models in it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import subprocess
from email.utils import formatdate
from pathlib import Path

import httpx
import obstore
from obstore.store import AzureStore

from tests.runtime.running import PATIENCE

ACCOUNT = "devstoreaccount1"
KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
"""The account that Azurite has, and its key: both stand in its documentation."""
CONTAINER = "models"


class Azurite:
    def __init__(self, program: str, folder: Path) -> None:
        command = [program, "--inMemoryPersistence", "--blobPort=0", "--skipApiVersionCheck", "--silent"]
        self._process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=folder
        )
        assert self._process.stdout is not None
        said = next(
            found for line in self._process.stdout if (found := re.search(r"listens on (http://\S+:\d+)", line))
        )
        self.url = f"{said[1]}/{ACCOUNT}"
        self._make_container()
        self._store = AzureStore(
            CONTAINER, account_name=ACCOUNT, account_key=KEY, endpoint=self.url, client_options={"allow_http": True}
        )

    def stop(self) -> None:
        self._process.kill()
        self._process.communicate()

    @property
    def environ(self) -> dict[str, str]:
        """What an init container is given."""
        return {"AZURE_STORAGE_ENDPOINT": self.url, "AZURE_STORAGE_ACCOUNT_KEY": KEY}

    def put(self, path: str, value: bytes) -> None:
        obstore.put(self._store, path, value)

    def _make_container(self) -> None:
        """Signed with the account's key, as the store's clients sign; they have no call for it."""
        headers = {"x-ms-date": formatdate(usegmt=True), "x-ms-version": "2023-11-03"}
        canonical = "".join(f"{name}:{value}\n" for name, value in headers.items())
        resource = f"/{ACCOUNT}/{ACCOUNT}/{CONTAINER}\nrestype:container"
        text = f"PUT{chr(10) * 12}{canonical}{resource}"
        signed = hmac.new(base64.b64decode(KEY), text.encode(), hashlib.sha256).digest()
        headers["Authorization"] = f"SharedKey {ACCOUNT}:{base64.b64encode(signed).decode()}"
        answer = httpx.put(
            f"{self.url}/{CONTAINER}?restype=container", headers=headers, timeout=PATIENCE, trust_env=False
        )
        answer.raise_for_status()
