"""Publishers as data: the shipped declarations, and what is refused in one."""

import re
import tomllib

import pytest

from ledger.errors import MalformedError, NotFoundError
from ledger.ingest.mapping import FromColumn, Mapping, find_format
from ledger.remote.publisher import find_publisher, parse_publisher, publisher_names

SMALL = """\
name = "office"
title = "Office"
variable = "PLEDGER_OFFICE_KEY"
register = "https://office.example/keys"
interval = 0
requests = 10
limit = 1000
patience = 5
reporters = { us = "" }
partners = { cn = "5700" }

[key]
header = "X-Api-Key"

[codes]
lengths = [4]

[answer]
kind = "rows"
media = ["application/json"]

[[route]]
flows = { export = "" }
frequency = "month"
format = "us-census-exports-api"
address = "https://office.example/hs"
query = [["code", "{code}"]]
period = "YYYY-MM"
periods = 12
"""


def test_the_three_publishers_are_shipped() -> None:
    """Census, Comtrade and USDA can be asked (issue 4, point 2)."""
    assert publisher_names() == ("census", "comtrade", "usda")
    assert [find_publisher(name).name for name in publisher_names()] == ["census", "comtrade", "usda"]


def test_publisher_that_is_not_shipped_is_not_found() -> None:
    """The sentence lists those that there are."""
    with pytest.raises(NotFoundError, match="'eurostat' to fetch from; name one of census, comtrade, usda"):
        find_publisher("eurostat")


def test_every_publisher_is_asked_over_https_with_a_setting_of_its_own() -> None:
    """Keys go over https, and each publisher has its own setting."""
    found = [find_publisher(name) for name in publisher_names()]
    assert all(route.address.startswith("https://") for one in found for route in one.route)
    assert [one.variable for one in found] == ["PLEDGER_CENSUS_KEY", "PLEDGER_COMTRADE_KEY", "PLEDGER_USDA_KEY"]


def words(mapping: Mapping, name: str) -> dict[str, str]:
    """Return what the cells of a dimension mean in the first series of a mapping."""
    column = getattr(mapping.series[0], name)
    assert isinstance(column, FromColumn)
    return dict(column.words or {})


@pytest.mark.parametrize("name", ["census", "usda"])
def test_partners_are_called_what_the_format_reads(name: str) -> None:
    """What is asked for can be read: a partner's code in the address is the one that the mapping knows for it."""
    publisher = find_publisher(name)
    asked = {party: code.rpartition("/")[2] for party, code in publisher.partners.items() if party != "all"}
    for route in publisher.route:
        read = {party: code for code, party in words(find_format(route.format), "partner").items()}
        assert asked == read


def test_commodities_of_usda_are_called_what_the_format_reads() -> None:
    """A heading of the Harmonized System is asked for by the commodity that the mapping reads as it."""
    publisher = find_publisher("usda")
    assert {word: code for code, word in publisher.codes.words.items()} == words(
        find_format("usda-export-sales-api"), "code"
    )
    assert set(publisher.codes.begins) == set(publisher.codes.words)


def test_comtrade_is_asked_about_the_parties_that_the_format_reads() -> None:
    """Reporters and partners are those of the mapping, by the numbers of the genuine answer that is recorded."""
    publisher = find_publisher("comtrade")
    read = set(words(find_format("un-comtrade-api"), "reporter").values())
    assert set(publisher.reporters) == set(publisher.partners) == read
    assert (publisher.reporters["cn"], publisher.partners["ar"]) == ("156", "32")
    assert (publisher.reporters["us"], publisher.reporters["fr"], publisher.reporters["in"]) == ("842", "251", "699")


def test_every_variable_that_a_format_needs_is_asked_for() -> None:
    """The census is asked for every column that its mappings read, as a variable or as a predicate."""
    publisher = find_publisher("census")
    for route in publisher.route:
        query = {name: value for name, value in route.query}  # noqa: C416  # mypy takes no dict() of tuples
        asked = {*query["get"].split(","), *query} - {"get"}
        assert set(find_format(route.format).header) <= asked


def test_small_declaration_is_read() -> None:
    """The declaration from which the bad ones below are made is a good one."""
    assert parse_publisher(SMALL.encode(), name="small.toml").title == "Office"


BAD = {
    "not TOML": ('name = "office"', "name = office", "is not a TOML file"),
    "key that is not known": ("limit = 1000", "limit = 1000\nsecret = 1", "key secret"),
    "no title": ('title = "Office"\n', "", "key title"),
    "any variable of the environment": ("PLEDGER_OFFICE_KEY", "HOME", "key variable"),
    "the passphrase": ("PLEDGER_OFFICE_KEY", "PLEDGER_PASSPHRASE", "key variable"),
    "key in two places": ('header = "X-Api-Key"', 'header = "X-Api-Key"\nparameter = "key"', "exactly one of header"),
    "key in no place": ('header = "X-Api-Key"', "", "exactly one of header"),
    "key in a header of two lines": ("X-Api-Key", "X-Api-Key\\r\\nX", "key key.header"),
    "http to another machine": ("https://office.example/hs", "http://office.example/hs", "asked over https"),
    "another scheme": ("https://office.example/hs", "ftp://office.example/hs", "asked over https"),
    "user in the address": ("https://office.example/hs", "https://me@office.example/hs", "without user"),
    "host to be filled in": ("https://office.example/hs", "https://{code}.example/hs", "without user"),
    "query in the address": ("https://office.example/hs", "https://office.example/hs?a=b", "without user"),
    "port that is none": ("https://office.example/hs", "https://office.example:99999/hs", "address is none"),
    "unknown place": ("{code}", "{key}", "nothing that can be filled in"),
    "place without a name": ("{code}", "{}", "nothing that can be filled in"),
    "attribute of a place": ("{code}", "{code.__class__}", "nothing that can be filled in"),
    "form of a place": ("{code}", "{code:>9}", "plain names"),
    "open brace": ("{code}", "{code", "brace too many"),
    "one code where several go": ("periods = 12", "periods = 12\ncodes = 5", "{code} is one code"),
    "month written as a year": ('period = "YYYY-MM"', 'period = "YYYY"', "period writes a month"),
    "unknown frequency": ('frequency = "month"', 'frequency = "week"', "key route.0.frequency"),
    "no patience": ("patience = 5", "patience = 0", "key patience"),
    "answers without end": ("limit = 1000", "limit = 9999999999", "key limit"),
    "count without records": ('kind = "rows"', 'kind = "rows"\ncount = "count"', "count and error are members"),
    "rows in a member": ('kind = "rows"', 'kind = "rows"\nrecords = "data"', "rows are the document"),
    "no route": (SMALL[SMALL.index("[[route]]") :], "", "key route"),
}


@pytest.mark.parametrize("case", BAD)
def test_declaration_that_is_none_is_refused_with_the_key(case: str) -> None:
    """A declaration decides where a key is sent, so it is read strictly."""
    before, after, reason = BAD[case]
    assert before in SMALL
    with pytest.raises(MalformedError, match=re.escape(reason)):
        parse_publisher(SMALL.replace(before, after).encode(), name="small.toml")


@pytest.mark.parametrize("raw", [b"\xff", b"a = " + b"[" * 60_000, b"#" * 70_000, b"a = 2020-01-01"])
def test_bytes_that_are_no_declaration_are_refused(raw: bytes) -> None:
    """Foreign bytes never raise a foreign exception."""
    with pytest.raises(MalformedError, match=r"small\.toml"):
        parse_publisher(raw, name="small.toml")


def test_local_machine_may_be_asked_over_http() -> None:
    """What is sent to the loopback does not leave the machine."""
    local = SMALL.replace("https://office.example/hs", "http://127.0.0.1:8080/hs")
    assert parse_publisher(local.encode(), name="small.toml").route[0].address == "http://127.0.0.1:8080/hs"
    assert tomllib.loads(local)["name"] == "office"
