"""The annexes: parties, words, instruments, replies, evidence and the change log, derived and complete (method §6)."""

from typing import Any

from tests.unit.audit.small_ledger import (
    COMMITMENT,
    EXPORTS,
    OPERATOR,
    SOURCE,
    SOY,
    TERM,
    WORDS,
    SmallLedger,
    monthly,
    sha256,
    soy_ledger,
)

FULL = (450_000,) * 12
POSITION = {"party": "us", "stance": "affirms", "date": "2019-02-01", "source": SOURCE}
QUOTE = {"text": "We were told five million.", "language": "en", "speaker": "us"}


def changes(ledger: SmallLedger) -> list[tuple[str, str, str]]:
    """Return date, kind and words of the change log."""
    return [(one.date, one.kind, one.says) for one in ledger.audit().changes]


def test_parties_are_named_in_one_order_and_by_language() -> None:
    """Parties stand by slug, each with its recorded names; one that nobody recorded is unknown."""
    ledger = soy_ledger(*FULL)
    ledger.say("position", SOY, {**POSITION, "party": "br"})
    assert [(one.slug, one.kind, one.names) for one in ledger.audit().parties] == [
        ("br", "unknown", {}),
        ("cn", "state", {"en": "China"}),
        ("us", "state", {"en": "United States"}),
    ]


def test_words_are_verbatim_with_what_they_leave_unknown() -> None:
    """Quotations to the letter; a null field is listed as unknown by its path (design §2.2)."""
    audit = soy_ledger(*FULL).audit()
    (words,) = audit.words
    assert [quote.text for quote in words.quotes] == [WORDS]
    assert words.unknown == ("performance", "indicators")
    assert words.cite.entry == 5


def test_every_kind_of_unknown_field_is_listed() -> None:
    """Performance, indicators and terms: what the text does not settle is said, by its path."""
    ledger = soy_ledger()
    indicator = {"publisher": "x", "standing": "official", "public": True, "lag_months": 2}
    act = {"id": "ip", "kind": "action", "title": "x", "actor": None, "act": "cooperate"}
    rise = {
        "id": "rise", "kind": "conditional", "title": "x", "actor": "cn",
        "trigger": {"title": "x", "act": "x", "deadline": "2019-03-01"}, "consequence": {"title": "x", "judge": "us"},
    }  # fmt: skip
    body = {
        **COMMITMENT, "performance": {"by": "traders"}, "indicators": [indicator], "terms": [TERM, act, rise],
    }  # fmt: skip
    ledger.say("commitment", SOY, body, corrects=sha256(ledger.jws[5]))
    assert ledger.audit().words[0].unknown == (
        "performance.control",
        "indicators[0].scope_share",
        "terms.ip.actor",
        "terms.ip.scope",
        "terms.ip.deadline",
        "terms.rise.trigger.judge",
        "terms.rise.consequence.act",
    )


def test_instrument_says_which_clauses_are_unknown() -> None:
    """Null is unknown; "none" is not (design §2.2)."""
    (instrument,) = soy_ledger().audit().instruments
    assert (instrument.slug, instrument.form, instrument.issuers) == ("talks", "statement", ("cn",))
    assert instrument.unknown == ("languages", "signed", "in_force", "expires", "procedure")


def test_replies_are_verbatim_and_of_both_sides() -> None:
    """Positions on pledge and finding stand in order of their dates, words to the letter, whoever's they are."""
    ledger = soy_ledger(*FULL)
    ledger.say(
        "position", SOY, {**POSITION, "about": "finding", "stance": "denies", "date": "2020-02-01", "quote": QUOTE}
    )
    ledger.say("position", SOY, {**POSITION, "party": "cn", "terms": ["soy"], "stance": "silent"})
    first, second = ledger.audit().replies
    assert (first.party, first.stance, first.date, first.terms) == ("cn", "silent", "2019-02-01", ("soy",))
    assert (second.party, second.about, second.stance, second.terms) == ("us", "finding", "denies", ("soy",))
    assert second.quote is not None
    assert second.quote.text == "We were told five million."


def test_evidence_used_and_looked_at_is_listed() -> None:
    """Every series between the parties is listed with its digests and the copy read; used is what a total rests on."""
    ledger = soy_ledger(*FULL)
    stocks = {
        "measure": "stock", "reporter": "cn", "partner": "cn", "classifications": ["HS"], "frequencies": ["M"],
        "units": ["t"],
    }  # fmt: skip
    ledger.observe(monthly(1), subject="series:stock/cn/cn", dimensions=stocks)
    first, second = ledger.audit().evidence
    assert (first.subject, first.used, first.count, first.covers) == (EXPORTS, True, 12, ("2019-01-01", "2019-12-31"))
    assert first.observations == sha256(monthly(*FULL))
    assert first.source.via.copy_read == "the page"
    assert (second.subject, second.used, second.cite.entry) == ("series:stock/cn/cn", False, 7)


def test_changes_of_the_world_and_of_the_record_are_told_apart() -> None:
    """Amendments, actions, corrections and retractions, in order of their dates, each with its entry."""
    ledger = soy_ledger(*FULL)
    amendment = {
        "change": "suspend", "by": ["us", "cn"], "announced": "2019-06-01", "effective": "2019-06-02",
        "reason": "a pause", "source": SOURCE,
    }  # fmt: skip
    ledger.say("amendment", SOY, amendment)
    action = {"act": "notice", "by": ["us"], "date": "2019-05-01", "what": "a letter", "source": SOURCE}
    ledger.say("action", SOY, action)
    correction = {**COMMITMENT, "title": "Soybeans"}
    ledger.say("commitment", SOY, correction, corrects=sha256(ledger.jws[5]), issued="2019-07-01T00:00:00Z")
    retraction = {
        "statement": sha256(ledger.jws[6]),
        "ground": "recorded_in_error",
        "date": "2020-03-01",
        "reason": "twice",
    }
    ledger.say("retraction", EXPORTS, retraction)
    assert changes(ledger) == [
        ("2019-05-01", "action", "United States: notice: a letter"),
        ("2019-06-01", "amendment", "China and United States: suspend, effective 2019-06-02: a pause"),
        ("2019-07-01", "correction", "Stands in the place of entry 5, dated 2019-01-31"),
        ("2020-03-01", "retraction", "Takes back the whole of entry 6 (recorded in error): twice"),
    ]


def test_changes_after_the_view_are_not_seen() -> None:
    """What a publisher withdraws later is not yet known; a mistake of the record is known at every date (R1)."""
    ledger = soy_ledger(*FULL)
    retraction: dict[str, Any] = {"statement": sha256(ledger.jws[6]), "date": "2021-06-01", "reason": "revised"}
    ledger.say("retraction", EXPORTS, {**retraction, "ground": "withdrawn_by_publisher"})
    assert changes(ledger) == []
    ledger.say("retraction", EXPORTS, {**retraction, "ground": "recorded_in_error"}, key=OPERATOR)
    assert [kind for _, kind, _ in changes(ledger)] == ["retraction"]


def test_later_vintages_of_used_figures_are_revisions() -> None:
    """Each vintage after the first of a channel is a line; those of a channel that nothing rests on are not (R2)."""
    ledger = soy_ledger(*FULL)
    ledger.observe(monthly(*FULL[:11], 1), vintage={"published": "2020-03-05"})
    ledger.observe(monthly(*FULL), channel="unused", standing="claim", vintage={"published": "2020-03-06"})
    assert changes(ledger) == [
        ("2020-03-05", "revision", "US exports: published 2020-03-05, after the vintage of 2020-02-05 (entry 6)")
    ]
