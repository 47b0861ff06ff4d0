"""A file before it has its name."""

import stat
from pathlib import Path

import pytest

from ledger.store.fresh import fresh_file, replace_file


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


def test_file_takes_the_place_of_another_whole_and_with_its_mode(tmp_path: Path) -> None:
    """Readers see the old one or the new one; a secret is nobody else's at any moment (design §2.5)."""
    (tmp_path / "name").write_bytes(b"old")
    with (tmp_path / "name").open("rb") as before:
        replace_file(tmp_path / "name", b"new", mode=0o600)
        assert before.read() == b"old"
    assert (tmp_path / "name").read_bytes() == b"new"
    assert stat.S_IMODE((tmp_path / "name").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["name"]


def test_old_file_stays_where_the_new_one_cannot_be_put(tmp_path: Path) -> None:
    """What fails leaves what there was, and nothing beside it."""
    (tmp_path / "name").mkdir()
    with pytest.raises(OSError, match="directory"):
        replace_file(tmp_path / "name", b"new")
    assert [path.name for path in tmp_path.iterdir()] == ["name"]
