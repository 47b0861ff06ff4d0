"""What would be known were drafts recorded: by themselves, or on top of what a view of a ledger knows (R1).

Nothing is signed, logged or admitted by it; a draft stands under a name of its own, ``draft:0`` for the first, so that
what cites it can be told from what cites an entry.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from ledger.assessment.view import Fact, Known, Said, T, date_of, look
from ledger.model.determination import View
from ledger.model.statement import Statement

PREFIX: Final = "draft:"
"""How the name of a draft begins; those of statements begin with ``sha256:``."""


def last_day(statements: Sequence[Statement]) -> str:
    """Return the latest day on which one of several drafts would become visible (R1); there is at least one."""
    return max(date_of(one) for one in statements)


def drafted(statements: Sequence[Statement], *, as_of: str, over: Known | None = None) -> Known:
    """Return what a view would know were these drafts recorded, in this order.

    Args:
        as_of: the view's day; drafts dated later are not seen.
        over: what is known without them; a draft about the same name, or that corrects it, takes its place.
    """
    begin = over.view.size if over is not None else 0
    view = View(size=begin + len(statements), as_of=as_of)
    own = look(
        [
            Said(begin + number, f"{PREFIX}{number}", "", f"{as_of}T00:00:00Z", one)
            for number, one in enumerate(statements)
        ],
        view,
    )
    return own if over is None else _laid_over(own, over, view)


def _laid_over(own: Known, over: Known, view: View) -> Known:
    gone = own.corrected
    return replace(
        over,
        view=view,
        parties={**over.parties, **own.parties},
        instruments={**over.instruments, **own.instruments},
        commitments={**over.commitments, **own.commitments},
        baselines=_listed(over.baselines, own.baselines, gone),
        positions=_listed(over.positions, own.positions, gone),
        evidence=_listed(over.evidence, own.evidence, gone),
        attestations=_listed(over.attestations, own.attestations, gone),
        amendments=_listed(over.amendments, own.amendments, gone),
        actions=_listed(over.actions, own.actions, gone),
        withdrawn={**over.withdrawn, **own.withdrawn},
        corrected={**over.corrected, **own.corrected},
    )


def _listed(
    over: Mapping[str, tuple[Fact[T], ...]], own: Mapping[str, tuple[Fact[T], ...]], gone: Mapping[str, str]
) -> dict[str, tuple[Fact[T], ...]]:
    return {
        subject: (*(one for one in over.get(subject, ()) if one.name not in gone), *own.get(subject, ()))
        for subject in {**over, **own}
    }
