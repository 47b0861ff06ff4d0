"""Drafts as though they were recorded: by themselves, and on top of what is known (R1)."""

from typing import Any

from ledger.assessment.drafted import PREFIX, drafted, last_day
from ledger.model.statement import Statement, parse_draft
from ledger.signing.canonical import format_json
from tests.unit.assessment.enforceability.small_ledger import (
    SUBJECT,
    Draft,
    changed,
    commitment,
    instrument,
    known,
    position,
)


def statement(draft: Draft, *, corrects: str | None = None) -> Statement:
    """Return a draft as the statement that it would become."""
    kind, subject, body = draft
    whole: dict[str, Any] = {
        "anchor": None, "body": body, "corrects": corrects, "genesis": None, "issued": "2019-01-31T00:00:00Z",
        "schema": f"{kind}.v1", "subject": subject,
    }  # fmt: skip
    return parse_draft(format_json(whole), what="a draft")


def test_last_day_is_the_latest_that_a_draft_states() -> None:
    """A draft is read on its own latest day, never on today's (R1)."""
    drafts = [statement(commitment()), statement(position("us", "affirms", "2019-03-05"))]
    assert last_day(drafts) == "2019-03-05"


def test_drafts_alone_are_known_under_names_of_their_own() -> None:
    """No digest is made up for what nobody signed."""
    found = drafted([statement(instrument()), statement(commitment())], as_of="2019-01-31")
    assert found.commitments[SUBJECT].name == f"{PREFIX}1"
    assert found.instruments["text"].index == 0
    assert (found.view.size, found.view.as_of) == (2, "2019-01-31")


def test_draft_dated_later_than_the_view_is_not_seen() -> None:
    """An as-of date before the pledge knows no pledge (R1)."""
    assert drafted([statement(commitment())], as_of="2019-01-30").commitments == {}


def test_draft_reads_its_document_out_of_the_ledger() -> None:
    """What is known remains, what is drafted comes on top, counted from its end (R1)."""
    over = known(instrument(), position("us", "affirms"))
    found = drafted([statement(commitment()), statement(position("cn", "denies"))], as_of="2019-01-31", over=over)
    assert found.instruments["text"].index == 0
    assert found.commitments[SUBJECT].index == 2
    assert [fact.body.party for fact in found.positions[SUBJECT]] == ["us", "cn"]
    assert found.view.size == 4


def test_draft_of_a_recorded_name_takes_its_place() -> None:
    """A new draft of a commitment is read in the place of the recorded one."""
    kind, subject, body = commitment()
    over = known(commitment(), instrument())
    found = drafted([statement((kind, subject, changed(body, {"title": "Again"})))], as_of="2019-01-31", over=over)
    assert found.commitments[SUBJECT].body.title == "Again"


def test_draft_that_corrects_a_statement_removes_it() -> None:
    """A correction of the record applies at every day (R1)."""
    over = known(commitment(), position("cn", "denies"))
    mended = statement(position("cn", "affirms"), corrects=over.positions[SUBJECT][0].name)
    found = drafted([mended], as_of="2019-01-31", over=over)
    assert [fact.body.stance for fact in found.positions[SUBJECT]] == ["affirms"]
