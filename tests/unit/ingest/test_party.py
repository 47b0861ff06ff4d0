"""Mappings that name parties by public codes: what they ask for, and what is filled in (R3)."""

import io
from datetime import date

import pytest

from ledger.errors import MalformedError
from ledger.ingest.mapping import parse_mapping
from ledger.ingest.party import asked_systems, optional_systems, with_parties
from ledger.ingest.tabular import read_evidence

MAPPING = b"""
name = "own"
title = "Exports"
publisher = "Office"
authority = "office"
channel = "yearly"
standing = "official"
licence = "free"
redistribute = true
header = ["year", "from", "to", "value"]
period = { column = "year", form = "year" }

[[series]]
measure = "export"
reporter = { column = "from", system = "iso-3166-alpha-3" }
partner = { column = "to", system = "m49", words = { EU = "eu" } }
authority_of = { column = "from", system = "iso-3166-alpha-3" }
classification = "HS"
code = "1201"
unit = "t"
value = "value"
"""

PARTIES = {"iso-3166-alpha-3": {"USA": "us", "BRA": "br"}, "m49": {"156": "cn", "8": "al"}}


def test_mapping_asks_for_the_systems_that_it_does_not_give() -> None:
    """What it says itself is taken as it is; the others are for the ledger to fill in."""
    assert asked_systems(MAPPING, name="own.toml") == ("iso-3166-alpha-3", "m49")
    given = MAPPING + b'[parties.m49]\n156 = "cn"\n'
    assert asked_systems(given, name="own.toml") == ("iso-3166-alpha-3",)
    filled = with_parties(given, {"iso-3166-alpha-3": {"USA": "us"}}, source="parties")
    assert asked_systems(filled, name="own.toml") == ()
    assert parse_mapping(filled, name="own.toml").parties["m49"] == {"156": "cn"}


def test_filled_mapping_reads_parties_by_their_codes() -> None:
    """Each row goes to the series of its parties; words of the mapping's own stand beside the codes."""
    filled = with_parties(MAPPING, PARTIES, source="parties by their ISO 3166 codes")
    mapping = parse_mapping(filled, name="own.toml")
    rows = b"year,from,to,value\n2020,USA,156,1\n2020,BRA,EU,2\n2020,USA,8,3\n2020,FRA,156,4\n2020,USA,076,5\n"
    found = read_evidence(io.BytesIO(rows), mapping, name="own.csv", published=date(2021, 3, 1))
    assert [(one.subject, one.authority_of) for one in found.series] == [
        ("series:export/br/eu", "br"), ("series:export/us/al", "us"), ("series:export/us/cn", "us"),
    ]  # fmt: skip
    assert [(fault.row, fault.column) for fault in found.rejected] == [(5, "from"), (6, "to")]
    assert "'076' is none of the words that the mapping knows here (156, 8, EU)" in found.rejected[-1].reason


def test_filling_in_is_the_same_bytes_and_keeps_what_was_written() -> None:
    """The mapping is kept by its digest, so the same parties give the same file, the author's own text first."""
    filled = with_parties(MAPPING, PARTIES, source="parties")
    assert filled == with_parties(MAPPING.rstrip(), dict(reversed(PARTIES.items())), source="parties")
    assert filled.startswith(MAPPING)
    assert b'\n# Filled in when a file was submitted: parties.\n[parties.iso-3166-alpha-3]\n"BRA" = "br"\n' in filled


REFUSED = {
    "nobody says who they are": (MAPPING, "names parties by iso-3166-alpha-3, and nothing says who they are"),
    "a party that is no name": (
        MAPPING + b'[parties]\niso-3166-alpha-3 = { USA = "The US" }\nm49 = {}\n', "key parties.iso-3166-alpha-3.USA",
    ),
    "a system that is not known": (MAPPING + b'[parties.fips]\nCH = "cn"\n', "key parties.fips"),
    "a system of parties for the unit": (
        MAPPING.replace(b'unit = "t"', b'unit = { column = "to", system = "m49" }'),
        "the system m49 is of parties, and this is unit",
    ),
    "a system of units for a party": (
        MAPPING.replace(b'system = "m49"', b'system = "un-rec-20"'), "the system un-rec-20 goes with the unit",
    ),
    "a system of parties for the source": (
        MAPPING.replace(b"authority_of", b"authority"),
        "the system iso-3166-alpha-3 is of parties, and this is authority",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_mapping_that_cannot_tell_its_parties_is_refused(case: str) -> None:
    """The sentence names the key (style §7)."""
    raw, reason = REFUSED[case]
    with pytest.raises(MalformedError, match=reason):
        parse_mapping(raw, name="own.toml")


@pytest.mark.parametrize("raw", [b"series = 3", b"series = [3]", b"[[series]]\npartner = 7\n", b"parties = 1\n"])
def test_asking_a_broken_mapping_is_harmless(raw: bytes) -> None:
    """What else is wrong with a mapping is said when it is read, with its key."""
    assert asked_systems(raw, name="own.toml") == ()


NAMED = MAPPING.replace(
    b'reporter = { column = "from", system = "iso-3166-alpha-3" }',
    b'reporter = { column = "from", system = "name", ending = ", Government of", other = "*" }',
)


def test_names_are_looked_up_with_and_without_what_they_end_with() -> None:
    """A publisher's way of writing a name is no part of it; who is not known stands with all others (R3)."""
    text = NAMED.replace(b'authority_of = { column = "from", system = "iso-3166-alpha-3" }\n', b"")
    assert asked_systems(text, name="own.toml") == ("m49", "name")
    assert optional_systems(text, name="own.toml") == ("name",)
    parties = {"name": {"Spain": "es", 'Côte d\'Ivoire "CI"': "ci"}, "m49": {"156": "cn"}}
    mapping = parse_mapping(with_parties(text, parties, source="parties by their names"), name="own.toml")
    names = ["Spain", '"Spain, Government of"', '"Côte d\'Ivoire ""CI"""', '"Government of Spain"', "Sweden"]
    rows = "year,from,to,value\n" + "".join(f"{2000 + n},{name},156,{n}\n" for n, name in enumerate(names, 1))
    found = read_evidence(io.BytesIO(rows.encode()), mapping, name="own.csv", published=date(2021, 3, 1))
    assert {one.subject: one.observations.count for one in found.series} == {
        "series:export/*/cn": 2, "series:export/ci/cn": 1, "series:export/es/cn": 2,
    }  # fmt: skip
    assert found.rejected == ()


def test_other_words_need_words_to_be_other_than() -> None:
    """A column that is taken as it is has no other words, and nothing at its end is cut off."""
    for more in (b'other = "*"', b'ending = " x"'):
        plain = b'{ column = "from", ' + more + b" }"
        text = MAPPING.replace(b'{ column = "from", system = "iso-3166-alpha-3" }', plain)
        with pytest.raises(MalformedError, match="ending and other go with words or a system"):
            parse_mapping(text, name="own.toml")
