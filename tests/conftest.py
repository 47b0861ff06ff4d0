"""What all tests share: one way to draw examples, and the way to the genuine messages.

Examples are the same on every run and are never timed (style §10: nothing in the tests depends on luck or speed).
"""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

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
