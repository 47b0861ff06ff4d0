"""``pledger lint``: what makes a pledge hard to enforce, where its words say so, and what text would do better (E9).

A draft needs no ledger: what it does not hold of its document is not known. Where the document is recorded in the
ledger at hand, it is read from there. Nothing is signed or written.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, get_args

import typer

from ledger.cli.file import read_file
from ledger.cli.option import AsOf, LedgerDirectory, Size
from ledger.cli.output import Progress, answer, note, say
from ledger.cli.place import chosen_place, open_chosen
from ledger.errors import UsageError
from ledger.report.document import lint_document, view_document

if TYPE_CHECKING:
    from ledger.assessment.enforceability.difference import Change, Difference
    from ledger.assessment.enforceability.lint import Lint, LintFinding
    from ledger.assessment.result import Raise
    from ledger.assessment.view import Known
    from ledger.runtime.linting import ReadDrafts

EXAMPLES: Final = """\
\b
Examples:
  pledger lint pledge.yaml                          a draft; its document in the same file, or in the ledger at hand
  pledger lint cn-soy-5mt-2019 --as-of 2026-08-27   a recorded commitment
  pledger lint pledge.yaml --fail-below firm        for a pipeline: exit code 1 unless it is sure to be firm or better
  pledger lint old.yaml new.yaml                    what changed between two drafts, and what each change does
  pledger lint pledge.yaml --format sarif           for tools that read SARIF 2.1.0
"""

ANSWER: Final = {
    "view": "`size` and `as_of`: what was known (R1); of drafts, their own latest day unless --as-of says otherwise",
    "lints": (
        "for each commitment: `subject`, `title`, `low` and `high` (the written score, in points of 100), `low_band` "
        "and `high_band`, `raises` (what one level more of each dimension is worth, and what earns it), and "
        "`findings`: `code`, `dimension`, `rule` (the row of the table), `title`, `is_fault` (false for what is not "
        "known), `clauses` and `terms`, `says`, `where` (the field), `cite`, `span` (`quote`, `start`, `end`, `words`, "
        "`locator`), `gain` (of the low and the high end, in points), `earns` (the text that would earn it), `file` "
        "and `line` of a draft"
    ),
    "fails": "the commitments not sure to reach the band of --fail-below; empty without it",
}
DIFFERENCE: Final = {
    "old_view": "of the old draft: `size` and `as_of`",
    "new_view": "of the new one",
    "differences": (
        "for each commitment: `old_subject`, `new_subject`, `old` and `new` (low and high, in points), `old_bands`, "
        "`new_bands`, `changes` (`clause`, `term`, `says`, `effect` on the low and the high end were it the only "
        "change), `together`, and whether the changes one by one `adds_up` to it"
    ),
    "fails": "the new commitments not sure to reach the band of --fail-below; empty without it",
}

FORMATS: Final = ("text", "json", "sarif")

_SUFFIXES: Final = frozenset({".yaml", ".yml", ".json"})


def lint(
    what: Annotated[str, typer.Argument(metavar="DRAFT|SUBJECT", help="A file of drafts, or a recorded commitment.")],
    new: Annotated[
        str | None,
        typer.Argument(metavar="NEW", help="A second one: show what changed from the first to it.", show_default=False),
    ] = None,
    as_of: AsOf = None,
    size: Size = None,
    fail_below: Annotated[
        str | None,
        typer.Option(
            "--fail-below", metavar="BAND", show_default=False,
            help="End with 1 unless it is sure to be that or better: hard, firm, soft-monitored, political.",
        ),
    ] = None,
    format_: Annotated[str, typer.Option("--format", metavar="FORMAT", help="text, json or sarif.")] = "text",
    ledger: LedgerDirectory = None,
    json: Annotated[bool, typer.Option("--json", help="Answer as a JSON object; the same as --format json.")] = False,
) -> int:  # fmt: skip
    """Say what keeps a pledge from being more enforceable: the words at fault, the rule, the gain, the better text."""
    form = "json" if json else format_
    _refuse(form, fail_below, is_difference=new is not None)
    first = _read(what, as_of=as_of, size=size, ledger=ledger)
    if new is None:
        return _tell_lint(first, form=form, fail_below=fail_below)
    return _tell_difference(first, _read(new, as_of=as_of, size=size, ledger=ledger), form=form, fail_below=fail_below)


def _refuse(form: str, fail_below: str | None, *, is_difference: bool) -> None:
    from ledger.model.determination import Band

    if form not in FORMATS:
        raise UsageError(f"There is no format {form}; use {', '.join(FORMATS)}.")
    if fail_below is not None and fail_below not in get_args(Band):
        raise UsageError(f"There is no band {fail_below}; use {', '.join(get_args(Band))}.")
    if is_difference and form == "sarif":
        raise UsageError("SARIF holds findings, and a difference is none; use --format text or json.")


# --- what is read -----------------------------------------------------------------------------------------------------


def _read(what: str, *, as_of: str | None, size: int | None, ledger: Path | None) -> "ReadDrafts":
    path = Path(what)
    if path.suffix.lower() in _SUFFIXES or path.is_file():
        return _read_file(path, as_of=as_of, size=size, ledger=ledger)
    with open_chosen(ledger) as opened, Progress("Reading"):
        known = opened.known(opened.view(as_of, size))
    from ledger.assessment.view import commitment_of
    from ledger.runtime.linting import ReadDrafts

    commitment_of(known, what)
    return ReadDrafts(known, (what,))


def _read_file(path: Path, *, as_of: str | None, size: int | None, ledger: Path | None) -> "ReadDrafts":
    from ledger.ingest.document import LIMIT
    from ledger.runtime.linting import read_for_lint

    def recorded(day: str, wanted: tuple[str, ...]) -> "Known | None":
        return _recorded(path, wanted, day=day, size=size, ledger=ledger)

    raw = read_file(path, limit=LIMIT)
    return read_for_lint(raw, name=str(path), as_of=as_of, recorded=recorded, path=str(path))


def _recorded(path: Path, wanted: Sequence[str], *, day: str, size: int | None, ledger: Path | None) -> "Known | None":
    """Return what the ledger at hand knows, where a draft leaves its document to it; null where there is no need."""
    if not wanted and ledger is None:
        return None
    try:
        directory = chosen_place(ledger)
    except UsageError:
        note(f"{path} does not hold {', '.join(wanted)}, and no ledger is at hand: what it says is taken as unknown.")
        return None
    with open_chosen(directory) as opened, Progress("Reading"):
        known = opened.whole_known(opened.view(day, size))
    if missing := [name for name in wanted if name not in known.instruments]:
        note(f"Neither {path} nor the ledger holds {', '.join(missing)}: what it says is taken as unknown.")
    return known


# --- the lint ---------------------------------------------------------------------------------------------------------


def _tell_lint(read: "ReadDrafts", *, form: str, fail_below: str | None) -> int:
    from ledger.assessment.enforceability.lint import lint as judge

    lints = [judge(read.known, subject) for subject in read.subjects]
    fails = [one.subject for one in lints if fail_below is not None and _is_below(one.low_band, fail_below)]
    if form == "sarif":
        from ledger.report.sarif import format_sarif

        answer(format_sarif(lints, read.place))
    elif form == "json":
        answer({
            "view": view_document(read.known.view), "lints": [lint_document(one, read.place) for one in lints],
            "fails": fails,
        })  # fmt: skip
    else:
        for one in lints:
            say(*lint_lines(read, one))
    for one in lints:
        if one.subject in fails:
            note(_failed(one.subject, (one.low_band, one.high_band), str(fail_below)))
    return 1 if fails else 0


def lint_lines(read: "ReadDrafts", one: "Lint") -> Iterator[str]:
    """Yield what the lint says of a commitment, faults first, what is not known after them."""
    yield f"{one.title} ({one.subject})"
    yield f"  As written: {_bands((one.low_band, one.high_band))} ({_ends((one.low, one.high))})"
    for found in (found for found in one.findings if found.is_fault):
        yield f"{found.code} {_clauses(found)}{found.says} ({found.rule}): {_signed(found.gain)}"
        yield from _quoted(read, found)
        yield f"  would earn it: {found.earns}"
    for found in (found for found in one.findings if not found.is_fault):
        up, down = _signed((found.gain[0],) * 2), _signed((found.gain[1],) * 2)
        yield f"{found.code} not known, and no fault: {found.says} ({found.rule}): low end {up}, high end {down}"
        yield f"  would settle it: {found.earns}"
    if not one.findings:
        yield "Nothing keeps it from being more enforceable."
    else:
        yield "One level more of"
        yield from (f"  {_raise_words(up)}" for up in one.raises)


def _quoted(read: "ReadDrafts", found: "LintFinding") -> Iterator[str]:
    place = read.place(found)
    where = f"{place[0]}:{place[1]}" if place is not None else f"entry {found.cite.entry}"
    span = found.span
    if span is not None and span.words is not None:
        quoted = f' "{span.words}"' + (
            f" (quote {span.quote}, {span.start} to {span.end})" if span.quote is not None else ""
        )
    else:
        quoted = f" {span.locator}" if span is not None and span.locator is not None else ""
    yield f"  {where}{':' if quoted else ''}{quoted}"


def _raise_words(one: "Raise") -> str:
    levels = " to ".join(dict.fromkeys(map(str, one.level)))
    return f"{one.dimension}, now {levels}: {_signed(one.gain)}: {one.earns}"


def _clauses(found: "LintFinding") -> str:
    if not found.clauses:
        return ""
    numbers = ", ".join(map(str, found.clauses))
    return f"clause{'s' if len(found.clauses) > 1 else ''} {numbers}: "


# --- the difference ---------------------------------------------------------------------------------------------------


def _tell_difference(old: "ReadDrafts", new: "ReadDrafts", *, form: str, fail_below: str | None) -> int:
    from ledger.assessment.enforceability.difference import compare
    from ledger.model.statement import plain

    found = [compare(old.known, one, new.known, other) for one, other in _pairs(old, new)]
    fails = [one.new_subject for one in found if fail_below is not None and _is_below(one.new_bands[0], fail_below)]
    if form == "json":
        answer({
            "old_view": view_document(old.known.view), "new_view": view_document(new.known.view),
            "differences": [plain(one) for one in found], "fails": fails,
        })  # fmt: skip
    else:
        for one in found:
            say(*difference_lines(one))
    for one in found:
        if one.new_subject in fails:
            note(_failed(one.new_subject, one.new_bands, str(fail_below)))
    return 1 if fails else 0


def _pairs(old: "ReadDrafts", new: "ReadDrafts") -> list[tuple[str, str]]:
    """Return which commitment is compared with which: the only two, else those of one name."""
    if len(old.subjects) == len(new.subjects) == 1:
        return [(old.subjects[0], new.subjects[0])]
    both = [(one, one) for one in old.subjects if one in new.subjects]
    if not both:
        raise UsageError("The two files hold no commitment of one name; give drafts of the same commitment.")
    for one in sorted({*old.subjects, *new.subjects} - {one for one, _ in both}):
        note(f"{one} is in one of the two files only, and is left out.")
    return both


def difference_lines(one: "Difference") -> Iterator[str]:
    """Yield what changed between two drafts, a sentence for each change, and what they come to together."""
    names = " → ".join(dict.fromkeys((one.old_subject, one.new_subject)))
    yield f"{names}: {_bands(one.old_bands)} ({_ends(one.old)}) → {_bands(one.new_bands)} ({_ends(one.new)})"
    yield from (f"  {_change_words(change)}" for change in one.changes)
    if not one.changes:
        yield "  nothing that bears on it changed"
        return
    apart = "" if one.adds_up else "; one by one they come to another sum, as some matter only together"
    yield f"  together: {_signed(one.together)}{apart}"


def _change_words(change: "Change") -> str:
    return f"{change.says}: {_signed(change.effect)}"


# --- words ------------------------------------------------------------------------------------------------------------


def _is_below(band: str, wanted: str) -> bool:
    from ledger.model.determination import Band

    order = get_args(Band)  # from the strongest down
    return order.index(band) > order.index(wanted)


def _failed(subject: str, bands: Sequence[str], wanted: str) -> str:
    if not _is_below(bands[1], wanted):
        return f"{subject} is not sure to be {wanted}: with what is not known it is {_bands(bands)}."
    return f"{subject} is below {wanted}: it is {_bands(bands)}."


def _bands(bands: Sequence[str]) -> str:
    return " to ".join(dict.fromkeys(bands))


def _ends(points: Sequence[str]) -> str:
    return " to ".join(dict.fromkeys(points))


def _signed(points: Sequence[str]) -> str:
    """Return a change of points with its sign, as two where the ends change unlike: ``+6``, ``−6.1``, ``±0``."""
    signed = ("±0" if one == "0" else f"−{one[1:]}" if one.startswith("-") else f"+{one}" for one in points)
    return " to ".join(dict.fromkeys(signed))
