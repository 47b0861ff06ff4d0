"""Faces: what templates ask of a result, where entries are pages and need not stand in the same document.

The names, phrases and pictures are the report's own (``ledger.report.html.Page``). Here is only what differs: a
citation leads to the page of its entry, and a list of commitments has names without an audit behind it.
"""

from collections.abc import Sequence
from typing import Any, Final

from ledger.assessment.result import Cite
from ledger.assessment.view import Known
from ledger.audit.result import AuditResult, PartyLine
from ledger.report.html import Page
from ledger.report.wording import Catalogue

_EMPTY: Final = ("commitments", "subjects", "instruments", "evidence", "words", "findings", "replies")


CITED: Final = 24
"""Entries that are named for one reason; of more the page says how many, and the API has all of them."""


class Chaptered(Page):
    """The face of an audit, its citations leading to entries."""

    def cites(self, cites: Sequence[Cite]) -> tuple[tuple[int | str, str | None], ...]:
        """Return the entries cited, each once and in order, with the address of its page; of very many the first."""
        entries = sorted({cite.entry for cite in cites})
        named = tuple((entry, f"/entries/{entry}") for entry in entries[:CITED])
        return (*named, (f"and {len(entries) - CITED:,} more", None)) if len(entries) > CITED else named


class Face(Chaptered):
    """The face of several results without an audit.

    Args:
        words: of the report.
        known: what a view knows; nothing, where no party is named.
    """

    def __init__(self, words: Catalogue, known: Known | None = None) -> None:
        facts = known.parties.items() if known is not None else ()
        parties = tuple(
            PartyLine(slug=slug, kind=fact.body.kind, names=dict(fact.body.names), cite=None) for slug, fact in facts
        )
        nothing: dict[str, Any] = dict.fromkeys(_EMPTY, ())
        super().__init__(AuditResult.model_construct(**nothing | {"parties": parties}), words)
