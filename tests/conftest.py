"""What all tests share: one way to draw examples, and the way to the genuine messages.

Examples are the same on every run and are never timed (style §10: nothing in the tests depends on luck or speed).
"""

import os
from importlib.util import find_spec
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from ledger.signing import sodium
from tests.server import database, postgres

__all__ = ["database", "postgres"]  # fixtures that any test may ask for

ROOT = Path(__file__).resolve().parent.parent

settings.register_profile(
    "house",
    derandomize=True,
    deadline=None,
    max_examples=60,
    # Slow machines draw slowly, too.
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("house")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of messages as their publishers wrote them, which is not part of this repository.

    ``PLEDGER_TEST_DATA`` names it; by default it is ``shared/data`` beside the checkout. Tests that need it are skipped
    where it is absent: what it holds may not be copied here.
    """
    folder = Path(os.environ.get("PLEDGER_TEST_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"no folder of genuine messages at {folder}: name one with PLEDGER_TEST_DATA")
    return folder


@pytest.fixture(params=["OpenSSL", "libsodium"])
def verifier(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Who is asked first whether an Ed25519 signature holds: each test that wants to know runs with either."""
    if request.param == "OpenSSL":
        monkeypatch.setattr(sodium, "opener", lambda: None)
    elif find_spec("nacl") is None:
        pytest.skip("PyNaCl is not installed: the extra `sodium` brings it")
    else:
        assert sodium.opener() is not None
    monkeypatch.setattr(sodium, "_SPARED", iter(()))
    return str(request.param)
