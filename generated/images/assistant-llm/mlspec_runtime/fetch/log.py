"""What a fetch says: JSON lines with the Elastic Common Schema's names, as the server's log has them."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime


def say(level: str, message: str, **names: object) -> None:
    """`_` in a name stands for `.`; what is None is left out."""
    line: dict[str, object] = {
        "@timestamp": datetime.now(UTC).isoformat(timespec="milliseconds"),
        "log.level": level,
        "message": message,
        "ecs.version": "8.11.0",
        "log.logger": "mlspec.fetch",
        "event.action": "model-fetch",
    }
    line |= {name.replace("_", "."): value for name, value in names.items() if value is not None}
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()
