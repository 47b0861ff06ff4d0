"""Parties by public codes: what leads from a code to a party, and what is nobody's (R3)."""

import pytest

from ledger.assessment.party import party_codes
from ledger.errors import ConflictError, NotFoundError
from tests.unit.assessment.builder import Book
from tests.unit.assessment.tables import table

NOW = "2026-01-01"
ISO = "iso-3166-alpha-2"


def codes(book: Book, *systems: str, as_of: str = NOW) -> dict[str, dict[str, str]]:
    """Whose the codes of these systems are."""
    found = party_codes(book.known(as_of), systems, book.open)
    return {system: dict(of) for system, of in found.parties.items()}


def test_party_is_known_by_its_own_code() -> None:
    """A party statement carries the code of two letters; no table is needed, and none is named (design §2.2)."""
    book = Book()
    book.say("party", "grain-board", {"kind": "organisation", "names": {"en": "Grain board"}})
    assert codes(book, ISO) == {ISO: {"CN": "cn", "US": "us"}}
    assert party_codes(book.known(NOW), (ISO,), book.open).words == "parties by their ISO 3166 codes"


def test_table_leads_from_other_codes_to_parties() -> None:
    """A code that leads to a country which no party is stays nobody's; the entry of the table is told (R3)."""
    book = Book()
    table(book, "correspondence", "iso-3166-alpha-3", ISO, "CHN CN", "USA US", "FRA FR")
    found = party_codes(book.known(NOW), ("iso-3166-alpha-3", ISO), book.open)
    assert found.parties["iso-3166-alpha-3"] == {"CHN": "cn", "USA": "us"}
    assert found.entries == (3,)
    assert found.words == "parties by their ISO 3166 codes, and tables of codes (entries 3)"


def test_number_is_known_with_its_leading_zeros_and_without() -> None:
    """Publishers write Albania's M49 code 008 and 8; both are that one."""
    book = Book()
    book.say("party", "al", {"kind": "state", "names": {"en": "Albania"}, "iso3166": "AL"})
    table(book, "correspondence", "m49", ISO, "008 AL", "156 CN")
    assert codes(book, "m49") == {"m49": {"008": "al", "8": "al", "156": "cn"}}


def test_code_of_several_countries_is_nobodys() -> None:
    """Which of them is meant is not stated, so the rows are rejected rather than guessed at."""
    book = Book()
    table(book, "correspondence", "un-comtrade-area", ISO, "842 US", "900 US", "900 CN")
    assert codes(book, "un-comtrade-area") == {"un-comtrade-area": {"842": "us"}}


def test_way_may_go_by_another_table() -> None:
    """A table that leads to codes of three letters is gone on from there (R3)."""
    book = Book()
    table(book, "correspondence", "iso-3166-alpha-3", ISO, "CHN CN", "USA US")
    table(book, "correspondence", "m49", "iso-3166-alpha-3", "156 CHN", "840 USA")
    assert codes(book, "m49") == {"m49": {"156": "cn", "840": "us"}}


def test_table_is_used_from_the_day_of_its_publication() -> None:
    """What a view does not know leads nowhere (R1)."""
    book = Book()
    table(book, "correspondence", "m49", ISO, "156 CN", published="2021-01-01")
    with pytest.raises(NotFoundError, match="no table of codes that the view knows leads from m49"):
        codes(book, "m49", as_of="2020-12-31")


def test_tables_of_two_authorities_are_not_used() -> None:
    """Which is meant is not stated; the sentence names both (R3)."""
    book = Book()
    table(book, "correspondence", "m49", ISO, "156 CN")
    table(book, "correspondence", "m49", ISO, "156 US", authority="somebody")
    with pytest.raises(NotFoundError, match="of somebody and un-statistics-division"):
        codes(book, "m49")


def test_two_parties_of_one_code_contradict_each_other() -> None:
    """Figures would be given to one of them by chance."""
    book = Book()
    book.say("party", "china", {"kind": "state", "names": {"en": "China"}, "iso3166": "CN"})
    with pytest.raises(ConflictError, match="Two parties, china and cn, carry the ISO 3166 code CN"):
        codes(book, ISO)


def test_party_is_known_by_the_names_that_it_carries() -> None:
    """Publishers who write names out mean the party of that name, in whatever language; no table is needed (R3)."""
    book = Book()
    book.say("party", "es", {"kind": "state", "names": {"en": "Spain", "fr": "Espagne"}})
    found = party_codes(book.known(NOW), ("name",), book.open)
    assert found.parties == {"name": {"CN": "cn", "Espagne": "es", "Spain": "es", "US": "us"}}
    assert found.words == "parties by their names"


def test_name_that_two_parties_carry_is_nobodys() -> None:
    """Figures would be given to one of them by chance."""
    book = Book()
    for subject in ("guinea", "other-guinea"):
        book.say("party", subject, {"kind": "state", "names": {"en": "Guinea"}})
    assert "Guinea" not in codes(book, "name")["name"]


def test_system_that_may_be_nobodys_needs_no_table() -> None:
    """Where a mapping says what any other word means, a missing table refuses nothing; a contradiction still does."""
    book = Book()
    assert party_codes(book.known(NOW), ("m49",), book.open, optional=("m49",)).parties == {"m49": {}}
    table(book, "correspondence", "m49", ISO, "156 CN")
    table(book, "correspondence", "m49", ISO, "156 US", authority="somebody")
    with pytest.raises(NotFoundError, match="of somebody and un-statistics-division"):
        party_codes(book.known(NOW), ("m49",), book.open, optional=("m49",))
