"""Reproducing: an audit that somebody gave, run again on the ledger at hand, at its own view (R1, design §2.6).

The ledger is first held against the bundle's checkpoint, so that a difference is never blamed on an entry where the
whole log is another.
"""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from ledger.assessment.result import Cite
from ledger.errors import ConflictError, NotFoundError

if TYPE_CHECKING:
    from ledger.audit.comparison.given import Given
    from ledger.audit.comparison.reproduction import Remade, Reproduction
    from ledger.audit.result import AuditResult
    from ledger.model.audit import Audit
    from ledger.runtime.opened import Ledger


_BUNDLE: Final = re.compile(rb"([A-Za-z0-9][A-Za-z0-9._-]{0,80}\.zip)")
"""The name of a bundle in a page."""


def reproduce(opened: "Ledger", given: "Given") -> "Reproduction":
    """Return what running an audit again on a ledger gives.

    Raises:
        ConflictError: the ledger is another one than the audit's, or an older copy of it.
        ForkError: it does not begin with the entries that the bundle's checkpoint signs; it carries both.
        NotFoundError: the ledger does not know a commitment of the audit at its view.
    """
    from ledger.audit.comparison.reproduction import is_run_here, reproduction

    refuse_other_ledger(opened, given)
    beside = tuple(_beside(opened, given))
    if not is_run_here(given.result):
        return reproduction(given, None, source="ledger", beside=beside, not_checked=("method",))
    like = given.result
    with opened.export(like.view, like.subjects, period=like.scope.period, shape=like.schema_) as export:
        again = export.result
    report, unrendered = remake_report(given, again)
    return reproduction(
        given, again, source="ledger", said=opened.said(), report=report, beside=beside, not_checked=unrendered
    )


def reproduce_page(opened: "Ledger", raw: bytes, *, name: str) -> "Reproduction":
    """Return what rendering a published page or workbook again gives, which carries no audit itself.

    Which audit it is of is known by its digest, from the entry that published it.

    Args:
        raw: the file; ``name`` what it is called.

    Raises:
        NotFoundError: no published audit names the file.
        UnavailableError: what renders it is not installed.
    """
    from ledger.assessment.history import Because
    from ledger.audit.comparison.reproduction import Remade, page_reproduction
    from ledger.audit.emphasis import erased_words
    from ledger.audit.procedure import format_result
    from ledger.runtime.publishing import published_as
    from ledger.signing.canonical import digest

    mine = digest(raw)
    found = published_as(opened, mine)
    if found is None:
        message = (
            f"No audit that this ledger published names {name} ({mine}), and by itself it does not say what it was "
            "made from; give the .json, .zip or .pdf that was made with it."
        )
        raise NotFoundError(message, digest=mine)
    audit = found.audit
    rendering = next((key for key, one in audit.files.items() if one == mine), "json")
    again = _published_result(opened, audit)
    files = [Remade(name=name, given=mine, again=one, same=one == mine) for one in _rendered(again, raw, rendering)]
    whole = digest(format_result(again))
    given = audit.result or whole
    lost = tuple(
        Because(kind="erasure", says=erased_words(one), cite=Cite(entry=one.entry, statement=one.statement))
        for one in opened.erased_since(found.cite.entry)
    )
    return page_reproduction(
        audit,
        origin=opened.origin,
        result=Remade(name="audit.json", given=given, again=whole, same=given == whole),
        page=next((one for one in files if one.same), files[0]),
        erased=lost,
        published=found.cite.entry,
    )


def _published_result(opened: "Ledger", audit: "Audit") -> "AuditResult":
    """Return the result of a published audit, in the shape whose digest was published; else in the newest."""
    from ledger.audit.procedure import format_result
    from ledger.audit.shape import SHAPES
    from ledger.signing.canonical import digest

    newest: AuditResult | None = None
    for shape in reversed(SHAPES):
        with opened.export(audit.view, audit.subjects, period=audit.period, shape=shape) as export:
            newest = newest or export.result
            if audit.result in {None, digest(format_result(export.result))}:
                return export.result
    assert newest is not None  # noqa: S101  # there is a shape
    return newest


def _rendered(result: "AuditResult", raw: bytes, rendering: str) -> Iterator[str]:
    """Yield the digests that a file may have: a page by itself names the bundle beside it, which nothing else tells."""
    from ledger.runtime.rendering import Rendered, digest_of_pieces, rendered, workbook
    from ledger.service.software import rendering_software

    software = rendering_software()
    form, _, language = rendering.partition("-")
    if form == "xlsx":
        book = Rendered(lambda file: workbook(result, software, file, language=language or "en"))
        yield digest_of_pieces(book.pieces())
        return
    if form != "html":
        raise NotFoundError(f"A .{form} is not rendered again by itself; give the .json, .zip or .pdf of that audit.")
    named = {None, *(name.decode() for name in _BUNDLE.findall(raw))}
    for bundle in sorted(named, key=lambda one: one or ""):
        yield digest_of_pieces(rendered(result, software, bundle=bundle, language=language or "en"))


def refuse_other_ledger(opened: "Ledger", given: "Given") -> None:
    """Raise where a ledger cannot have made an audit: it is another, or has fewer entries than the audit's view."""
    result = given.result
    if (opened.origin, opened.genesis) != (result.origin, result.genesis):
        message = (
            f"The audit is of the ledger {result.origin} ({result.genesis[:19]}…), and this is {opened.origin} "
            f"({opened.genesis[:19]}…); give its own with --ledger."
        )
        raise ConflictError(message, origin=result.origin, found=opened.origin)
    size = opened.head().size
    if result.view.size > size:
        message = (
            f"The audit's view has {result.view.size} entries, and this ledger {size}: it is an older copy; give a "
            "later one with --ledger."
        )
        raise ConflictError(message, size=size, expected=result.view.size)


def _beside(opened: "Ledger", given: "Given") -> Iterator[str]:
    """Yield what is another around the audit since its bundle was made; the log has to begin with what it signs."""
    from ledger.audit.bundle import POLICY, open_bundle
    from ledger.audit.since import checkpoint_of
    from ledger.tlog.checkpoint import parse_checkpoint
    from ledger.tlog.note import parse_note

    if given.bundle is None:
        return
    note = checkpoint_of(given.bundle)
    since, size = opened.since(note), parse_checkpoint(parse_note(note).text).size
    if since.size > size:
        yield f"The bundle's checkpoint signs {size} entries, and the log has {since.size} by now; it begins with them."
    if open_bundle(given.bundle).read(POLICY) != opened.policy(size):
        yield "The bundle carries another policy than this ledger now gives: whom to trust is another question."


def remake_report(given: "Given", again: "AuditResult") -> "tuple[Remade | None, tuple[str, ...]]":
    """Return the report of a bundle beside the one rendered again; or why it was not, where there is one."""
    from ledger.audit.bundle import MANIFEST, REPORT, open_bundle, parse_manifest
    from ledger.audit.comparison.reproduction import other_software, remade_report
    from ledger.runtime.rendering import digest_of_pieces, rendered
    from ledger.service.software import rendering_software

    archive = open_bundle(given.bundle) if given.bundle is not None else None
    if archive is None or (report := archive.find(REPORT)) is None:
        return None, ()
    theirs, ours = parse_manifest(archive.read(MANIFEST)).software, rendering_software()
    if ours.lock is None or theirs.lock != ours.lock:
        return None, (other_software(theirs, ours),)
    return remade_report(report.digest, digest_of_pieces(rendered(again, theirs))), ()
