"""Serves one model over the Open Inference Protocol: takes a `model.json`, gives a running HTTP server.

Importing this package needs the standard library only; the frameworks come in when `serve` is called.
"""

from __future__ import annotations

import os
import signal
from pathlib import Path

from mlspec_runtime.errors import InvalidInput

__all__ = ["InvalidInput", "__version__", "serve"]

__version__ = "0.1.0"


def serve(model_json: Path) -> None:
    """Loads the model that `model_json` describes and answers requests until SIGTERM; then exits the process."""
    # Until there is something to drain. A container's first process ignores what it has no handler for.
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))

    from mlspec_runtime.lifecycle import run

    run(model_json)
