"""A language server's command in; what an editor asks it over its standard input, and what it answers, out."""

from __future__ import annotations

import json
import queue
import subprocess
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

_PATIENCE = 30.0


class Editor:
    """A client of the Language Server Protocol (3.17, base protocol), with as much of it as a test needs."""

    def __init__(self, command: Sequence[str], root: Path, environment: Mapping[str, str]) -> None:
        self.root = root
        self._process = subprocess.Popen(
            command, cwd=root, env=dict(environment), stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self._received: queue.Queue[dict[str, Any]] = queue.Queue()
        self._number = 0
        threading.Thread(target=self._read, daemon=True).start()

    def __enter__(self) -> Editor:
        uri = self.root.as_uri()
        folders = [{"uri": uri, "name": "workspace"}]
        text = {"publishDiagnostics": {"relatedInformation": True}, "hover": {"contentFormat": ["markdown"]}}
        capabilities = {"textDocument": text, "workspace": {"configuration": True}}
        self.capabilities = self.ask(
            "initialize", processId=None, rootUri=uri, workspaceFolders=folders, capabilities=capabilities
        )["capabilities"]
        self.tell("initialized")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.ask("shutdown")
            self.tell("exit")
            assert self._process.wait(_PATIENCE) == 0
        else:
            self._process.kill()
            self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                stream.close()

    def uri(self, file: str) -> str:
        return (self.root / file).as_uri()

    def open(self, file: str, text: str | None = None) -> None:
        text = (self.root / file).read_text() if text is None else text
        self.tell(
            "textDocument/didOpen",
            textDocument={"uri": self.uri(file), "languageId": "yaml", "version": 1, "text": text},
        )

    def write(self, file: str, text: str, version: int) -> None:
        self.tell(
            "textDocument/didChange",
            textDocument={"uri": self.uri(file), "version": version},
            contentChanges=[{"text": text}],
        )

    def at(self, method: str, file: str, line: int, character: int) -> Any:
        """Asks about a place; both from 0."""
        return self.ask(
            f"textDocument/{method}",
            textDocument={"uri": self.uri(file)},
            position={"line": line, "character": character},
        )

    def findings(self, file: str, fits: Callable[[list[dict[str, Any]]], bool]) -> list[dict[str, Any]]:
        """The first list of findings of a file that fits."""
        while True:
            said = self._next()
            if said.get("method") == "textDocument/publishDiagnostics" and said["params"]["uri"] == self.uri(file):
                found: list[dict[str, Any]] = said["params"]["diagnostics"]
                if fits(found):
                    return found

    def ask(self, method: str, **params: Any) -> Any:
        self._number += 1
        self._send({"id": self._number, "method": method, **({"params": params} if params else {})})
        aside = []
        while (said := self._next()).get("id") != self._number or "method" in said:
            aside.append(said)
        for each in aside:
            self._received.put(each)
        assert "error" not in said, said["error"]
        return said["result"]

    def tell(self, method: str, **params: Any) -> None:
        self._send({"method": method, "params": params})

    def _send(self, message: Mapping[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self._process.stdin is not None
        self._process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self._process.stdin.flush()

    def _next(self) -> dict[str, Any]:
        return self._received.get(timeout=_PATIENCE)

    def _read(self) -> None:
        assert self._process.stdout is not None
        while line := self._process.stdout.readline():
            length = int(line.removeprefix(b"Content-Length:"))
            while self._process.stdout.readline().strip():
                pass
            said = json.loads(self._process.stdout.read(length))
            if "method" in said and "id" in said:
                # What a server asks, its settings perhaps, has no answer here.
                wanted = (
                    said.get("params", {}).get("items", []) if said["method"] == "workspace/configuration" else None
                )
                self._send({"id": said["id"], "result": None if wanted is None else [None] * len(wanted)})
            else:
                self._received.put(said)
