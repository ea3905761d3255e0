"""The class that has a file's weights -> the handler that puts them there."""

from __future__ import annotations

HANDLER = '''"""Makes the module and gives it its weights; mlspec calls `load` once, when the server starts."""

from safetensors.torch import load_file

from {module} import {name}


class Handler:
    def load(self, path):
        module = {name}()
        module.load_state_dict(load_file(path))
        return module
'''


def handler(module: str, name: str) -> str:
    return HANDLER.format(module=module, name=name)
