"""A monitor tells what a log erased from what it withholds (design §2.3)."""

from collections.abc import Callable

import pytest

from ledger.service.body import look_for_bodies
from ledger.service.monitor import SiteTree
from ledger.service.site import statement_path
from tests.unit.service.fake import MemorySite
from tests.unit.service.scenario import House
from tests.unit.service.static import add_positions, built, erase, exported, log


def name_of(house: House, index: int) -> str:
    """Return the name of an entry's statement."""
    return f"sha256:{house.store.state.rows[index].statement.hex()}"


def codes(site: MemorySite, start: int = 0, stop: int = 12) -> list[tuple[str, str]]:
    """Return what is found of each entry."""
    return [(one.code, one.subject) for one in look_for_bodies(SiteTree(site), start, stop)]


def erased() -> House:
    """Return a ledger of 12 entries, of which the last erased the one at 9."""
    house = built()
    erase(house, 9)
    return house


def test_erased_statement_is_no_finding() -> None:
    """What the log says that it erased is not there, and rightly (design §2.3)."""
    house = erased()
    site = exported(house)
    assert statement_path(name_of(house, 9)) not in site.files
    assert codes(site) == []


def test_statement_before_the_range_is_not_asked_for_again() -> None:
    """Each round looks at new entries; what was erased of older ones needs no looking for (design §2.3)."""
    house = erased()
    add_positions(house, 1)
    assert codes(exported(house), 12, 13) == []


def drop(index: int) -> Callable[[House, MemorySite], None]:
    """Withhold a statement."""

    def withhold(house: House, site: MemorySite) -> None:
        del site.files[statement_path(name_of(house, index))]

    return withhold


def change(house: House, site: MemorySite) -> None:
    """Serve another statement under a name."""
    site.files[statement_path(name_of(house, 8))] = site.files[statement_path(name_of(house, 10))]


WITHHELD: dict[str, tuple[Callable[[], House], Callable[[House, MemorySite], None], list[tuple[str, str]]]] = {
    "a statement that nothing erases": (erased, drop(8), [("statement.withheld", "entry 8")]),
    "a statement beside one that was erased": (erased, drop(10), [("statement.withheld", "entry 10")]),
    "the charter": (erased, drop(0), [("statement.withheld", "entry 0")]),
    "the erasure, and so what it erased": (
        erased, drop(11), [("statement.withheld", "entry 9"), ("statement.withheld", "entry 11")],
    ),
    "another statement in its place": (erased, change, [("statement.other", "entry 8")]),
}  # fmt: skip


@pytest.mark.parametrize("case", WITHHELD)
def test_withheld_statement_is_found(case: str) -> None:
    """A body that is not served without the log's own word is a finding that names its entry (design §2.3)."""
    make, withhold, expected = WITHHELD[case]
    house = make()
    site = exported(house)
    withhold(house, site)
    assert codes(site) == expected


FORGED = {"under another subject": "aa", "of a key": "key"}


@pytest.mark.parametrize("case", FORGED)
def test_erasure_that_may_not_erase_excuses_nothing(case: str) -> None:
    """An erasure counts for its own subject, and never for what lasts (design §2.3)."""
    house = built()
    index = 2 if FORGED[case] == "key" else 9
    subject = house.store.state.rows[2].subject if FORGED[case] == "key" else "aa"
    body = {"digests": [name_of(house, index)], "ground": "law", "reason": "asked"}
    log(house, house.sign("erasure", subject, body, key="operator"), kind="erasure", subject=subject)
    site = exported(house)
    site.files.pop(statement_path(name_of(house, index)), None)
    assert codes(site) == [("statement.withheld", f"entry {index}")]


def test_site_that_cannot_be_read_is_a_finding() -> None:
    """Entries that are not served are no proof of what they hold (design §2.3)."""
    site = exported(erased())
    site.files = {path: raw for path, raw in site.files.items() if not path.startswith("tile/entries")}
    assert [code for code, _ in codes(site)] == ["source.unread"]
