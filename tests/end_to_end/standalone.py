"""The verifier in one file, as a module: it is a program of its own, and no part of any package."""

import importlib.util
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Final

PROGRAM: Final = Path(__file__).resolve().parents[2] / "scripts" / "verify_standalone.py"


@cache
def program() -> ModuleType:
    """Return the program as a module."""
    spec = importlib.util.spec_from_file_location("verify_standalone", PROGRAM)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.verify_ed25519 = cache(module.verify_ed25519)  # type: ignore[attr-defined]  # asked the same very often
    return module
