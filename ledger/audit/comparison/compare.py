"""The comparison of two audits: told part by part, and nothing that changed left untold (R1).

Whatever member of ``audit.json`` is another is either in a sentence, or among those that follow from others, by the
list below; a member that neither knows is told by its name. So a new member of the result cannot change unseen.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from ledger.assessment.view import Said
from ledger.audit.comparison.cause import Causes, causes_between
from ledger.audit.comparison.commitment import tell_commitment
from ledger.audit.comparison.comparison import Changed, Compared, Comparison, Follows
from ledger.audit.comparison.given import as_data
from ledger.audit.comparison.path import changed_paths, homes_of, is_below
from ledger.audit.comparison.record import tell_frame, tell_opinion, tell_record
from ledger.audit.comparison.told import plainly
from ledger.audit.procedure import format_result
from ledger.audit.result import AuditResult
from ledger.errors import ConflictError
from ledger.signing.canonical import digest

_COMMITMENT: Final = r"commitments\[[^\]]*\]\."
_TERM: Final = rf"{_COMMITMENT}terms\[[^\]]*\]\."
_READING: Final = rf"{_TERM}readings\[[^\]]*\]\."

FOLLOWS: Final[tuple[tuple[str, str], ...]] = (
    (r"title", "the commitments audited, the period asked for and the opinion"),
    (r"scope\.outside", "the period asked for and the terms"),
    (r"findings", "the outcomes and figures of the terms"),
    (
        r"opinion\.(considered|running|parts|sources_missing)",
        "the outcomes, coverages, grades and sources of the material terms",
    ),
    (r"totals", "the figures of the terms"),
    (rf"{_TERM}(ratios|flips|deciding|depths|discrepancies|findings)", "the figures of its sources"),
    (rf"{_TERM}(cites|erased)", "the entries that are told"),
    (rf"{_READING}(low|high|reason|reached|days_late|votes|outcome|causes|sources_missing)", "its sources"),
    (
        rf"{_COMMITMENT}score\.(terms|erosion|unknown|raises|objection|written|practised|method)",
        "the levels of its dimensions",
    ),
    (rf"{_COMMITMENT}beside", "the outcomes of its terms, its levers and its score"),
    (rf"{_COMMITMENT}docket", "the procedure, the actions logged and the day of the view"),
    (rf"{_COMMITMENT}(cites|erased)", "the entries that are told"),
)
"""Members that follow from others, each with what from; the first that fits a path counts."""

_HOME: Final = re.compile(r"(?:commitments\[[^\]]*\](?:\.terms\[[^\]]*\])?\.?)?[a-z_]*")


def compare(before: AuditResult, after: AuditResult, said: Sequence[Said] = ()) -> Comparison:
    """Return what became another between two audits of one ledger, with its causes.

    Args:
        before: the audit that is compared with; ``after`` the one that is told.
        said: statements of the ledger or of a bundle, in entry order, where some are at hand: they name causes that
            the audits themselves do not cite.

    Raises:
        ConflictError: the two are of different ledgers.
    """
    if (before.origin, before.genesis) != (after.origin, after.genesis):
        message = (
            f"The audits are of two ledgers, {before.origin} ({before.genesis[:19]}…) and {after.origin} "
            f"({after.genesis[:19]}…); compare two of one."
        )
        raise ConflictError(message, before=before.genesis, after=after.genesis)
    causes = causes_between(before, after, said)
    changed = tuple(_tell(causes))
    paths = changed_paths(as_data(before), as_data(after))
    told = {member for one in changed for member in one.members}
    untold = [path for path in paths if told.isdisjoint(homes_of(path))]
    followed = dict.fromkeys(one for path in untold if (one := _follows(path)) is not None)
    others = dict.fromkeys(_home(path) for path in untold if _follows(path) is None)
    return Comparison(
        schema_="audit-comparison.v1",
        origin=after.origin,
        before=_compared(before),
        after=_compared(after),
        same=not paths,
        changed=(*changed, *(plainly("member", [home], f"{home} is another") for home in others)),
        follows=tuple(followed),
    )


def _tell(causes: Causes) -> Iterator[Changed]:
    yield from tell_frame(causes)
    yield from tell_opinion(causes)
    old, new = ({one.subject: one for one in each.commitments} for each in (causes.before, causes.after))
    for subject in dict.fromkeys((*old, *new)):
        yield from tell_commitment(causes, old.get(subject), new.get(subject))
    yield from tell_record(causes)


def _follows(path: str) -> Follows | None:
    """Return which member that follows from others a path lies in."""
    found = ((re.match(form, path), why) for form, why in FOLLOWS)
    return next((Follows(member=match[0], of=why) for match, why in found if match and is_below(path, match[0])), None)


def _home(path: str) -> str:
    """Return the member that a path lies in: of the audit, of a commitment, or of a term."""
    found = _HOME.match(path)
    return found[0] if found is not None else path


def _compared(result: AuditResult) -> Compared:
    return Compared(
        title=result.title, subjects=result.subjects, view=result.view, method=result.method,
        opinion=result.opinion.code, digest=digest(format_result(result)),
    )  # fmt: skip
