"""Which software renders here: one digest over versions, code and templates (design §2.6)."""

import re
from importlib import metadata

import pytest

import ledger
from ledger.service.software import RENDERS_WITH, edition, rendering_software


def test_software_is_the_same_each_time_it_is_asked_for() -> None:
    """The same installation has the same digest."""
    rendering_software.cache_clear()
    first = rendering_software()
    rendering_software.cache_clear()
    assert rendering_software() == first
    assert (first.name, first.version) == ("pledger", ledger.__version__)


def test_another_version_of_what_renders_is_another_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each of the distributions decides; the digest has the ledger's spelling."""
    locks = set()
    for changed in (None, *RENDERS_WITH):
        monkeypatch.setattr(metadata, "version", lambda name, changed=changed: "2" if name == changed else "1")
        rendering_software.cache_clear()
        locks.add(rendering_software().lock)
    rendering_software.cache_clear()
    assert len(locks) == 1 + len(RENDERS_WITH)
    assert all(lock is not None and re.fullmatch("sha256:[0-9a-f]{64}", lock) for lock in locks)


def test_installation_that_cannot_render_has_no_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the extra there is nothing to repeat."""

    def absent(name: str) -> str:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "version", absent)
    rendering_software.cache_clear()
    assert rendering_software().lock is None
    rendering_software.cache_clear()


def test_edition_is_that_of_wording_and_looks_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Other versions of other software word a report alike: the lock differs, the edition does not (design §2.6)."""
    edition.cache_clear()
    before = edition()
    assert re.fullmatch("sha256:[0-9a-f]{64}", before)
    monkeypatch.setattr(metadata, "version", lambda _: "1")
    rendering_software.cache_clear()
    edition.cache_clear()
    assert edition() == before
    assert rendering_software().lock != before
    rendering_software.cache_clear()
