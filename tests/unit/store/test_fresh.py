"""A file before it has its name."""

from pathlib import Path

import pytest

from ledger.store.fresh import fresh_file


def test_file_has_its_bytes_before_it_has_its_name(tmp_path: Path) -> None:
    """Whoever sees the name sees all of the file, and nothing else is left beside it (design §2.5)."""
    with fresh_file(tmp_path / "kept", b"whole") as fresh:
        assert fresh.read_bytes() == b"whole"
        assert not (tmp_path / "kept" / "name").exists()
        fresh.replace(tmp_path / "kept" / "name")
    assert [path.name for path in (tmp_path / "kept").iterdir()] == ["name"]
    assert (tmp_path / "kept" / "name").read_bytes() == b"whole"


def test_file_that_is_given_no_name_leaves_nothing(tmp_path: Path) -> None:
    """What goes wrong in between takes the file along."""
    with pytest.raises(OSError, match="no room"), fresh_file(tmp_path, b"whole"):
        raise OSError("no room")
    assert list(tmp_path.iterdir()) == []
