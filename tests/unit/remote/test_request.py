"""Requests: what is wanted, in the words of a publisher, cut into as many as its bounds ask for."""

from dataclasses import replace

import pytest

from ledger.errors import UsageError
from ledger.remote.publisher import Flow, Frequency, find_publisher
from ledger.remote.request import Month, Request, Wanted, plan


def want(
    *codes: str, first: str = "2017-01", last: str = "2020-12", partner: str = "cn", reporter: str | None = None,
    flow: Flow = "export", frequency: Frequency | None = None,
) -> Wanted:  # fmt: skip
    """Return something wanted, soybeans from the United States unless it is said otherwise."""
    start, end = (Month(*map(int, text.split("-"))) for text in (first, last))
    return Wanted(flow, reporter, partner, codes or ("1201",), start, end, frequency)


def addresses(name: str, wanted: Wanted) -> list[str]:
    """Return the addresses that a shipped publisher is asked at."""
    return [request.address for request in plan(find_publisher(name), wanted)]


def test_census_is_asked_for_one_code_over_a_span_of_months() -> None:
    """The address is the one of the Bureau's user guide: variables, span, level, code, country; no key in it."""
    (address,) = addresses("census", want())
    assert address == (
        "https://api.census.gov/data/timeseries/intltrade/exports/hs?get=ALL_VAL_MO,QTY_1_MO,UNIT_QY1"
        "&time=from+2017-01+to+2020-12&COMM_LVL=HS4&E_COMMODITY=1201&CTY_CODE=5700"
    )


def test_census_imports_have_variables_of_their_own() -> None:
    """Imports are asked for by CIF value and I_COMMODITY."""
    (address,) = addresses("census", want("2710121510", flow="import", partner="ca", first="2016-01", last="2016-01"))
    assert address == (
        "https://api.census.gov/data/timeseries/intltrade/imports/hs?get=GEN_CIF_MO,GEN_QY1_MO,UNIT_QY1"
        "&time=from+2016-01+to+2016-01&COMM_LVL=HS10&I_COMMODITY=2710121510&CTY_CODE=1220"
    )


def test_census_is_asked_for_every_code_by_itself_and_at_most_ten_years_at_once() -> None:
    """Two codes over 121 months are four requests, in order of codes, then of time; a code named twice is one."""
    found = plan(find_publisher("census"), want("1201", "10", "1201", first="2010-01", last="2020-01"))
    assert [(one.codes, one.periods[0], one.periods[-1]) for one in found] == [
        (("1201",), "2010-01", "2019-12"), (("1201",), "2020-01", "2020-01"),
        (("10",), "2010-01", "2019-12"), (("10",), "2020-01", "2020-01"),
    ]  # fmt: skip


def test_comtrade_is_asked_for_codes_and_years_together() -> None:
    """Codes and periods are lists with commas; parties are numbers; totals by customs and transport are asked for."""
    (address,) = addresses("comtrade", want("1201", "TOTAL", reporter="us", frequency="year"))
    assert address == (
        "https://comtradeapi.un.org/data/v1/get/C/A/HS?reporterCode=842&partnerCode=156&partner2Code=0&flowCode=X"
        "&customsCode=C00&motCode=0&cmdCode=1201,TOTAL&period=2017,2018,2019,2020&maxRecords=100000&includeDesc=true"
    )


def test_comtrade_months_go_twelve_at_a_time() -> None:
    """No request has more than twelve periods: 25 months are three."""
    wanted = want(reporter="cn", partner="us", flow="import", frequency="month", last="2019-01")
    found = plan(find_publisher("comtrade"), wanted)
    assert [one.periods for one in found][1:] == [tuple(f"2018{m:02}" for m in range(1, 13)), ("201901",)]
    assert "/C/M/HS?reporterCode=156&partnerCode=842&" in found[0].address
    assert "flowCode=M" in found[0].address


def test_usda_is_asked_for_the_marketing_years_that_the_months_lie_in() -> None:
    """A marketing year has the number of the year in which it ends: September 2019 to August 2020 is 2020."""
    base = "https://api.fas.usda.gov/api/esr/exports/commodityCode"
    assert addresses("usda", want(first="2019-09", last="2020-08")) == [f"{base}/801/countryCode/5700/marketYear/2020"]
    assert addresses("usda", want(first="2019-08", last="2020-09")) == [
        f"{base}/801/countryCode/5700/marketYear/{year}" for year in (2019, 2020, 2021)
    ]


def test_marketing_years_begin_when_those_of_their_commodity_do() -> None:
    """Wheat's begins in June, so its May and June lie in two."""
    found = plan(find_publisher("usda"), want("1001", first="2020-05", last="2020-06"))
    assert [one.periods for one in found] == [("2020",), ("2021",)]


def test_usda_can_be_asked_about_all_countries() -> None:
    """The partner ``all`` is another way to ask, where a publisher has it."""
    assert addresses("usda", want(partner="all", first="2020-01", last="2020-01")) == [
        "https://api.fas.usda.gov/api/esr/exports/commodityCode/801/allCountries/marketYear/2020"
    ]


def test_halves_ask_for_the_same_together() -> None:
    """A request is cut by periods first, then by codes, and in the end not at all; nothing is lost or doubled."""
    (whole,) = plan(find_publisher("comtrade"), want("1201", "1005", reporter="us", frequency="year"))
    leaves, todo = [], [whole]
    while todo:
        one = todo.pop()
        halves = one.halves()
        todo.extend(halves)
        if not halves:
            leaves.append(one)
    asked = sorted((code, period) for one in leaves for code in one.codes for period in one.periods)
    assert asked == [(code, str(year)) for code in ("1005", "1201") for year in range(2017, 2021)]
    assert [one.periods for one in whole.halves()] == [("2017", "2018"), ("2019", "2020")]


def test_label_is_a_name_that_any_disk_takes() -> None:
    """The name of a file says what was asked, in letters, digits, points, dashes and underscores."""
    requests: tuple[Request, ...] = plan(
        find_publisher("comtrade"), want("1201", "1005", reporter="us", frequency="year")
    )
    assert [one.label for one in requests] == ["comtrade.export.us.cn.1201-and-1-more.2017_2020"]
    assert plan(find_publisher("census"), want(last="2017-01"))[0].label == "census.export.us.cn.1201.2017-01"


REFUSED = {
    "unknown partner": ("census", want(partner="zz"), "not asked about the partner 'zz'; name one of br, ca"),
    "unknown reporter": ("census", want(reporter="cn"), "not asked about the reporter 'cn'; name one of us"),
    "reporter not named": ("comtrade", want(frequency="year"), "name a --reporter"),
    "party with itself": ("comtrade", want(reporter="cn", frequency="year"), "both reporter and partner"),
    "all partners at once": ("comtrade", want(reporter="us", partner="all", frequency="year"), "the partner 'all'"),
    "frequency not named": ("comtrade", want(reporter="us"), "by: year, month; say which with --frequency"),
    "frequency that it has not": ("census", want(frequency="year"), "by: month; say which"),
    "flow that it has not": ("usda", want(flow="import"), "not asked for the flow import; it has export"),
    "code of odd length": ("census", want("120"), "the code '120'; it knows codes of 2, 4, 6, 10 digits"),
    "code in other digits": ("census", want("١٢"), "cannot be asked for the code"),
    "code that is a word": ("census", want("TOTAL"), "the code 'TOTAL'"),
    "heading that is no commodity": ("usda", want("0203"), "it knows 1001, 1005, 1007, 1201"),
    "no code": ("census", replace(want(), codes=()), "No product code is named"),
    "time that ends first": ("census", want(first="2020-02", last="2020-01"), "ends (2020-01) before it begins"),
    "year long ago": ("census", want(first="0001-01"), "no month that anything can be fetched for"),
    "more than it allows": ("census", want(*(f"{n:06}" for n in range(501))), "takes 501 requests"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_asked_is_refused_before_anybody_is(case: str) -> None:
    """The sentence says what the publisher can be asked."""
    name, wanted, reason = REFUSED[case]
    with pytest.raises(UsageError) as caught:
        plan(find_publisher(name), wanted)
    assert reason in caught.value.message
