"""Shapes of results: what an older bundle has, and nothing that results have gained since (decision 27)."""

import json

from ledger.assessment.result import CommitmentResult, TermResult
from ledger.audit.kept import Kept
from ledger.audit.result import AuditResult
from ledger.audit.shape import GAINED, SHAPE, SHAPES, Gained, pieces_of
from ledger.model.statement import plain
from ledger.signing.canonical import format_json
from ledger.signing.piece import format_pieces
from tests.unit.audit.small_ledger import soy_ledger

RESULT = soy_ledger(*(450_000,) * 12).audit()
LATER = (SHAPE, "audit-result.v9")
NEW: Gained = {
    "audit-result.v9": frozenset({(AuditResult, "totals"), (CommitmentResult, "docket"), (TermResult, "flips")})
}


def test_every_shape_but_the_first_says_what_it_added() -> None:
    """The table has the shapes that were released, and a result is written in the newest."""
    assert set(GAINED) == set(SHAPES[1:])
    assert RESULT.schema_ == SHAPE == SHAPES[-1]


def test_newest_shape_is_the_whole_result() -> None:
    """Its pieces are the canonical bytes of everything that the result says."""
    assert b"".join(format_pieces(pieces_of(RESULT))) == format_json(plain(RESULT))


def test_older_shape_lacks_what_was_gained_wherever_it_stands() -> None:
    """A member goes at the top, in a commitment, and deep in a term; everything else stays as it is."""
    for commitments in (RESULT.commitments, Kept(RESULT.commitments)):
        result = RESULT.model_copy(update={"commitments": commitments})
        old = json.loads(b"".join(format_pieces(pieces_of(result, shapes=LATER, gained=NEW))))
        whole = json.loads(format_json(plain(RESULT)))
        assert "totals" in whole
        del whole["totals"]
        for one in whole["commitments"]:
            del one["docket"]
            for term in one["terms"]:
                del term["flips"]
        assert old == whole


def test_result_of_the_newer_shape_has_it_all() -> None:
    """What was gained is left out only of what is older."""
    newer = RESULT.model_copy(update={"schema_": "audit-result.v9"})
    assert b"".join(format_pieces(pieces_of(newer, shapes=LATER, gained=NEW))) == format_json(plain(newer))
