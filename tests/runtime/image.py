"""What an image holds, as a folder: main.py, model.json, the model, the handler's code and the settings beside them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from mlspec_runtime.digest import digest

MAIN = '''"""Serves a model of the tests."""
from pathlib import Path
from mlspec_runtime import serve
if __name__ == "__main__":
    serve(Path(__file__).with_name("model.json"))
'''


def write_image(folder: Path, manifest: dict[str, Any], settings: dict[str, Any] | None = None, code: str = "") -> Path:
    """Writes the entry point and `model.json`; a model that lies there already gets its digest unless one is given."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "main.py").write_text(MAIN)
    manifest = {"name": "tested", "version": "1.2.0", **manifest}
    if "path" in manifest and "digest" not in manifest and (folder / manifest["path"]).exists():
        manifest["digest"] = digest(folder / manifest["path"])
    if code:
        (folder / "code").mkdir(exist_ok=True)
        (folder / "code" / "handler.py").write_text(code)
        manifest |= {"code": "code", "handler": manifest.get("handler", "handler:Handler")}
    (folder / "model.json").write_text(json.dumps(manifest))
    (folder / "settings.json").write_text(json.dumps(settings or {}))
    return folder


def tensor(name: str, datatype: str, *shape: int) -> dict[str, Any]:
    return {"name": name, "datatype": datatype, "shape": list(shape)}
