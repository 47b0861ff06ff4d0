"""``pledger verify``: somebody's audit, checked by a stranger, offline, in numbered steps (design §2.6).

Of a file it asks nobody, and it writes nothing. What it answers is never just "verified": on whose word it was checked
stands on the first line, with the log's origin and the digest of its charter.
"""

import io
import re
from dataclasses import replace
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated, BinaryIO, Final

import typer

from ledger.cli.file import open_seekable, read_file
from ledger.cli.option import Fonts, Json
from ledger.cli.output import Progress, answer, say
from ledger.cli.trust import pins_folder, read_pins
from ledger.errors import MalformedError, UnavailableError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from cryptography.x509 import Certificate

    from ledger.assessment.result import Erased
    from ledger.audit.bundle import Software
    from ledger.audit.check.reproduction import Render
    from ledger.audit.printed import Printed
    from ledger.audit.result import AuditResult
    from ledger.audit.verification import Verification
    from ledger.report.pdf.face import Face
    from ledger.service.site import Source

EXAMPLES: Final = """\
\b
Examples:
  pledger verify audit.zip --policy ledger.policy    on the word of a policy that you got from the operator
  pledger trust add ledger.policy && pledger verify audit.zip
  pledger verify audit.zip --genesis sha256:4a1f…    on the word of the charter with this digest
  pledger verify report.pdf --policy ledger.policy   the bundle in it, and that the print says the same
  pledger verify audit.zip --deep --json             imports the raw figures again, too
  pledger verify audit.zip --tsa root.pem            holds its timestamps against a root that you trust
  pledger verify redacted.zip --public               excuses what a redacted bundle leaves out
  pledger verify audit.zip --ledger mine             says which of it was erased since
  pledger verify https://press.example/audit.zip     brought here first, then the same
  pledger verify fork.json --policy ledger.policy    judges a fraud proof, as pledger monitor writes it

\b
The first line says sound or unsound, on whose word (given, pinned, charter, or self-declared: then the bundle only
agrees with itself), and the log's origin and genesis. Exit code 0 where it is sound, 1 where it is not, 3 where it is
no bundle; 8 where the bundle in a PDF is sound, and nothing of what is printed could be compared with it.
"""

ANSWER: Final = {
    "sound": "whether nothing is wrong with what was checked",
    "trust": "on whose word: `given`, `pinned`, `charter` or `self-declared`; never read `sound` without it",
    "origin": "the log's name",
    "genesis": "digest of its charter",
    "checkpoint_size": "number of entries that the checkpoint signs",
    "subjects": "the commitments audited",
    "view": "`size` and `as_of`: what was known (R1)",
    "members": "number of files in the bundle",
    "statements": "number of statements among them",
    "rotations": "each change of the keys that sign checkpoints: `entry`, `approvals` of how many `roots` (root keys), "
    "`followed`: whether the policy names keys from before it",
    "dating": "when `checkpoint` and `entries` came to be, and whose `roots` vouch for timestamps (docs/timestamps.md)",
    "signatures": "on a PDF: `by` and `certificate` (digest) of each, `at` by its own word, `intact`, and `whole` (it "
    "covers the file); none is trusted here",
    "not_checked": "what was left out, and why that is excused",
    "since": (
        "with `--ledger`: `size` of the log now, and `erased`, what the bundle holds and was erased since (`entry`, "
        "`kind`, `subject`, `what`, `by`, `ground`, `reason`); else null"
    ),
    "findings": "what is wrong: `code`, `subject`, `sentence`, `step`; docs/verification.md lists the codes",
}
_DIGEST: Final = re.compile("sha256:[0-9a-f]{64}")
ZIP_START: Final = b"PK"
"""How every ZIP archive begins (APPNOTE.TXT §4.3.7)."""

EXPLAINED: Final = {
    "given": "The policy is the one that you gave.",
    "pinned": "The policy is the one that you pinned for this log.",
    "charter": (
        "The charter is the one that you named: its keys, or those that its root keys appointed since, signed this. "
        "Who its witnesses are is the bundle's own word."
    ),
    "self-declared": (
        "The policy is the bundle's own: it shows that the bundle agrees with itself, not who made it. "
        "Get the log's policy from its operator, and give it with --policy."
    ),
}
ROOTS: Final = {
    "given": "Timestamps: by the root of the time-stamping authority that you gave.",
    "self-declared": (
        "Timestamps: by the bundle's own root of a time-stamping authority; give the one that you trust with --tsa."
    ),
}
UNRENDERED: Final = "The report was not compared with audit.json, which is what was checked: do not rely on its words."


def verify(  # noqa: PLR0917, a command's options are its arguments
    file: Annotated[
        Path, typer.Argument(metavar="FILE|URL", help="What pledger audit -o FILE.zip or FILE.pdf wrote.")
    ],
    policy: Annotated[
        Path | None,
        typer.Option("--policy", metavar="FILE", help="The log's policy, from its operator.", show_default=False),
    ] = None,
    genesis: Annotated[
        str | None,
        typer.Option(
            "--genesis", metavar="DIGEST", show_default=False,
            help="The log's charter, as the operator publishes its digest elsewhere: sha256: and 64 hex digits.",
        ),
    ] = None,
    public: Annotated[
        bool, typer.Option("--public", help="Excuse what a redacted bundle leaves out; it is listed.")
    ] = False,
    deep: Annotated[bool, typer.Option("--deep", help="Import the raw files again, and compare the figures.")] = False,
    ledger: Annotated[
        str | None,
        typer.Option(
            "--ledger", metavar="DIR|URL", show_default=False,
            help="The log as it is now (a ledger or a static site): says what was erased since.",
        ),
    ] = None,
    tsa: Annotated[
        list[Path] | None,
        typer.Option(
            "--tsa", metavar="ROOT", show_default=False,
            help="Root certificate (PEM) of a time-stamping authority that you trust; may be repeated.",
        ),
    ] = None,
    font: Fonts = None,
    json: Json = False,
) -> int:  # fmt: skip
    """Check an audit offline: archive, policy, signatures, chain, tree, closure, figures, and the method again."""
    from ledger.audit.printed import PDF_LIMIT, PDF_START, open_printed
    from ledger.cli.fraud import verify_fraud
    from ledger.tlog.fraud import FRAUD_LIMIT, FRAUD_START
    from ledger.tlog.policy import POLICY_LIMIT, parse_policy

    given = read_file(policy, limit=POLICY_LIMIT) if policy is not None else None
    if given is not None:
        parse_policy(given)  # what is no policy is the caller's mistake, and says nothing of the bundle
    _refuse_no_digest(genesis)
    brought = _brought(file)  # lives as long as this call
    file = file if brought is None else Path(brought.name)
    roots = [one for path in tsa or () for one in _roots(path)]
    with open_seekable(file) as opened:
        if opened.seekable() and opened.peek(len(FRAUD_START)).startswith(FRAUD_START):
            if genesis is not None:
                raise UsageError("A fraud proof holds no charter; give the accused log's policy instead (--policy).")
            return verify_fraud(read_file(file, limit=FRAUD_LIMIT), policy=given, json=json)
        is_printed = opened.seekable() and opened.peek(len(PDF_START)).startswith(PDF_START)
        if opened.seekable() and not is_printed:
            refuse_no_archive(opened.peek(len(ZIP_START)), file)
    printed = open_printed(read_file(file, limit=PDF_LIMIT)) if is_printed else None
    faces = _faces(font or (), is_printed=is_printed)
    with _bundle_of(file, printed) as bundle, Progress(f"Verifying {file}"):
        verification = verify_bundle(
            bundle, policy=given, genesis=genesis, public=public, deep=deep, roots=roots, printed=printed, faces=faces
        )
        since = _since(bundle, ledger, policy=given) if ledger is not None and verification.sound else None
    if json:
        from ledger.model.statement import plain

        told = None if since is None else {"size": since[0], "erased": [plain(one) for one in since[1]]}
        answer({**verification.document(), "since": told})
    else:
        say(*verification_lines(verification))
        say(*since_lines(since))
    return exit_of(verification)


def exit_of(found: "Verification") -> int:
    """Return the exit code of an answer: a script never takes for checked a print that was not compared."""
    if not found.sound:
        return 1
    return UnavailableError.exit_code if _is_unprinted(found) else 0


def _is_unprinted(found: "Verification") -> bool:
    from ledger.audit.check.printed import UNPRINTED

    return any(one.startswith(UNPRINTED) for one in found.not_checked)


def _brought(file: Path) -> "IO[bytes] | None":
    """Return what is at an address, brought here; None where a file is named."""
    from ledger.runtime.settings import address_of, chosen_token

    address = address_of(file)
    if address is None or file.exists():
        return None
    from ledger.client.download import download

    return download(address, token=chosen_token())


def _bundle_of(file: Path, printed: "Printed | None") -> BinaryIO:
    """Return the bundle in a file: the file itself, or what is attached to it."""
    return open_seekable(file) if printed is None else io.BytesIO(printed.bundle)


def _faces(paths: "Sequence[Path]", *, is_printed: bool) -> "tuple[Face, ...]":
    """Return the fonts that were given.

    Raises:
        UsageError: what is verified is no PDF, or a file is not there.
        MalformedError: it is no font.
    """
    if not paths:
        return ()
    if not is_printed:
        raise UsageError("--font is for a PDF that was made with that font; leave it out.")
    from ledger.cli.audit import open_fonts

    return open_fonts(paths)


def _since(bundle: BinaryIO, place: str, *, policy: bytes | None) -> "tuple[int, tuple[Erased, ...]]":
    """Return the size of the log as it is now, and what a sound bundle holds that was erased since (R1).

    Raises:
        ConflictError: the log at hand is another one, or older than the bundle.
        ForkError: it does not begin with the entries of the bundle; it carries both checkpoints.
    """
    from ledger.audit.since import checkpoint_of, erased_since
    from ledger.cli.place import open_chosen
    from ledger.runtime.settings import CONFIG
    from ledger.service.since import since_on_site

    note = checkpoint_of(bundle)
    if (Path(place) / CONFIG).is_file():
        with open_chosen(Path(place)) as opened:
            found = opened.since(note)
    else:
        found = since_on_site(_site_of(place), note, trusted=policy)
    return found.size, erased_since(bundle, found.erasures)


def _site_of(place: str) -> "Source":
    """Return the static site that a place means: a served ledger has its own under ``/log``."""
    from ledger.runtime import open_source
    from ledger.runtime.settings import address_of
    from ledger.service.site import CHECKPOINT

    site = open_source(place)
    if address_of(place) is None:
        return site
    there = site.open(CHECKPOINT)
    if there is None:
        return open_source(f"{place.rstrip('/')}/log")
    there.close()
    return site


def since_lines(since: "tuple[int, tuple[Erased, ...]] | None") -> list[str]:
    """Return in words what was erased since a bundle was made; nothing where nobody asked."""
    from ledger.audit.emphasis import erased_words

    if since is None:
        return []
    size, erased = since
    lines = [f"Since then, by the log of now {size} entries: {erased_words(one)}" for one in erased]
    return lines or [f"Since then nothing that the bundle holds was erased, by the log of now {size} entries."]


def _refuse_no_digest(genesis: str | None) -> None:
    """Raise where what was given as a charter's digest is none: that says nothing of the bundle."""
    if genesis is not None and not _DIGEST.fullmatch(genesis):
        message = (
            f"{genesis[:80]!r} is no digest of a charter; give sha256: and 64 hex digits, as pledger status has it."
        )
        raise UsageError(message)


def _roots(path: Path) -> "tuple[Certificate, ...]":
    """Return the certificates of a file; what holds none is the caller's mistake, and says nothing of the bundle."""
    from ledger.tlog.timestamp import ROOTS_LIMIT, parse_roots

    return parse_roots(read_file(path, limit=ROOTS_LIMIT), what=f"The file {path}")


def refuse_no_archive(start: bytes, file: Path) -> None:
    """Make sure that a file begins as a ZIP archive does; of any other kind of file more can be said than of a bad one.

    Raises:
        MalformedError: it does not; the sentence says what to ask for instead.
    """
    if start.startswith(ZIP_START):
        return
    kind = "a report to read" if start.lstrip()[:1] == b"<" else "no ZIP archive at all"
    raise MalformedError(
        f"{file} is not a bundle as it was written, but {kind}; give the .zip that pledger audit -o FILE.zip wrote.",
        path=str(file),
    )


def verify_bundle(
    bundle: BinaryIO,
    *,
    policy: bytes | None,
    genesis: str | None = None,
    public: bool = False,
    deep: bool = False,
    roots: "Sequence[Certificate]" = (),
    printed: "Printed | None" = None,
    faces: "Sequence[Face]" = (),
) -> "Verification":
    """Return what a check of a bundle answers, with this user's pinned policies and this installation's renderer.

    Args:
        printed: the report that the bundle came in.
        faces: fonts at hand beside those that come along.

    Raises:
        MalformedError: the file is no bundle.
    """
    from ledger.audit.verify import verify as check
    from ledger.report.html import render
    from ledger.runtime.rendering import printer
    from ledger.service.software import rendering_software

    lock, once = rendering_software().lock, _once(render)
    found = check(
        bundle, policy=policy, pinned=read_pins(pins_folder()), genesis=genesis, public=public,
        render=once, lock=lock, roots=roots, printed=printed,
        printer=printer(once, lock=lock, faces=faces) if printed is not None else None,
    )  # fmt: skip
    if not deep:
        return found
    if not found.sound:
        return replace(
            found, not_checked=(*found.not_checked, "deep: the raw files of an unsound bundle are not imported")
        )
    from ledger.cli.reimport import reimport

    seen = reimport(bundle)
    findings = (*found.findings, *seen.findings)
    return replace(found, sound=not findings, findings=findings, not_checked=(*found.not_checked, *seen.not_checked))


def _once(render: "Render") -> "Render":
    """Return a renderer that keeps its last report: two steps compare the same one, and its charts take a second."""
    from ledger.runtime.rendering import Rendered

    kept: list[tuple[AuditResult, Software, Rendered]] = []

    def again(result: "AuditResult", software: "Software") -> "Iterable[bytes]":
        if not kept or kept[0][0] is not result or kept[0][1] != software:
            kept[:] = [(result, software, Rendered.of(render(result, software)))]
        return kept[0][2].pieces()

    return again


def verification_lines(found: "Verification") -> list[str]:
    """Return an answer in words; the first line says all that must be read with it."""
    lines = [
        " · ".join(
            (
                "sound" if found.sound else "unsound",
                *(("what is printed was NOT compared with it",) if _is_unprinted(found) else ()),
                f"trust: {found.trust}",
                f"origin: {found.origin or 'unknown'}",
                f"genesis: {found.genesis or 'unknown'}",
            )
        ),
        EXPLAINED[found.trust],
        f"Subjects: {', '.join(found.subjects) or 'none'}.",
        f"View: as of {found.as_of or 'unknown'}, by the first {found.view_size} of {found.size} entries.",
        f"Bundle: {found.statements} statements in {found.members} files.",
    ]
    lines += [
        f"Keys: rotated at entry {one.entry} by {one.approvals} of {one.roots} root keys."
        f"{' The policy names keys from before that, and the log was followed.' if one.is_followed else ''}"
        for one in found.rotations
    ]
    if found.dating.interval is not None:
        lines += [f"Checkpoint, {line}" for line in found.dating.interval.lines()[:-1]]
    if found.dating.roots is not None:
        lines.append(ROOTS[found.dating.roots])
    lines += [
        f"Signed on the PDF by {one.by} (certificate {one.certificate}), at {one.at or 'an unknown moment'} by its own "
        f"word: {'intact' if one.is_intact else 'broken'}, over {'all' if one.is_whole else 'part'} of the file; "
        "whether to trust that certificate is yours to decide."
        for one in found.signatures
    ]
    lines += [f"Not checked: {one}" for one in found.not_checked]
    if "rendering" in found.not_checked:
        lines.append(UNRENDERED)
    lines += [f"Step {one.step}, {one.code}, {one.subject}: {one.sentence}" for one in found.findings]
    return lines
