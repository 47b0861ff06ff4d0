"""The closure: which entries it takes to check an audit, seen from their headers (design §2.3)."""

from collections.abc import Callable, Mapping

import pytest

from ledger.audit.closure import in_closure
from tests.unit.audit.small_ledger import (
    COMMITMENT,
    DESK,
    INSTRUMENT,
    OPERATOR,
    ROOT,
    SOURCE,
    SOY,
    TERM,
    SmallLedger,
    evidence,
    key_of,
    monthly,
    soy_ledger,
)

PARTY = {"kind": "state", "names": {"en": "Somebody"}}
POSITION = {"party": "eu", "stance": "affirms", "date": "2019-02-01", "source": SOURCE}
AMENDMENT = {
    "change": "suspend",
    "by": ["us"],
    "announced": "2019-03-01",
    "effective": "2019-03-01",
    "reason": "a pause",
    "source": SOURCE,
}
RETRACTION = {"statement": "sha256:" + "0" * 64, "ground": "recorded_in_error", "date": "2019-03-01", "reason": "wrong"}
ERASURE = {"digests": ["sha256:" + "0" * 64], "ground": "a court order", "reason": "it named a person"}


def series(measure: str, reporter: str, partner: str) -> dict[str, object]:
    """Return the body of evidence for a series."""
    body = evidence(monthly(1))
    return {**body, "dimensions": {**body["dimensions"], "measure": measure, "reporter": reporter, "partner": partner}}


BELONGS: dict[str, tuple[str, str, Mapping[str, object]]] = {
    "a position on the pledge": ("position", SOY, POSITION),
    "a retraction about the pledge": ("retraction", SOY, RETRACTION),
    "an amendment of its instrument": ("amendment", "talks", AMENDMENT),
    "an amendment of another pledge, by which a lever may lapse": ("amendment", "another", AMENDMENT),
    "a correction of a party": ("party", "us", PARTY),
    "an erasure of whatever": ("erasure", "anything", ERASURE),
    "the series that the term is read from": ("evidence", "series:export/us/cn", series("export", "us", "cn")),
    "another measure between the parties": ("evidence", "series:order/us/cn", series("order", "us", "cn")),
    "the other direction": ("evidence", "series:import/cn/us", series("import", "cn", "us")),
    "a flow within one party": ("evidence", "series:stock/cn/cn", series("stock", "cn", "cn")),
    "a series of several partners": ("evidence", "series:export/us/*", series("export", "us", "*")),
    "a series of several reporters": ("evidence", "series:import/*/us", series("import", "*", "us")),
    "a table that is nobody's": ("evidence", "series:table/*/*", series("table", "*", "*")),
    "a retraction of such a series": ("retraction", "series:export/us/cn", RETRACTION),
}
DOES_NOT: dict[str, tuple[str, str, Mapping[str, object]]] = {
    "a position on another pledge": ("position", "another", POSITION),
    "another party": ("party", "eu", PARTY),
    "another instrument": ("instrument", "other-talks", INSTRUMENT),
    "another pledge of the same parties": ("commitment", "another", {**COMMITMENT, "instrument": "other-talks"}),
    "a series with a stranger": ("evidence", "series:export/us/eu", series("export", "us", "eu")),
    "a series between strangers": ("evidence", "series:export/br/eu", series("export", "br", "eu")),
    "a series of a stranger with several": ("evidence", "series:export/br/*", series("export", "br", "*")),
    "an index of the log": ("index", "example.com/promises", {"size": 3, "root": "A" * 43}),
}


def belongs(ledger: SmallLedger, index: int = -1) -> bool:
    """Whether an entry, by default the last, is in the closure of the soybean pledge."""
    inside = {header.index for header in ledger.belonging()}
    return range(len(ledger.headers))[index] in inside


@pytest.mark.parametrize("phrase", BELONGS)
def test_entry_belongs(phrase: str) -> None:
    """What bears on the pledge is in its closure, whatever its view (design §2.3)."""
    kind, subject, body = BELONGS[phrase]
    ledger = soy_ledger()
    ledger.say(kind, subject, body, key=OPERATOR if kind == "erasure" else DESK)
    assert belongs(ledger)


@pytest.mark.parametrize("phrase", DOES_NOT)
def test_entry_does_not_belong(phrase: str) -> None:
    """What does not bear on the pledge stays out, so that a bundle does not carry the whole log."""
    kind, subject, body = DOES_NOT[phrase]
    ledger = soy_ledger()
    ledger.say(kind, subject, body)
    assert not belongs(ledger)


def test_charter_keys_parties_and_instrument_belong() -> None:
    """The small ledger is about its one pledge: charter, key, two parties, instrument, commitment: 6, by hand."""
    ledger = soy_ledger()
    assert [header.index for header in ledger.belonging()] == [0, 1, 2, 3, 4, 5]


def test_every_key_belongs() -> None:
    """Keys of others belong too: what a signature was worth is seen only from all of them."""
    ledger = soy_ledger()
    ledger.grant(key_of(7), ["assessor"])
    assert belongs(ledger)


def linked(kind: str, subject: str) -> Callable[[SmallLedger], object]:
    """Return what records another pledge, between other parties, to which ours is tied."""

    def record(ledger: SmallLedger) -> None:
        ledger.say("party", "br", PARTY)
        ledger.say("instrument", "other-talks", INSTRUMENT)
        reading = {"type": "export", "reporter": "br", "partner": "us"}
        body = {
            **COMMITMENT,
            "instrument": "other-talks",
            "obligors": ["br"],
            "quotes": [{"text": "x", "language": "en"}],
        }
        term = {key: value for key, value in TERM.items() if key != "shown"}
        ledger.say(
            "commitment", "another", {**body, "verb": None, "terms": [{**term, "actor": "br", "measure": reading}]}
        )
        tie = (
            {"links": [{"kind": "adds_to", "commitment": "another"}]}
            if kind == "link"
            else {"levers": [{"subject": subject, "title": "a lever"}]}
        )
        ledger.say("commitment", SOY, {**COMMITMENT, **tie}, corrects="sha256:" + "0" * 64)

    return record


@pytest.mark.parametrize("kind", ["link", "lever"])
def test_linked_pledges_and_levers_bring_their_own(kind: str) -> None:
    """A pledge that ours links to or rests on brings its instrument, its parties and their series (R16, F4)."""
    ledger = soy_ledger()
    linked(kind, "another")(ledger)
    before = {header.subject for header in ledger.belonging()}
    assert {"another", "other-talks", "br"} <= before
    ledger.say("evidence", "series:export/br/us", series("export", "br", "us"))
    assert belongs(ledger)


def test_lever_that_is_no_pledge_brings_what_is_said_about_it() -> None:
    """A lever may rest on a statute that nobody recorded; what is recorded about it belongs (F4)."""
    ledger = soy_ledger()
    linked("lever", "a-statute")(ledger)
    ledger.say("instrument", "a-statute", INSTRUMENT)
    assert belongs(ledger)


def test_parties_that_only_speak_are_named_and_do_not_trade() -> None:
    """Who takes a position is named in the audit, and its trade is not drawn in."""
    ledger = soy_ledger()
    ledger.say("position", SOY, POSITION)
    ledger.say("party", "eu", PARTY)
    assert belongs(ledger)
    ledger.say("evidence", "series:export/us/eu", series("export", "us", "eu"))
    assert not belongs(ledger)


def group(*members: str) -> dict[str, object]:
    """Return the body of a party that others belong to."""
    return {"kind": "union", "names": {"en": "Union"}, "members": [{"party": name} for name in members]}


def test_members_of_a_group_bring_their_series() -> None:
    """Of a party that figures are asked about, those of its members may stand for it, at whatever remove (R3)."""
    ledger = soy_ledger()
    ledger.say("party", "us", group("states"), corrects="sha256:" + "0" * 64)
    ledger.say("party", "states", group("iowa"))
    ledger.say("party", "iowa", PARTY)
    assert belongs(ledger)
    ledger.say("evidence", "series:export/iowa/cn", series("export", "iowa", "cn"))
    assert belongs(ledger)
    ledger.say("evidence", "series:export/iowa/br", series("export", "iowa", "br"))
    assert not belongs(ledger)


def test_members_that_a_correction_took_out_belong_still() -> None:
    """Whether a correction counts turns on the view, so that of a member of any version nothing may be missing (R3)."""
    ledger = soy_ledger()
    ledger.say("party", "us", group("iowa"), corrects="sha256:" + "0" * 64)
    ledger.say("party", "us", group(), corrects="sha256:" + "0" * 64)
    ledger.say("evidence", "series:export/iowa/cn", series("export", "iowa", "cn"))
    assert belongs(ledger)


def test_members_of_a_group_that_only_speaks_do_not_trade() -> None:
    """A group that takes a position is named, and neither its trade nor its members' is drawn in."""
    ledger = soy_ledger()
    ledger.say("position", SOY, POSITION)
    ledger.say("party", "eu", group("de"))
    ledger.say("evidence", "series:export/us/de", series("export", "us", "de"))
    assert not belongs(ledger)


def test_amended_terms_bring_the_parties_that_they_name() -> None:
    """New terms are read from other figures, so these belong (R12)."""
    ledger = soy_ledger()
    reading = {"type": "import", "reporter": "cn", "partner": "br"}
    term = {key: value for key, value in TERM.items() if key != "shown"}
    modified = {**AMENDMENT, "change": "modify", "terms": [{**term, "measure": reading}]}
    ledger.say("amendment", SOY, modified)
    ledger.say("evidence", "series:import/cn/br", series("import", "cn", "br"))
    assert belongs(ledger)


def test_body_that_is_gone_still_belongs_by_its_header() -> None:
    """A left-out statement is found, for its header says what it is about; what it would have brought is not known."""
    ledger = soy_ledger()
    closure = ledger.closure()
    ledger.say("position", SOY, POSITION)
    header = list(ledger.belonging())[-1]
    assert in_closure(header, closure)


def test_other_pledge_may_be_audited_alone() -> None:
    """The closure is of the subjects asked for."""
    ledger = soy_ledger()
    linked("link", "another")(ledger)
    subjects = {header.subject for header in ledger.belonging(("another",))}
    assert SOY not in subjects
    assert {"another", "br", "us"} <= subjects
    assert ROOT.kid not in subjects


def test_calendar_that_a_procedure_counts_by_belongs() -> None:
    """Holidays are evidence: each version of a calendar that an instrument names belongs, and no other (F1)."""
    ledger = soy_ledger()
    limit = {"days": 10, "working": True, "calendar": {"name": "holidays-cn"}}
    stage = {"id": "answer", "title": "answer", "forum": "office", "trigger": "an appeal", "limit": limit, "last": True}
    body = {**INSTRUMENT, "procedure": {"title": "steps", "stages": [stage]}}
    table = evidence(monthly(1))
    for name in ("holidays-cn", "holidays-us"):
        dimensions = {
            "measure": "table", "reporter": "*", "partner": name, "classifications": [name], "frequencies": [],
            "units": [], "table": "calendar",
        }  # fmt: skip
        ledger.say("evidence", f"series:table/*/{name}", {**table, "dimensions": dimensions})
    named = "series:table/*/holidays-cn"
    assert named not in {header.subject for header in ledger.belonging()}
    ledger.say("instrument", "talks", body)
    subjects = {header.subject for header in ledger.belonging()}
    assert named in subjects
    assert "series:table/*/holidays-us" not in subjects
