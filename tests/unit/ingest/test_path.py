"""Paths: names with dots between, and choices among the objects of an array."""

import pytest

from ledger.ingest.path import parse_path


def test_path_is_names_and_choices() -> None:
    """Each step is a name, and what the objects that are meant say."""
    assert parse_path("sourceObjects[type=Location][behavior=single].name") == (
        ("sourceObjects", (("type", "Location"), ("behavior", "single"))), ("name", ()),
    )  # fmt: skip


@pytest.mark.parametrize("text", ["", ".", "a.", ".a", "a..b", "a[b]", "a[b=c", "a]b", "a[=c]", "[a=b]"])
def test_what_is_no_path_is_refused(text: str) -> None:
    """A path that is not wholly understood is none."""
    with pytest.raises(ValueError, match="is no path"):
        parse_path(text)
