"""Conclusions taken back: which determinations and audits no longer stand at a view, and what took each away (R1).

A conclusion is withdrawn by a retraction and replaced by a correction. What was replaced stays so, even where what
replaced it is withdrawn later: why it was replaced still holds, and whoever would have it stand says it again. Source:
design §2.2.
"""

from collections.abc import Mapping, Sequence
from typing import Literal

from ledger.assessment.view import Said, date_of, look
from ledger.model.audit import Audit
from ledger.model.determination import Determination, View
from ledger.model.retraction import Retraction

State = Literal["stands", "withdrawn", "replaced"]
"""Whether a conclusion stands, or what became of it."""


def taken_back(said: Sequence[Said], view: View) -> Mapping[str, Said]:
    """Return what took each conclusion away that a view knows not to stand, by the conclusion's name.

    A withdrawal that was itself taken back does nothing.

    Args:
        said: statements in entry order.
    """
    below = [one for one in said if one.index < view.size and _concerns(one)]
    undone = look(below, view).corrected
    found: dict[str, Said] = {}
    for one in below:
        body = one.statement.body
        if not isinstance(body, Retraction):
            if one.statement.corrects is not None:
                found.setdefault(one.statement.corrects, one)
        elif one.name not in undone and (body.ground == "recorded_in_error" or date_of(one.statement) <= view.as_of):
            found.setdefault(body.statement, one)
    return found


def state_of(by: Said | None) -> tuple[State, str | None]:
    """Return what became of a conclusion, by what took it away, and the reason where one is said."""
    if by is None:
        return "stands", None
    body = by.statement.body
    if isinstance(body, Retraction):
        return "withdrawn", body.reason
    return "replaced", body.reason if isinstance(body, Audit) else None


def _concerns(one: Said) -> bool:
    return isinstance(one.statement.body, Audit | Determination | Retraction)
