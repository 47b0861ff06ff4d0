"""What was erased is told by kind and subject, and bears on what could have rested on it (R1; design §2.3)."""

from typing import Any

import pytest

from ledger.assessment.erased import bearing_on, bearing_on_any, bearing_on_term, find_erased
from ledger.assessment.result import Erased
from ledger.assessment.standing import standing
from ledger.assessment.view import Known, Said, look
from ledger.model.determination import View
from ledger.model.evidence import Evidence
from ledger.model.statement import plain
from ledger.signing.canonical import Digest
from ledger.tlog.entry import Header
from ledger.tlog.merkle import Hash
from tests.unit.assessment.builder import SUBJECT, Book, quantity

SERIES = "series:export/us/cn"
REASONS = {"ground": "a court order", "reason": "a name"}


def header_of(said: Said) -> Header:
    """Return the header of a statement."""
    return Header(
        author="a" * 43, index=said.index, kind=said.kind, prev=Hash(bytes(32)), received=said.received, size=1,
        statement=Digest(said.name), subject=said.subject,
    )  # fmt: skip


def book() -> Book:
    """Return a pledge with a baseline, an attestation, positions and figures of two vintages."""
    made = Book()
    made.pledge(quantity())
    made.baseline("5")
    made.attest("done", term="t", degree="complete")
    made.position("cn", "affirms")
    made.figures("2020-01 1201 1")
    made.figures("2020-01 1201 2", published="2021-03-05")
    return made


def apart() -> tuple[Book, Said]:
    """Return a book whose last evidence has three different files."""
    made = book()
    body = plain(of_kind(made, "evidence").statement.body)
    raw = {"digest": "sha256:" + "a" * 64, "size": 1, "media_type": "text/csv"}
    importer = {"name": "test", "version": "1", "mapping": "sha256:" + "b" * 64, "mapping_name": "test"}
    made.say("evidence", SERIES, {**body, "raw": raw, "importer": importer})
    return made, made.said[-1]


def of_kind(made: Book, kind: str) -> Said:
    """Return the first statement of a kind."""
    return next(one for one in made.said if one.kind == kind)


def evidence_of(said: Said) -> Evidence:
    """Return the evidence that a statement gives."""
    body = said.statement.body
    assert isinstance(body, Evidence)
    return body


def without(made: Book, gone: Said, *digests: str) -> tuple[Erased, ...]:
    """Return what is told once a statement, or files that it names, are erased."""
    made.say("erasure", gone.subject, {"digests": list(digests) or [gone.name], **REASONS})
    left = [one for one in made.said if digests or one is not gone]
    return find_erased(left, [] if digests else [header_of(gone)])


def known(made: Book, erased: tuple[Erased, ...]) -> Known:
    """Return what a late view knows of what is left."""
    gone = {one.entry for one in erased if one.what == "statement"}
    left = [one for one in made.said if one.index not in gone]
    return look(left, View(size=len(made.said), as_of="2022-01-01"), erased=erased)


def test_statement_that_is_gone_is_told_by_its_header() -> None:
    """Kind, subject and entry come of the header; ground and reason of the erasure (design §2.3)."""
    made = book()
    gone = of_kind(made, "baseline")
    assert without(made, gone) == (
        Erased(
            entry=gone.index, statement=gone.name, kind="baseline", subject=SUBJECT, what="statement",
            by=len(made.said) - 1, **REASONS,
        ),
    )  # fmt: skip


def test_files_of_evidence_are_told_for_what_they_are() -> None:
    """Observations, raw file and mapping are different losses (design §2.3)."""
    made, gone = apart()
    body = evidence_of(gone)
    digests = (body.raw.digest, body.observations.digest, body.importer.mapping)
    told = [(one.entry, one.what) for one in without(made, gone, *digests) if one.entry == gone.index]
    assert told == [(gone.index, what) for what in ("mapping", "observations", "raw")]


def test_what_is_missing_and_was_not_erased_is_not_told() -> None:
    """A withheld body is no erased one (design §2.6)."""
    made = book()
    gone = of_kind(made, "baseline")
    assert find_erased([one for one in made.said if one is not gone], [header_of(gone)]) == ()


def test_erasure_before_what_it_names_erases_nothing() -> None:
    """An erasure counts for what was logged before it (design §2.3)."""
    made = book()
    gone = of_kind(made, "baseline")
    made.say("erasure", SUBJECT, {"digests": [gone.name], **REASONS})
    late = gone._replace(index=len(made.said))
    assert find_erased([one for one in made.said if one is not gone], [header_of(late)]) == ()


def test_earlier_view_lacks_what_a_later_entry_erased() -> None:
    """What is gone is gone for every view that would have seen it, and for none below it (R1)."""
    made = book()
    gone = of_kind(made, "evidence")
    erased = without(made, gone)
    left = [one for one in made.said if one is not gone]
    for size, expected in ((gone.index, ()), (gone.index + 1, erased)):
        assert look(left, View(size=size, as_of="2022-01-01"), erased=erased).erased == expected


def test_evidence_without_its_figures_is_not_known_and_the_older_vintage_does_not_hide_it() -> None:
    """Figures that are gone are not counted; that an older vintage counts again is told (R1, R2)."""
    made = book()
    newest = [one for one in made.said if one.kind == "evidence"][-1]
    erased = without(made, newest, evidence_of(newest).observations.digest)
    found = known(made, erased)
    assert [fact.index for fact in found.evidence[SERIES]] == [newest.index - 1]
    assert [one.entry for one in found.erased if one.what == "observations"] == [newest.index]


BEARING = {
    "its figures": ("evidence", True, True),
    "its baseline": ("baseline", True, True),
    "an attestation": ("attestation", True, True),
    "a position": ("position", True, False),
    "its instrument": ("instrument", True, False),
    "a party": ("party", True, False),
    "a determination": ("determination", False, False),
}


@pytest.mark.parametrize("case", BEARING)
def test_erased_statement_bears_on_what_could_rest_on_it(case: str) -> None:
    """A commitment is told of all that its result reads; a term of what its outcome reads (R1)."""
    kind, on_commitment, on_term = BEARING[case]
    made = book()
    if kind == "determination":
        gone = of_kind(made, "position")._replace(index=len(made.said))
        gone_header = header_of(gone)._replace(kind="determination")
        made.said.append(gone)
        made.say("erasure", gone.subject, {"digests": [gone.name], **REASONS})
        erased = find_erased([one for one in made.said if one is not gone], [gone_header])
    else:
        erased = without(made, of_kind(made, kind))
    assert len(erased) == 1
    found = known(made, erased)
    terms = standing(found, SUBJECT).terms
    assert bool(bearing_on(found, SUBJECT, terms)) is on_commitment
    assert bool(bearing_on_term(found, SUBJECT, found.commitments[SUBJECT].body, terms[0])) is on_term


def gone(kind: str, subject: str) -> Erased:
    """Return what is told of a statement of which only the header is left."""
    name = "sha256:" + "d" * 64
    return Erased(entry=3, statement=name, kind=kind, subject=subject, what="statement", by=9, **REASONS)


HEADER_ALONE = {
    "a table into its classification": ("evidence", "series:table/*/hs", True),
    "a table into another": ("evidence", "series:table/*/sitc", False),
    "a rate of its currency": ("evidence", "series:rate/*/usd", True),
    "what its currency costs": ("evidence", "series:rate/usd/*", True),
    "a rate of two other currencies": ("evidence", "series:rate/eur/*", False),
    "another series": ("evidence", "series:import/us/cn", False),
    "an action": ("action", SUBJECT, False),
}


@pytest.mark.parametrize("case", HEADER_ALONE)
def test_tables_and_rates_bear_on_what_is_read_by_them(case: str) -> None:
    """Whoever erases how figures are read changes the outcome as by the figures themselves (R1, R3, R5)."""
    kind, subject, expected = HEADER_ALONE[case]
    made = Book()
    made.pledge(quantity(unit="USD"))
    found = look(made.said, View(size=len(made.said) + 9, as_of="2022-01-01"), erased=(gone(kind, subject),))
    terms = standing(found, SUBJECT).terms
    assert bool(bearing_on_term(found, SUBJECT, found.commitments[SUBJECT].body, terms[0])) is expected
    if kind == "evidence":
        assert bool(bearing_on(found, SUBJECT, terms)) is expected


@pytest.mark.parametrize("kind", ["position", "instrument"])
def test_who_affirmed_bears_on_a_term_once_it_was_amended(kind: str) -> None:
    """An amendment counts by whose it is and who affirmed it, so what said so may have decided the term (R12)."""
    made = book()
    pledge: Any = of_kind(made, "commitment").statement.body
    lost = gone(kind, SUBJECT if kind == "position" else pledge.instrument)
    for is_amended in (False, True):
        if is_amended:
            made.amend("modify", ["cn"], terms=[quantity("6")])
        found = look(made.said, View(size=len(made.said) + 9, as_of="2022-01-01"), erased=(lost,))
        term = standing(found, SUBJECT).terms[0]
        assert bool(bearing_on_term(found, SUBJECT, found.commitments[SUBJECT].body, term)) is is_amended


def test_raw_file_and_mapping_bear_on_no_result() -> None:
    """Once they are normalised, figures are read from their observations alone (R1)."""
    made, gone = apart()
    body = evidence_of(gone)
    found = known(made, without(made, gone, body.raw.digest, body.importer.mapping))
    assert len(found.erased) == 2
    assert bearing_on(found, SUBJECT, standing(found, SUBJECT).terms) == ()


def test_commitment_that_was_erased_is_told_under_its_name() -> None:
    """Nothing is known of it any more but that it was (R1)."""
    made = book()
    erased = without(made, of_kind(made, "commitment"))
    found = known(made, erased)
    assert SUBJECT not in found.commitments
    assert bearing_on_any(found, [SUBJECT]) == erased
