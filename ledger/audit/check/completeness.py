"""Step 8: nothing that belongs to the audit is left out, and nothing else is here (design §2.3, §2.6).

What belongs is worked out from the headers that the bundle holds, never from a list that came with it.
"""

from collections.abc import Iterable, Iterator
from typing import Final

from pydantic import ValidationError

from ledger.audit.bundle import AUDIT, statement_member
from ledger.audit.check.case import Case, Claim
from ledger.audit.check.index import check_ranges
from ledger.audit.check.log import read_lines
from ledger.audit.closure import ALWAYS, Closure, by_subject, closure_of, in_closure
from ledger.errors import MalformedError
from ledger.model.erasure import LASTING
from ledger.model.statement import Statement, explain
from ledger.signing.piece import Piece, format_pieces, read_pieces
from ledger.tlog.checkpoint import Checkpoint
from ledger.tlog.entry import Header, parse_header

AUDIT_LIMIT: Final = 1 << 27
"""The most bytes of an ``audit.json`` that is read whole: several hundred commitments with a dozen terms each."""

AUDIT_PARTS: Final = 2_000_000
"""The most values of an ``audit.json`` that is read whole: they take less than 500 MB of memory.

To be verified it is read in pieces instead, and may be as large as an archive.
"""


def read_claim(case: Case, checkpoint: Checkpoint) -> Claim | None:
    """Return what ``audit.json`` says it is about."""
    notes = case.notes
    try:
        with case.bundle.open(AUDIT) as stream:
            claim = Claim.model_validate_json(b"".join(format_pieces(_claimed(read_pieces(stream, what=AUDIT)))))
    except ValidationError as error:
        notes.find(8, "audit.malformed", AUDIT, explain(error, what=AUDIT).message)
        return None
    except MalformedError as error:
        notes.find(8, "audit.malformed", AUDIT, error.message)
        return None
    if len(set(claim.subjects)) != len(claim.subjects):
        notes.find(8, "audit.malformed", AUDIT, "The audit names a subject twice.")
    if not 0 < claim.view.size <= checkpoint.size:
        sentence = f"The audit's view has {claim.view.size} entries, and the checkpoint signs {checkpoint.size}."
        notes.find(8, "audit.view", AUDIT, sentence)
    return claim


def _claimed(pieces: Iterable[Piece]) -> Iterator[Piece]:
    """Yield those pieces that say what an audit is about; all are read, as all have to be canonical."""
    names = {one.alias or name for name, one in Claim.model_fields.items()}
    yield from (one for one in pieces if one.name in names)


def check_closure(case: Case) -> Closure | None:
    """Step 8. Find bodies that belong to the audit and are not here, and bodies that are here and do not belong."""
    if case.claim is None:
        return None

    def body_of(header: Header) -> Statement | None:
        return case.opened[header.statement].statement if header.statement in case.opened else None

    closure = closure_of(case.claim.subjects, by_subject(case.headers), body_of)
    belong: set[str] = set()
    for line in read_lines(case):
        try:
            header = parse_header(line)
        except MalformedError:
            continue  # found in step 6
        if not in_closure(header, closure):
            continue
        belong.add(header.statement)
        if header.statement not in case.opened:
            _note_absent(case, header)
    if case.indexed is not None:
        check_ranges(case, closure)
        belong.add(case.indexed.statement)
    for name in sorted(case.opened.keys() - belong):
        sentence = f"The statement {name} is here and belongs to no entry of this audit."
        case.notes.find(8, "closure.surplus", statement_member(name), sentence)
    return closure


def _note_absent(case: Case, header: Header) -> None:
    """Excuse or find a body that belongs to the closure and is not here (design §2.6)."""
    place = f"entry {header.index}"
    if header.kind not in LASTING and case.is_erased(header.statement, after=header.index, subject=header.subject):
        case.absent.append(header)
        case.notes.skip(f"erased: the {header.kind} at {place}, by a logged erasure")
    elif header.kind not in ALWAYS and case.public:
        case.is_redacted = True
        what = f"the {header.kind} at {place} about {header.subject}"
        case.notes.skip(case.excused(statement_member(header.statement), what=what))
    else:
        sentence = f"The {header.kind} about {header.subject} belongs to this audit, and the bundle leaves it out."
        case.notes.find(8, "closure.missing", place, sentence)
