"""The first story is whole and in order before anything is recorded (issue of the first story, point 7)."""

from importlib import resources

import pytest

from ledger.demo import load
from ledger.ingest.document import check_draft, read_drafts
from ledger.ingest.mapping import find_format
from ledger.model.amendment import Amendment
from ledger.model.baseline import Baseline
from ledger.model.commitment import Commitment
from ledger.model.instrument import Instrument, Procedure
from ledger.model.position import Position
from ledger.model.statement import Statement, kind_of
from ledger.model.term import ConditionalTerm, QuantityTerm, TrendTerm

STORY = load()
STATEMENTS: tuple[Statement, ...] = tuple(
    check_draft(draft) for file in STORY.drafts for draft in read_drafts(file.raw, name=file.name)
)


def commitment(subject: str) -> Commitment:
    """Return a commitment of the story."""
    (body,) = (one.body for one in STATEMENTS if one.subject == subject and isinstance(one.body, Commitment))
    return body


def positions(subject: str) -> list[Position]:
    """Return the positions on a commitment, in order."""
    return [one.body for one in STATEMENTS if one.subject == subject and isinstance(one.body, Position)]


def test_manifest_lists_every_file_of_the_story() -> None:
    """No draft and no table lies beside the manifest unused."""
    home = resources.files("ledger.demo")
    drafts = {entry.name for entry in (home / "story").iterdir() if entry.name.endswith(".yaml")}
    figures = {entry.name for entry in (home / "figures").iterdir() if entry.name.endswith(".csv")}
    assert {file.name for file in STORY.drafts} == drafts
    assert {file.name for file in STORY.figures} == figures


def test_story_holds_no_verdict() -> None:
    """Drafts say what was promised and said; what became of it is never written down (point 7: nothing hard-coded)."""
    assert {kind_of(one) for one in STATEMENTS} == {
        "party", "instrument", "commitment", "baseline", "position", "amendment", "action",
    }  # fmt: skip


def test_every_subject_is_there_before_it_is_referred_to() -> None:
    """Recorded in this order, every party, instrument, commitment, lever, link and term exists before its use."""
    subjects: dict[str, set[str]] = {"party": set(), "instrument": set(), "commitment": set()}
    for statement in STATEMENTS:
        body, kind = statement.body, kind_of(statement)
        match body:
            case Instrument():
                assert set(body.issuers) <= subjects["party"]
            case Commitment():
                assert body.instrument in subjects["instrument"]
                assert {*body.obligors, *body.obligees} <= subjects["party"]
                assert {lever.subject for lever in body.levers} <= subjects["instrument"] | subjects["commitment"]
                assert {link.commitment for link in body.links} <= subjects["commitment"]
            case Position() | Baseline() | Amendment():
                assert statement.subject in subjects["commitment"]
            case _:
                assert kind == "party" or statement.subject in subjects["commitment"]
        if kind in subjects:
            assert statement.subject not in subjects[kind]
            subjects[kind].add(statement.subject)


def test_terms_that_are_named_exist() -> None:
    """A position, amendment or action speaks of terms that its commitment has."""
    terms = {
        one.subject: {term.id for term in one.body.terms} for one in STATEMENTS if isinstance(one.body, Commitment)
    }
    for statement in STATEMENTS:
        body = statement.body
        named = getattr(body, "applies_to", None) or getattr(body, "terms", "all")
        if not isinstance(body, Commitment) and isinstance(named, tuple):
            assert {str(name) for name in named} <= terms[statement.subject]
        if isinstance(body, Position):
            assert {moved.term for moved in body.moved} <= terms[statement.subject]


def test_issued_is_the_first_second_of_the_day_of_the_fact() -> None:
    """``issued`` is the date of the fact; the header says when it was really logged (STORY.md)."""
    for statement in STATEMENTS:
        assert statement.issued.endswith("T00:00:00Z")
        body = statement.body
        day = (
            getattr(body, "date", None) or getattr(body, "announced", None) or getattr(body, "published", "2018-12-01")
        )
        assert statement.issued[:10] == day


def test_figures_are_read_by_mappings_that_are_shipped() -> None:
    """Every table names its mapping, and terms and baselines name sources that the mappings have (R6, R8)."""
    mappings = [find_format(file.format) for file in STORY.figures]
    assert [mapping.header for mapping in mappings] == [
        tuple(file.raw.decode().splitlines()[0].split(",")) for file in STORY.figures
    ]
    authorities = {mapping.authority for mapping in mappings}
    channels = {(mapping.authority, mapping.channel) for mapping in mappings}
    for statement in STATEMENTS:
        if isinstance(statement.body, Commitment):
            named = {one.authority for one in statement.body.indicators or () if one.authority}
            assert named <= authorities
            for term in statement.body.terms:
                if isinstance(term, QuantityTerm):
                    assert {reading.source for reading in term.named or ()} <= authorities
        if isinstance(statement.body, Baseline):
            assert (statement.body.authority, statement.body.channel) in channels


def test_view_is_the_day_of_the_last_evidence() -> None:
    """The as-of date is that of the newest row, so that nothing depends on the day it is run (point 7)."""
    days = [cell for file in STORY.figures for row in file.raw.decode().splitlines() for cell in row.split(",")]
    assert max(cell for cell in days if len(cell) == 10 and cell[4] + cell[7] == "--") == STORY.view
    assert all(statement.issued[:10] <= STORY.view for statement in STATEMENTS)


def test_question_and_audits_are_about_what_is_recorded() -> None:
    """The as-of question names a term, is asked before the view, and every audit has its commitments."""
    body = commitment(STORY.question.subject)
    assert body.term(STORY.question.term) is not None
    assert STORY.question.as_of < STORY.view
    for audit in STORY.audits:
        assert all(commitment(subject) for subject in audit.subjects)


def test_annex_is_eight_sector_years_over_2017() -> None:
    """Annex 6.1 is one commitment with a term a sector and year, read by the two sources it names (point 7, R8)."""
    terms = [term for term in commitment("phase-one-annex-6-1").terms if isinstance(term, QuantityTerm)]
    assert [(term.id, term.target) for term in terms] == [
        ("agriculture-2020", "12.5"), ("energy-2020", "18.5"), ("manufactured-2020", "32.9"), ("services-2020", "12.8"),
        ("agriculture-2021", "19.5"), ("energy-2021", "33.9"), ("manufactured-2021", "44.8"), ("services-2021", "25.1"),
    ]  # fmt: skip
    assert {(term.target_is, term.unit, term.bound) for term in terms} == {("increment", "GUSD", "at_least")}
    assert {tuple(reading.source for reading in term.named or ()) for term in terms} == {("china-customs", "us-census")}
    baselines = [one.body for one in STATEMENTS if isinstance(one.body, Baseline)]
    assert sorted(one.channel for one in baselines) == ["census-annual", "census-monthly", "un-comtrade"]
    assert all(one.summed and one.period.start == "2017-01-01" for one in baselines)


def test_procedure_has_only_the_limits_that_were_read() -> None:
    """The day limits of annex 7-A are only recalled and so unknown; the exit on 60 days was read (design §2.2)."""
    (body,) = (one.body for one in STATEMENTS if one.subject == "phase-one-2020")
    assert isinstance(body, Instrument)
    assert isinstance(body.procedure, Procedure)
    limits = {stage.id: stage.limit.days if stage.limit else None for stage in body.procedure.stages}
    assert limits.pop("withdrawal") == 60
    assert set(limits.values()) == {None}


@pytest.mark.parametrize("subject", ["cn-soy-5mt-2019", "busan-soy-2025"])
def test_purchase_is_read_as_order_export_and_import(subject: str) -> None:
    """Where the text says only "purchase", each measure is a reading with its own answer (method §2)."""
    for term in commitment(subject).terms:
        assert isinstance(term, QuantityTerm)
        assert [reading.type for reading in term.readings or ()] == ["order", "export", "import"]


def test_soybean_pledge_of_2025_has_four_terms() -> None:
    """12 Mt by the end of 2025 and 25 Mt in each of three years, in one commitment (point 7)."""
    terms = [term for term in commitment("busan-soy-2025").terms if isinstance(term, QuantityTerm)]
    assert [(term.id, term.target, term.due) for term in terms] == [
        ("soy-2025", "12", "2025-12-31"), ("soy-2026", "25", "2026-12-31"), ("soy-2027", "25", "2027-12-31"),
        ("soy-2028", "25", "2028-12-31"),
    ]  # fmt: skip


def test_deadlines_moved_by_one_side_are_positions() -> None:
    """January, then the end of February 2026: the beneficiary's words, never an amendment (R12)."""
    moved = [(one.party, move.deadline) for one in positions("busan-soy-2025") for move in one.moved]
    assert moved == [("us", "2026-01-31"), ("us", "2026-02-28")]
    amendments = [
        one.body.change for one in STATEMENTS if one.subject == "busan-soy-2025" and isinstance(one.body, Amendment)
    ]
    assert amendments == ["lever_lapsed"]


def test_per_day_and_its_correction_are_two_positions() -> None:
    """The five million tonnes are one term; what was said of them that day stands beside it (point 7)."""
    quotes = [one.quote.text for one in positions("cn-soy-5mt-2019") if one.quote is not None and one.party == "us"]
    assert quotes[:2] == ["Per day.", "Chinese will purchase 5 million MT of soybeans"]
    assert len(commitment("cn-soy-5mt-2019").terms) == 1


def test_threat_has_the_moment_of_the_law_and_nobody_to_judge() -> None:
    """2 March 2019, 00:01 in Washington, is 05:01 UTC; 1 March is a position; no judge is named (point 7, E1)."""
    (term,) = commitment("us-tariff-threat-2019").terms
    assert isinstance(term, ConditionalTerm)
    assert term.trigger.judge is None
    assert term.trigger.deadline == term.consequence.deadline
    assert getattr(term.consequence.deadline, "at", None) == "2019-03-02T05:01:00Z"
    assert {move.deadline for one in positions("us-tariff-threat-2019") for move in one.moved} == {"2019-03-01"}
    about = [one.body for one in STATEMENTS if one.subject == "us-tariff-threat-2019"]
    assert [one.change for one in about if isinstance(one, Amendment)] == ["suspend", "resume"]


def test_promise_without_a_number_is_a_trend() -> None:
    """The statement of the delegation gives a direction and no number (R11)."""
    (term,) = commitment("cn-imports-2019").terms
    assert isinstance(term, TrendTerm)
    assert term.period is None


def test_nobody_is_silent_whose_text_was_not_read() -> None:
    """What China says of the ten million tonnes and of the shortfall was not found: no position, not silence (E2)."""
    assert [one for one in positions("cn-soy-10mt-2019") if one.party == "cn" and one.about == "pledge"] == []
    assert [one for one in positions("phase-one-annex-6-1") if one.party == "cn" and one.about == "finding"] == []
