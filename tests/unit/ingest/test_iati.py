"""IATI: flows of activities, with what their activity says where they are silent (IATI 2.03)."""

import io

import pytest

from ledger.errors import MalformedError
from ledger.ingest.iati import MEMBERS, read_iati
from ledger.ingest.source import Source


def read(inner: str, *, version: str = 'version="2.03"') -> list[dict[str, str]]:
    """Return the flows of a file."""
    raw = f"<iati-activities {version}>{inner}</iati-activities>".encode()
    return list(read_iati(Source(io.BytesIO(raw), name="a.xml")))


def activity(inner: str, attributes: str = 'default-currency="USD"') -> str:
    """Return an activity."""
    return (
        f"<iati-activity {attributes}><iati-identifier> AA-1 </iati-identifier>"
        '<reporting-org ref="AA-GOV"><narrative>Aid of A</narrative></reporting-org>'
        "<title><narrative>Wells  and\n pumps</narrative><narrative xml:lang='fr'>Puits</narrative></title>"
        f"{inner}</iati-activity>"
    )


def transaction(
    inner: str = "", *, value: str = '<value value-date="2020-02-01">12.50</value>', code: str = "3"
) -> str:
    """Return a transaction."""
    head = f'<transaction-type code="{code}"/><transaction-date iso-date="2020-02-03"/>'
    return f"<transaction>{head}{value}{inner}</transaction>"


def test_flow_says_itself_what_it_says_and_takes_the_rest_from_its_activity() -> None:
    """Currency, recipient, sector and types are the activity's where the transaction has none of its own."""
    common = '<recipient-country code="lr"/><sector vocabulary="1" code="15110"/><default-flow-type code="10"/>'
    own = '<recipient-country code="JO"/><sector code="72010"/>'
    euro = transaction(own, value='<value currency="EUR" value-date="2020-02-01"> 7 </value>', code="2")
    first, second = read(activity(common + transaction() + euro))
    assert first.keys() == set(MEMBERS)
    names = ("activity", "reporting_org", "title", "type", "date", "value", "currency")
    assert {name: first[name] for name in names} == {
        "activity": "AA-1", "reporting_org": "AA-GOV", "title": "Wells and pumps", "type": "3", "date": "2020-02-03",
        "value": "12.50", "currency": "USD",
    }  # fmt: skip
    assert (first["recipient_country"], first["sector"], first["flow_type"]) == ("LR", "15110", "10")
    assert (second["recipient_country"], second["sector"], second["currency"]) == ("JO", "72010", "EUR")


SEVERAL = {
    "two countries by percentage": (
        '<recipient-country code="TR" percentage="25"/><recipient-country code="SY" percentage="75"/>'
    ),
    "one country for a part": (
        '<recipient-country code="TR" percentage="10"/><recipient-region code="298" percentage="90"/>'
    ),
}


@pytest.mark.parametrize("case", SEVERAL)
def test_flow_of_several_recipients_has_none_in_particular(case: str) -> None:
    """No transaction is split by percentages: nobody paid a quarter of it to anyone."""
    (flow,) = read(activity(SEVERAL[case] + transaction()))
    assert flow["recipient_country"] == ""


def test_region_of_a_flow_is_not_beside_the_country_of_its_activity() -> None:
    """Where the flow names its recipient, the activity's does not hold beside it."""
    (flow,) = read(activity('<recipient-country code="TR"/>' + transaction('<recipient-region code="998"/>')))
    assert (flow["recipient_country"], flow["recipient_region"]) == ("", "998")


def test_budgets_and_plans_are_told_from_transactions() -> None:
    """Money that is planned is another thing than money that moved."""
    budget = (
        '<budget type="2" status="1"><period-start iso-date="2020-01-01"/><period-end iso-date="2020-12-31"/>'
        "<value>5</value></budget>"
    )
    plan = '<planned-disbursement><period-start iso-date="2020-01-01"/><value>6</value></planned-disbursement>'
    dates = '<activity-date type="3" iso-date="2021-12-31"/><activity-date type="9" iso-date="2022-01-01"/>'
    found = read(activity(dates + budget + plan + transaction()))
    assert [(one["element"], one["type"], one["start"], one["value"], one["planned_end"]) for one in found] == [
        ("budget", "2", "2020-01-01", "5", "2021-12-31"),
        ("planned-disbursement", "", "2020-01-01", "6", "2021-12-31"),
        ("transaction", "3", "", "12.50", "2021-12-31"),
    ]


REFUSED = {
    "version 1, whose codes mean other things": ("<iati-activities version='1.05'/>", "is of IATI version '1.05'"),
    "organisations": ("<iati-organisations version='2.03'/>", "the document is 'iati-organisations'"),
    "no activity": ("<iati-activities version='2.03'/>", "holds no activity"),
    "a file cut short": ("<iati-activities version='2.03'><iati-activity>", "is not XML that can be read"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_file_that_holds_no_activities_of_version_2_is_refused(case: str) -> None:
    """What would be read wrongly is not read (style §7)."""
    raw, reason = REFUSED[case]
    with pytest.raises(MalformedError, match=reason):
        list(read_iati(Source(io.BytesIO(raw.encode()), name="a.xml")))
