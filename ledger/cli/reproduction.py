"""``pledger audit --reproduce``: an audit that somebody gave, run again and compared to the byte (design §2.6, R1)."""

from pathlib import Path
from typing import TYPE_CHECKING, Final

from ledger.cli.file import open_seekable, read_file
from ledger.cli.output import Progress, answer, say
from ledger.cli.place import ledger_at_hand, open_chosen, view_words
from ledger.errors import NotFoundError

if TYPE_CHECKING:
    from ledger.audit.comparison.given import Given
    from ledger.audit.comparison.reproduction import Reproduction

ANSWER: Final = {
    "schema": "`audit-reproduction.v1`",
    "reproduced": "whether everything that was made again is the same bytes, `audit.json` among it",
    "from": "where the record was read from: `ledger`, or `bundle` where no ledger is at hand",
    "origin": "of the log",
    "subjects": "the commitments, `view` and `method` of the audit that was given",
    "view": "`size` and `as_of`",
    "method": "version of the method",
    "files": "each `name`, the digest `given`, the one made `again` (null where none was), whether it is the `same`",
    "comparison": "what the audit run again says otherwise, as of `audit --diff`; null where it says the same",
    "because": "what made the difference: each `kind`, `says` and `cite`; `unexplained` where nothing at hand did",
    "beside": "what is another around the audit and takes nothing from it",
    "not_checked": "what was not made again, and why",
}

_PAGES: Final = (".html", ".xlsx")
"""Endings of files that carry no audit themselves."""

_PAGE_LIMIT: Final = 1 << 28
"""The most bytes of such a file."""


def reproduce(file: Path, *, ledger: Path | None, engine: str | None, json: bool) -> int:
    """Tell whether an audit comes out the same when it is run again, and if not, why; return the exit code.

    Raises:
        MalformedError: the file is no audit.
        ConflictError, ForkError: the ledger at hand is not that of the audit.
        NotFoundError: there is no ledger at hand, and the file carries no record to run on.
    """
    from ledger.audit.comparison.given import open_given

    with open_seekable(file) as opened, Progress(f"Reproducing {file}"):
        if file.suffix in _PAGES:
            found = _page(file, ledger, engine)
        else:
            given = open_given(opened)
            at_hand = ledger_at_hand(ledger, genesis=given.result.genesis)
            found = _on_ledger(given, at_hand, engine) if at_hand is not None else _alone(given, file)
    if json:
        from ledger.model.statement import plain

        answer(plain(found))
    else:
        say(*reproduction_lines(found))
    return 0 if found.reproduced else 1


def _on_ledger(given: "Given", ledger: Path, engine: str | None) -> "Reproduction":
    from ledger.runtime.reproducing import reproduce as reproduced

    with open_chosen(ledger, engine=engine) as opened:
        return reproduced(opened, given)


def _page(file: Path, ledger: Path | None, engine: str | None) -> "Reproduction":
    """Return what rendering a page or a workbook again gives, which the ledger has to know as published."""
    from ledger.runtime.reproducing import reproduce_page

    with open_chosen(ledger, engine=engine) as opened:
        return reproduce_page(opened, read_file(file, limit=_PAGE_LIMIT), name=file.name)


def _alone(given: "Given", file: Path) -> "Reproduction":
    """Return what running an audit again on the record in its own bundle gives, once that is seen to be sound."""
    from ledger.audit.bundle import open_bundle
    from ledger.audit.comparison.again import conduct_again
    from ledger.audit.comparison.reproduction import is_run_here, reproduction
    from ledger.audit.held import said_in
    from ledger.cli.verify import verify_bundle
    from ledger.runtime.reproducing import remake_report

    if given.bundle is None:
        message = f"{file} is the result alone; name the ledger that it was made from with --ledger, or give the .zip."
        raise NotFoundError(message, path=str(file))
    checked = verify_bundle(given.bundle, policy=None)
    archive = open_bundle(given.bundle)
    others = tuple(
        f"the record in the bundle is unsound: {one.subject}: {one.sentence}"
        for one in checked.findings
        if one.step not in {11, 12}
    )
    if others or not is_run_here(given.result):
        return reproduction(given, None, source="bundle", beside=others, not_checked=("method",))
    # A sound bundle's result was just worked out anew, and is the one given to the byte (step 11).
    again = given.result if checked.sound else conduct_again(archive, given.result)
    report, unrendered = remake_report(given, again)
    return reproduction(
        given, again, source="bundle", said=said_in(archive), report=report, not_checked=unrendered,
        beside=(f"The record is the bundle's own, and sound by itself (trust: {checked.trust}).",),
    )  # fmt: skip


def reproduction_lines(found: "Reproduction") -> list[str]:
    """Return what running an audit again gave, in words; the first line says whether it was reproduced."""
    again = "the ledger" if found.from_ == "ledger" else "the bundle's own record"
    verdict = "reproduced" if found.reproduced else "not reproduced"
    lines = [
        f"{verdict} · from {again} · origin: {found.origin} · method {found.method}",
        f"Subjects: {', '.join(found.subjects)}.",
        view_words(found.view),
    ]
    for one in found.files:
        state = "the same bytes" if one.same else "not made again" if one.again is None else f"another, {one.again}"
        lines.append(f"{one.name} ({one.given}): {state}.")
    if found.comparison is not None:
        lines += ["Run again, it says otherwise:", *(f"  {one.words}" for one in found.comparison.changed)]
    for why in found.because:
        entry = f" (entry {why.cite.entry})" if why.cite is not None else ""
        lines.append(f"Because {why.says.rstrip('.')}{entry}.")
    return [*lines, *found.beside, *(f"Not checked: {one}" for one in found.not_checked)]
