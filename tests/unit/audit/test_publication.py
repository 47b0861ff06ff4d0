"""Which audits are published, which of them stand, and what became of the others (R1, design §2.2)."""

from collections.abc import Mapping

import pytest

from ledger.assessment.result import CommitmentResult
from ledger.assessment.view import Said
from ledger.audit.procedure import format_result
from ledger.audit.publication import audit_body, filed_under, publications
from ledger.errors import MalformedError
from ledger.model.determination import View
from ledger.signing.canonical import digest
from tests.unit.audit.small_ledger import SOY, SmallLedger, sha256, soy_ledger

FILES = {"zip": "sha256:" + "a" * 64, "html": "sha256:" + "b" * 64}
LATER = "2021-03-01T00:00:00Z"


def published(*, reason: str | None = None) -> SmallLedger:
    """A ledger with an audit published at entry 7."""
    ledger = soy_ledger(450_000)
    ledger.say("audit", SOY, body(ledger, reason=reason), issued="2021-01-01T00:00:00Z")
    return ledger


def body(ledger: SmallLedger, *, reason: str | None = None) -> Mapping[str, object]:
    """The body that publishes an audit of all there is."""
    result = ledger.audit()
    return audit_body(result, FILES, digest=digest(format_result(result)), reason=reason)


def seen(
    ledger: SmallLedger, *, size: int | None = None, as_of: str = "2021-12-31"
) -> list[tuple[int, str, str | None]]:
    """Entry, state and reason of each publication."""
    said: list[Said] = ledger.said()
    found = publications(said, View(size=size or len(ledger.headers), as_of=as_of))
    return [(one.cite.entry, one.state, one.why) for one in found]


def test_published_audit_stands_from_its_day() -> None:
    """It is seen from the day of its issue, and by whoever sees its entry (R1)."""
    ledger = published()
    assert seen(ledger) == [(7, "stands", None)]
    assert seen(ledger, as_of="2020-12-31") == []
    assert seen(ledger, size=7) == []
    (one,) = publications(ledger.said(), View(size=8, as_of="2021-12-31"))
    assert one.audit.files == dict(sorted(FILES.items()))
    assert one.audit.result == digest(format_result(ledger.audit(view=one.audit.view)))
    assert (one.audit.subjects, one.audit.opinion, one.replaces) == ((SOY,), "A4", None)


def test_withdrawn_audit_is_listed_with_the_reason() -> None:
    """A withdrawal counts from its own day, and hides nothing (R1)."""
    ledger = published()
    ledger.say(
        "retraction", SOY,
        {"statement": sha256(ledger.jws[7]), "ground": "withdrawn_by_publisher", "date": "2021-03-01",
         "reason": "A source was misread."},
        issued=LATER,
    )  # fmt: skip
    assert seen(ledger) == [(7, "withdrawn", "A source was misread.")]
    assert seen(ledger, as_of="2021-02-28") == [(7, "stands", None)]


def test_reissued_audit_replaces_the_one_it_corrects() -> None:
    """Both stay in the list: the later one names the earlier, and says why (design §2.2)."""
    ledger = published()
    again = body(ledger, reason="The table of sectors lacked a row.")
    ledger.say("audit", SOY, again, corrects=sha256(ledger.jws[7]), issued=LATER)
    assert seen(ledger) == [(7, "replaced", "The table of sectors lacked a row."), (8, "stands", None)]
    _, later = publications(ledger.said(), View(size=9, as_of="2021-12-31"))
    assert later.replaces is not None
    assert later.replaces.entry == 7


def test_replaced_audit_does_not_come_back_with_the_withdrawal_of_the_other() -> None:
    """Why it was replaced still holds; whoever would have it stand publishes it anew."""
    ledger = published()
    ledger.say("audit", SOY, body(ledger, reason="A row was missing."), corrects=sha256(ledger.jws[7]), issued=LATER)
    taken = {
        "statement": sha256(ledger.jws[8]),
        "ground": "withdrawn_by_publisher",
        "date": "2021-03-02",
        "reason": "No.",
    }
    ledger.say("retraction", SOY, taken, issued=LATER)
    assert seen(ledger) == [(7, "replaced", "A row was missing."), (8, "withdrawn", "No.")]


def test_withdrawal_that_was_taken_back_does_nothing() -> None:
    """A retraction of the withdrawal lets the audit stand again (R1)."""
    ledger = published()
    taken = {"statement": sha256(ledger.jws[7]), "ground": "recorded_in_error", "date": "2021-03-02", "reason": "No."}
    ledger.say("retraction", SOY, taken, issued=LATER)
    assert [state for _, state, _ in seen(ledger)] == ["withdrawn"]
    ledger.say("retraction", SOY, {**taken, "statement": sha256(ledger.jws[8])}, issued=LATER)
    assert [state for _, state, _ in seen(ledger)] == ["stands"]


PARTIES: dict[str, tuple[list[tuple[str, tuple[str, ...], tuple[str, ...]]], str]] = {
    "one instrument": ([("deal", ("us",), ("cn",)), ("deal", ("cn",), ("us",))], "deal"),
    "one obligor": ([("a", ("cn",), ("us",)), ("b", ("cn",), ("eu",))], "cn"),
    "one obligee": ([("a", ("cn",), ("us",)), ("b", ("eu",), ("us",))], "us"),
    "one party on either side": ([("a", ("cn",), ("us",)), ("b", ("us",), ("eu",))], "us"),
}


def several(*sides: tuple[str, tuple[str, ...], tuple[str, ...]]) -> list[CommitmentResult]:
    """Results of commitments between these parties, by these instruments."""
    (one,) = soy_ledger().audit().commitments
    return [
        one.model_copy(update={"subject": f"p{place}", "instrument": deal, "obligors": owed, "obligees": to})
        for place, (deal, owed, to) in enumerate(sides)
    ]


@pytest.mark.parametrize("phrase", PARTIES)
def test_audit_is_filed_under_the_narrowest_that_all_share(phrase: str) -> None:
    """What it is filed under lies in the closure of each of its commitments, so that each can follow it up."""
    sides, expected = PARTIES[phrase]
    results = several(*sides)
    update = {"commitments": tuple(results), "subjects": tuple(one.subject for one in results)}
    assert filed_under(soy_ledger().audit().model_copy(update=update)) == expected


def test_audit_of_one_commitment_is_filed_under_it() -> None:
    """The commitment itself is the narrowest of all."""
    assert filed_under(soy_ledger().audit()) == SOY


def test_audit_of_what_shares_nothing_is_refused() -> None:
    """No later audit of its commitments would hold the entry, so it is published apart."""
    results = several(("a", ("cn",), ("us",)), ("b", ("eu",), ("jp",)))
    update = {"commitments": tuple(results), "subjects": ("p0", "p1")}
    with pytest.raises(MalformedError, match="share neither an instrument nor a party"):
        filed_under(soy_ledger().audit().model_copy(update=update))
