"""A reproduction: an audit run again at its own view, by its own method, and held against what was given (R1).

The same bytes are reproduced. Where they are not, the entry, vintage or version is named that made it so: an erasure
since, another version of the method, other software under the rendering; and where none at hand did, that is said, for
then the audit given is not what the method makes of the record. Source: design §2.6.
"""

from collections.abc import Sequence
from typing import Final, Literal

from pydantic import Field

from ledger.assessment import METHOD
from ledger.assessment.history import Because
from ledger.assessment.view import Said
from ledger.audit.bundle import AUDIT, REPORT, Software
from ledger.audit.comparison.compare import compare
from ledger.audit.comparison.comparison import Comparison
from ledger.audit.comparison.given import Given
from ledger.audit.procedure import format_result
from ledger.audit.result import AuditResult
from ledger.model.audit import Audit
from ledger.model.determination import MethodVersion, View
from ledger.model.value import Value
from ledger.signing.canonical import digest

UNEXPLAINED: Final = (
    "no entry, vintage or version at hand explains it: what was given is not what method {method} makes of this record"
)


_PAGES: Final = "pages: whether they print what is attached is for pledger verify FILE.pdf"


class Remade(Value):
    """One file of an audit, as it was given and as it came again.

    Attributes:
        again: null where it was not made again, which ``Reproduction.not_checked`` explains.
    """

    name: str
    given: str
    again: str | None
    same: bool


class Reproduction(Value):
    """What running an audit again gives.

    Attributes:
        reproduced: everything that was made again is the same bytes, ``audit.json`` among it.
        from_: where the record was read from: the ledger at hand, or the bundle itself.
        comparison: what the audit run again says otherwise than the one given; null where it says the same.
        because: what made the difference, each once; empty where there is none.
        beside: what is another around the audit and takes nothing from it, in sentences.
        not_checked: what was not made again, and why.
    """

    schema_: Literal["audit-reproduction.v1"] = Field(alias="schema")
    reproduced: bool
    from_: Literal["ledger", "bundle"] = Field(alias="from")
    origin: str
    subjects: tuple[str, ...]
    view: View
    method: MethodVersion
    files: tuple[Remade, ...]
    comparison: Comparison | None
    because: tuple[Because, ...]
    beside: tuple[str, ...]
    not_checked: tuple[str, ...]


def reproduction(
    given: Given,
    again: AuditResult | None,
    *,
    source: Literal["ledger", "bundle"],
    said: Sequence[Said] = (),
    report: Remade | None = None,
    beside: Sequence[str] = (),
    not_checked: Sequence[str] = (),
) -> Reproduction:
    """Return what an audit that was run again shows of the one given.

    Args:
        again: the result at the same view; null where this software does not run the method that the audit names.
        said: the statements at hand, by which differences are explained.
        report: the report in its bundle and the one rendered again, where it was.
        beside: sentences on what is another around it; ``not_checked`` on what was not made again.
    """
    result = given.result
    told = compare(result, again, said) if again is not None else None
    mine = digest(format_result(again)) if again is not None else None
    files = [Remade(name=AUDIT, given=digest(given.raw), again=mine, same=mine == digest(given.raw))]
    files += [report] if report is not None else []
    is_same = all(one.same for one in files)
    differs = told is not None and not told.same
    because = dict.fromkeys(one for change in (told.changed if told is not None else ()) for one in change.because)
    if again is None:
        says = f"the audit is by method {result.method}, and this software runs {METHOD}; use a release that runs it"
        because = {Because(kind="method", says=says, cite=None): None}
    elif not files[0].same and not because:
        says = UNEXPLAINED.format(method=result.method)
        because = {Because(kind="unexplained", says=says, cite=None): None}
    elif not is_same and not because:
        says = "the same software renders another report from the same result: the report given was changed"
        because = {Because(kind="rendering", says=says, cite=None): None}
    return Reproduction(
        schema_="audit-reproduction.v1",
        reproduced=is_same,
        from_=source,
        origin=result.origin,
        subjects=result.subjects,
        view=result.view,
        method=result.method,
        files=tuple(files),
        comparison=told if differs else None,
        because=tuple(because),
        beside=tuple(beside),
        not_checked=(*not_checked, *((_PAGES,) if given.is_printed else ())),
    )


def page_reproduction(
    audit: Audit, *, origin: str, result: Remade, page: Remade, erased: Sequence[Because], published: int
) -> Reproduction:
    """Return what rendering a published page again shows, which was found by the entry that names it.

    Args:
        result: the ``audit.json`` of that entry and the one made again; ``page`` the page likewise.
        erased: what was erased since that it could rest on.
        published: the entry.
    """
    because: tuple[Because, ...] = ()
    if not result.same:
        says = UNEXPLAINED.format(method=audit.method)
        because = tuple(erased) or (Because(kind="unexplained", says=says, cite=None),)
    elif not page.same:
        says = "this software renders it otherwise, and the log does not say which software rendered it"
        because = (Because(kind="rendering", says=says, cite=None),)
    return Reproduction(
        schema_="audit-reproduction.v1",
        reproduced=result.same and page.same,
        from_="ledger",
        origin=origin,
        subjects=audit.subjects,
        view=audit.view,
        method=audit.method,
        files=(result, page),
        comparison=None,
        because=because,
        beside=(f"It was found by its digest: entry {published} published it.",),
        not_checked=(),
    )


def is_run_here(result: AuditResult) -> bool:
    """Whether this software runs the method that an audit names."""
    return result.method == METHOD


def remade_report(given: str, again: str) -> Remade:
    """Return the report of a bundle beside the one rendered again, by their digests."""
    return Remade(name=REPORT, given=given, again=again, same=given == again)


def other_software(theirs: Software, ours: Software) -> str:
    """Return why a report was not rendered again: it was rendered by other software (design §2.6)."""
    return (
        f"rendering: {theirs.name} {theirs.version} under the lock {theirs.lock or 'none'} rendered the report, "
        f"and this is {ours.version} under {ours.lock or 'none'}"
    )
