"""Step 14: what a printed report says is what its own bundle says (design §2.6).

Under the same software the report is set again and compared to the byte, but for a signature appended to it. Under
other software that words a report alike, the words of all pages are compared, from the first to the last; else that the
printing was not checked is part of the answer.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from ledger.audit.bundle import Manifest, Software
from ledger.audit.check.case import Case
from ledger.audit.printed import SIGNED, Printed, Signed, appended_beside_signatures, printed_words
from ledger.audit.result import AuditResult
from ledger.errors import MalformedError, PledgerError, UnavailableError

Look = Callable[[bytes], tuple[Signed, ...]]
"""Looks at the signatures on a printed report."""

Typeset = Callable[[AuditResult, Software, Printed], bytes]
"""Sets the report of a result again, as a printed one says that it was set: its language, its bundle."""

PRINTED: Final = "the printed report"

UNPRINTED: Final = "printing: not compared"
"""How a part that is not checked begins, where nothing of the print was: whoever forges one can bring this about."""

_AROUND: Final = 30


@dataclass(frozen=True, slots=True)
class Printer:
    """Who sets reports here.

    Attributes:
        lock: digest of the software; null where it cannot be repeated.
        edition: digest of the wording and looks alone.
        signatures: looks at those on a report.
        fonts: digests of the fonts at hand beside those that the software brings.
    """

    typeset: Typeset
    lock: str | None
    edition: str
    signatures: Look
    fonts: frozenset[str] = frozenset()


def check_printed(
    case: Case, manifest: Manifest | None, result: AuditResult | None, printed: Printed | None, printer: Printer | None
) -> None:
    """Step 14. Compare a printed report with the one that this result gives."""
    if printed is None:
        return
    if SIGNED in printed.raw:
        _look_at_signatures(case, printed, printer)
    if manifest is None or result is None or printer is None:
        _leave(case, "as there is nothing here to compare it with")
        return
    if missing := [one for one in printed.fonts if one not in printer.fonts]:
        _leave(case, f"as it says that it was set with the font {missing[0]}, which is not at hand (--font)")
        return
    is_same = printer.lock is not None and manifest.software.lock == printer.lock
    if not is_same and printed.edition != printer.edition:
        _leave(case, "as it says that other software worded it; that software compares it")
        return
    try:
        ours = printer.typeset(result, manifest.software, printed)
    except PledgerError as error:
        _leave(case, f"as it cannot be set here: {error.message}")
        return
    if is_same:
        _compare_bytes(case, printed.raw, ours)
    else:
        _compare_words(case, printed.raw, ours)


def _leave(case: Case, why: str) -> None:
    """Say that nothing of the print was compared, and why."""
    case.notes.skip("rendering")
    case.notes.skip(f"{UNPRINTED}, {why}")


def _look_at_signatures(case: Case, printed: Printed, printer: Printer | None) -> None:
    """Keep what is seen of the signatures; one that is broken is a finding, and none is trusted."""
    if printer is None:
        case.notes.skip("signatures: not looked at")
        return
    try:
        case.signatures = printer.signatures(printed.raw)
    except UnavailableError as error:
        case.notes.skip(f"signatures: {error.message}")
    except PledgerError as error:
        case.notes.find(14, "printed.signature", PRINTED, error.message)
    for one in case.signatures:
        if not one.is_intact:
            sentence = f"What the signature of {one.by} covers is not what was signed."
            case.notes.find(14, "printed.signature", PRINTED, sentence)


def _compare_bytes(case: Case, theirs: bytes, ours: bytes) -> None:
    if theirs == ours:
        return
    if not theirs.startswith(ours):
        sentence = f"The same software prints another report from this result: {_words_differ(theirs, ours)}."
        case.notes.find(14, "printed.differs", PRINTED, sentence)
        return
    try:
        appended = appended_beside_signatures(ours, theirs)
    except PledgerError:
        appended = "what cannot be read"
    if appended is not None:
        sentence = f"Beside signatures, {appended} was appended to it after it was made."
        case.notes.find(14, "printed.appended", PRINTED, sentence)


def _compare_words(case: Case, theirs: bytes, ours: bytes) -> None:
    try:
        said = printed_words(theirs)
    except MalformedError as error:
        # Those of this wording can be read: a print that cannot was made by somebody else.
        case.notes.find(14, "printed.words", PRINTED, f"Its words cannot be read: {error.message}")
        return
    try:
        differ = said != printed_words(ours)
    except PledgerError as error:
        _leave(case, f"as its words cannot be read: {error.message}")
        return
    if differ:
        sentence = f"It prints other words than this result gives: {_words_differ(theirs, ours)}."
        case.notes.find(14, "printed.words", PRINTED, sentence)
    case.notes.skip("printing: other software set it, so only its words were compared, not its looks and pictures")


def _words_differ(theirs: bytes, ours: bytes) -> str:
    """Return in words where two reports say something else first."""
    try:
        said, ought = printed_words(theirs), printed_words(ours)
    except PledgerError:
        return "its words cannot be read"
    place = next((at for at, (one, two) in enumerate(zip(said, ought, strict=False)) if one != two), None)
    if place is None and len(said) == len(ought):
        return "the words are the same, and the looks or the pictures are not"
    at = max(0, (min(len(said), len(ought)) if place is None else place) - _AROUND)
    end = at + 2 * _AROUND
    return f"it says {said[at:end]!r} where {ought[at:end]!r} is due (spaces left out)"
