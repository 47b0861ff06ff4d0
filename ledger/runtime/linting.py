"""Drafts read for the lint: what they say, over what a ledger knows of their documents; nothing is written."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ledger.errors import UsageError

if TYPE_CHECKING:
    from ledger.assessment.enforceability.lint import LintFinding
    from ledger.assessment.view import Known
    from ledger.ingest.document import Draft

Recorded = Callable[[str, tuple[str, ...]], "Known | None"]
"""Gives what is known on a day of these instruments, which drafts leave to the ledger; None where none is at hand."""


@dataclass(frozen=True, slots=True)
class ReadDrafts:
    """Drafts as the lint reads them, or a recorded commitment.

    Attributes:
        known: what would be known were they recorded.
        subjects: the commitments among them.
        file: where they stand; None where they are recorded.
        drafts: by the name under which what cites them cites them.
    """

    known: "Known"
    subjects: tuple[str, ...]
    file: str | None = None
    drafts: Mapping[str, "Draft"] = field(default_factory=dict)

    def place(self, found: "LintFinding") -> tuple[str, int] | None:
        """Return the file and line of what a finding cites; None where it is not in the file."""
        draft = self.drafts.get(found.cite.statement)
        if draft is None or self.file is None:
            return None
        line = draft.line_of(f"body.{found.where}" if found.where else "body")
        return self.file, line if line is not None else int(draft.where.rpartition("line ")[2])


def read_for_lint(
    raw: bytes, *, name: str, as_of: str | None, recorded: Recorded, path: str | None = None
) -> ReadDrafts:
    """Return drafts as the lint reads them.

    Args:
        raw: YAML or JSON.
        name: of the file, for messages.
        as_of: the view's day; that of the last draft, if not given.
        recorded: asked for what they do not hold of their documents.
        path: of the file, as a fact of errors.

    Raises:
        MalformedError: a draft is not what it should be.
        UsageError: there is no commitment among them.
    """
    from ledger.assessment.drafted import PREFIX, drafted, last_day
    from ledger.ingest.document import check_draft, read_drafts
    from ledger.model.commitment import Commitment
    from ledger.runtime.settings import chosen_day

    drafts = read_drafts(raw, name=name)
    statements = [check_draft(draft) for draft in drafts]
    subjects = tuple(dict.fromkeys(draft.subject for draft in drafts if draft.kind == "commitment"))
    if not subjects:
        facts = {} if path is None else {"path": path}
        raise UsageError(f"{name} holds no draft of a commitment; give a file that does.", **facts)
    day = last_day(statements) if as_of is None else chosen_day(as_of)
    held = {one.subject for one in statements if one.schema_ == "instrument.v1"}
    wanted = {one.body.instrument for one in statements if isinstance(one.body, Commitment)} - held
    known = drafted(statements, as_of=day, over=recorded(day, tuple(sorted(wanted))))
    return ReadDrafts(known, subjects, name, {f"{PREFIX}{number}": draft for number, draft in enumerate(drafts)})
