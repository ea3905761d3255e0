"""What a loaded model computes on, and why that is no accelerator where none is used."""

from __future__ import annotations

import ctypes
from dataclasses import dataclass

CPU = "cpu"


@dataclass(frozen=True, slots=True)
class Device:
    """`name` is the framework's own word; empty where only the user's code knows. `why` it is the CPU, in a clause."""

    name: str
    why: str = ""


UNKNOWN = Device("")
CPU_ONLY = Device(CPU, "models of this format compute there")


def driver_problem() -> str:
    """Why CUDA cannot be used in this process, in the driver's own words; empty where it could be."""
    try:
        driver = ctypes.CDLL("libcuda.so.1")
    except OSError as error:
        return f"there is no driver ({error})"
    if code := driver.cuInit(0):
        text = ctypes.c_char_p()
        driver.cuGetErrorString(code, ctypes.byref(text))
        return f"the driver does not start ({(text.value or str(code).encode()).decode()})"
    return ""
