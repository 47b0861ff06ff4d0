"""Verification: whether an audit follows from what its bundle holds, checked by a stranger, offline.

The whole procedure stands in the docstring of `verify`, and each block repeats its number; the steps are the modules of
`ledger.audit.check`, and docs/verification.md lists the codes of all findings. Whatever is wrong with the contents is a
finding; only what is no bundle at all raises. It asks nobody, reads no clock, writes no file, and runs the method with
the standard library's SQLite. Source: design §2.3, §2.6.
"""

from collections.abc import Mapping, Sequence
from typing import BinaryIO

from cryptography.x509 import Certificate

from ledger.audit.bundle import open_bundle
from ledger.audit.check.case import Case, Notes
from ledger.audit.check.completeness import check_closure, read_claim
from ledger.audit.check.figure import check_files
from ledger.audit.check.index import check_beginnings, check_indexed_log, is_indexed
from ledger.audit.check.log import check_log
from ledger.audit.check.manifest import check_manifest
from ledger.audit.check.printed import Printer, check_printed
from ledger.audit.check.reproduction import Render, check_method, check_report
from ledger.audit.check.statement import check_statements, open_statements
from ledger.audit.check.timestamp import check_timestamps
from ledger.audit.check.trust import (
    check_charter,
    check_signatures,
    choose_policy,
    follow_appointments,
    read_checkpoint,
)
from ledger.audit.printed import Printed
from ledger.audit.verification import Finding, Trust, Verification
from ledger.tlog.checkpoint import Checkpoint


def verify(  # noqa: PLR0913, whom to believe and what is at hand are said one by one
    file: BinaryIO,
    *,
    policy: bytes | None = None,
    pinned: Mapping[str, bytes] | None = None,
    genesis: str | None = None,
    public: bool = False,
    render: Render | None = None,
    lock: str | None = None,
    roots: Sequence[Certificate] = (),
    printed: Printed | None = None,
    printer: Printer | None = None,
) -> Verification:
    """Return whether the bundle in a seekable file is sound, and on whose word.

     1. The file is an archive exactly as we write it, every byte accounted for, and its members are those of a bundle.
     2. The manifest lists every other member, in order, with its size and digest.
     3. The policy is chosen: the one given, else the one pinned for this origin, else the bundle's own, by the word of
        the charter that the caller named, or self-declared.
     4. Entry 0 is the charter of this origin, and the one that the caller named: signed by the operator that it names,
        approved by its root keys.
     5. Both checkpoint keys of the charter, or those that its root keys appointed since, signed the checkpoint; the
        policies name these keys, or keys that lead to them; the quorum is reached.
     6. The headers are canonical and form one chain: each counts on, names the leaf before it, and is no earlier.
     7. The tree over their leaf hashes has the size and root that the checkpoint signs.
        Of a long log the bundle carries the headers of the closure, a proof that an index which was logged has no
        others, and all headers after it; then they count on, are in the signed tree by one proof, and are its end.
     8. Every header in the closure, which is worked out from the headers, has its body here, or a logged erasure; and
        no other body is here.
     9. Each statement has its digest and size, is canonical and of its schema, says what its header says, is for this
        ledger, anchors in this tree, mends only what its author may, and is signed by a key with the role at its entry.
    10. Each file of observations has its digest and size, is canonical, and has its number of rows; so have raw files,
        where their licence lets them travel.
    11. The method, run again on these observations with the bundled selection (which is the method's own), gives
        ``audit.json`` to the byte.
    12. The report is the one that the same software renders from it, where that software is at hand.
    13. Each timestamp is over the checkpoint of a size of this tree, by an authority for which a root vouches: one that
        was given, else the bundle's own, self-declared.
    14. Where the bundle came inside a printed report, the report is the one that the same software sets from the
        result, or says the same words; nothing but signatures was appended to it.

    Args:
        file: of the bundle.
        policy: that the caller trusts, in the form of C2SP tlog-policy.
        pinned: policies that the caller has pinned, by origin.
        genesis: digest of the charter that the caller expects; without a policy the log's keys are taken by its word.
        public: excuse absent statements and files, as a redacted bundle has; they are listed in ``not_checked``.
        render: renders a report, where the caller can.
        lock: digest of the software that ``render`` is (``Software.lock``); it has to be the one in the manifest.
        roots: certificates of time-stamping authorities that the caller trusts; the bundle's own, where none is given.
        printed: the report that the bundle was attached to (`open_printed`).
        printer: sets a report again, where the caller can.

    Raises:
        MalformedError: step 1 fails. Whatever is wrong after it is a finding.
        UnavailableError: the file cannot be read.
    """
    # 1. The archive's form: what follows can rely on names, order and checksums.
    bundle = open_bundle(file)
    case = Case(bundle, Notes(), public=public)
    # 2. The manifest.
    manifest = check_manifest(case)
    # 3. The policy, by the origin that the checkpoint names.
    checkpoint = read_checkpoint(case)
    trust, chosen = choose_policy(case, checkpoint, policy, pinned or {}, is_named=genesis is not None)
    if checkpoint is None or chosen is None:
        return _answer(case, trust, checkpoint)
    # 4. The charter. Without it, no key is known to check anything against.
    case.opened = open_statements(case)
    authority = check_charter(case, checkpoint, genesis=genesis)
    if authority is None:
        return _answer(case, trust, checkpoint)
    # 6 and 7. Headers, chain and tree, in one pass over the lines.
    if is_indexed(case):
        check_indexed_log(case, checkpoint)
    else:
        check_log(case, checkpoint)
    # 5. The checkpoint's signatures, once the headers say at which entry other keys were appointed.
    appointed = follow_appointments(case, authority)
    check_beginnings(case, checkpoint, appointed)
    case.rotations = check_signatures(case, checkpoint, appointed, chosen, is_own=trust in {"charter", "self-declared"})
    # 8. The closure of what the audit says it is about.
    case.claim = read_claim(case, checkpoint)
    closure = check_closure(case)
    # 9. The statements, in the order of their entries, as keys come and go.
    said, authority = check_statements(case, authority)
    # 10. The figures.
    check_files(case, said)
    # 11. The method.
    result = check_method(case, said, authority, closure)
    # 12. The rendering.
    check_report(case, manifest, result, render, lock)
    # 13. The timestamps.
    case.dating = check_timestamps(case, checkpoint, chosen, roots)
    # 14. The printed report.
    check_printed(case, manifest, result, printed, printer)
    return _answer(case, trust, checkpoint)


def _answer(case: Case, trust: Trust, checkpoint: Checkpoint | None) -> Verification:
    """Return what was seen, in the order of the steps."""
    notes = case.notes
    findings = sorted(notes.findings, key=lambda one: one.step)
    if notes.unlisted:
        findings.append(Finding("findings.more", "the bundle", f"There are {notes.unlisted} further findings.", 14))
    claim = case.claim
    return Verification(
        sound=not findings,
        trust=trust,
        origin=checkpoint.origin if checkpoint is not None else "",
        genesis=case.genesis,
        size=checkpoint.size if checkpoint is not None else 0,
        subjects=claim.subjects if claim is not None else (),
        view_size=claim.view.size if claim is not None else 0,
        as_of=claim.view.as_of if claim is not None else "",
        members=len(case.bundle.members),
        statements=len(case.opened),
        not_checked=tuple(notes.not_checked),
        findings=tuple(findings),
        rotations=case.rotations,
        dating=case.dating,
        signatures=case.signatures,
    )
