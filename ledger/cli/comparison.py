"""``pledger audit --diff``: what changed between two audits, in sentences, and why (R1)."""

import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ledger.cli.file import open_seekable
from ledger.cli.output import Progress, answer, say
from ledger.cli.place import ledger_at_hand, open_chosen
from ledger.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ledger.assessment.view import Said
    from ledger.audit.comparison.comparison import Comparison
    from ledger.audit.result import AuditResult
    from ledger.runtime import Ledger

ANSWER: Final = {
    "schema": "`audit-comparison.v1`",
    "origin": "of the log",
    "before": "the first audit: `title`, `subjects`, `view`, `method`, `opinion` (its code), `digest` of audit.json",
    "after": "the second, likewise",
    "same": "whether the two are the same bytes",
    "changed": (
        "each change: its `kind`, the `members` of audit.json that it accounts for, `subject` and `term`, `before` and "
        "`after` where one value stands for each, `words`, and `because` (`kind`, `says`, `cite`)"
    ),
    "follows": "members that changed and only follow from those: `member`, `of`",
}
_VIEW: Final = re.compile(r"(\d{4}-\d{2}-\d{2})(?:@([1-9][0-9]{0,15}))?")
"""A view in the place of an audit: a day, and after an @ a size of the log."""


def compare_audits(first: str, second: str, *, ledger: Path | None, engine: str | None, json: bool) -> None:
    """Tell what the second audit says otherwise than the first, and why; either may be a view, at which one is made.

    Raises:
        UsageError: both are views, or a file is not there.
        MalformedError: a file is no audit.
        ConflictError: the two are of different ledgers.
    """
    from ledger.audit.comparison.compare import compare

    views = [_VIEW.fullmatch(one) if not Path(one).exists() else None for one in (first, second)]
    if all(views):
        raise UsageError("Both are views; give the file of one audit at least: it says which commitments are audited.")
    with Progress("Comparing"):
        read = [None if view else _read(Path(one)) for view, one in zip(views, (first, second), strict=True)]
        known = next(one for one in read if one is not None)
        place = ledger_at_hand(ledger, genesis=known[0].genesis)
        if not any(views) and place is None:
            before, after = (one for one in read if one is not None)
            found = compare(before[0], after[0], max(before[1], after[1], key=len))
        else:
            with open_chosen(place, engine=engine) as opened:
                sides = [one[0] if one is not None else _made(opened, known[0], view)
                         for one, view in zip(read, views, strict=True)]  # fmt: skip
                found = compare(sides[0], sides[1], opened.said() if opened.genesis == known[0].genesis else known[1])
    if json:
        from ledger.model.statement import plain

        answer(plain(found))
        return
    say(*comparison_lines(found))


def _read(path: Path) -> "tuple[AuditResult, Sequence[Said]]":
    """Return the audit in a file, with the statements that came along with it."""
    from ledger.audit.bundle import open_bundle
    from ledger.audit.comparison.given import open_given
    from ledger.audit.held import said_in

    with open_seekable(path) as file:
        given = open_given(file)
        return given.result, said_in(open_bundle(given.bundle)) if given.bundle is not None else ()


def _made(opened: "Ledger", like: "AuditResult", view: "re.Match[str] | None") -> "AuditResult":
    """Return an audit of the commitments of another at a view that was given in its place."""
    assert view is not None  # noqa: S101  # what is no file is a view
    size = int(view[2]) if view[2] is not None else None
    seen = opened.view(view[1], size)
    with opened.export(seen, like.subjects, period=like.scope.period, shape=like.schema_) as export:
        return export.result


def comparison_lines(found: "Comparison") -> list[str]:
    """Return what changed between two audits, in words."""
    lines = [f"From {_named(found, 'before')} to {_named(found, 'after')}:"]
    if found.same:
        return [*lines, "  nothing changed; the two say the same to the byte."]
    lines += [f"  {one.words}" for one in found.changed]
    if found.follows:
        members = ", ".join(dict.fromkeys(one.member.rpartition(".")[2] for one in found.follows))
        lines.append(f"What follows from these has changed with them: {members}.")
    return lines


def _named(found: "Comparison", side: str) -> str:
    one = found.before if side == "before" else found.after
    return f"the audit of {one.view.as_of} by {one.view.size} entries ({one.digest[:19]}…)"
