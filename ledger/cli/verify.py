"""``pledger verify``: somebody's audit, checked by a stranger, offline, in numbered steps (design §2.6).

It asks nobody and writes nothing. What it answers is never just "verified": on whose word it was checked stands on the
first line, with the log's origin and the digest of its charter.
"""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO, Final

import typer

from ledger.cli.file import open_seekable, read_file
from ledger.cli.option import Json
from ledger.cli.output import Progress, answer, say
from ledger.cli.trust import pins_folder, read_pins
from ledger.errors import MalformedError

if TYPE_CHECKING:
    from ledger.audit.verification import Verification

EXAMPLES: Final = """\
\b
Examples:
  pledger verify audit.zip --policy ledger.policy    on the word of a policy that you got from the operator
  pledger trust add ledger.policy && pledger verify audit.zip
  pledger verify audit.zip --deep --json             imports the raw figures again, too
  pledger verify redacted.zip --public               excuses what a redacted bundle leaves out
  pledger verify fork.json --policy ledger.policy    judges a fraud proof, as pledger monitor writes it

\b
The first line says sound or unsound, on whose word (given, pinned, or self-declared: then the bundle only agrees with
itself), and the log's origin and genesis. Exit code 0 where it is sound, 1 where it is not, 3 where it is no bundle.
"""

ANSWER: Final = {
    "sound": "whether nothing is wrong with what was checked",
    "trust": "on whose word: `given`, `pinned` or `self-declared`; never read `sound` without it",
    "origin": "the log's name",
    "genesis": "digest of its charter",
    "checkpoint_size": "number of entries that the checkpoint signs",
    "subjects": "the commitments audited",
    "view": "`size` and `as_of`: what was known (R1)",
    "members": "number of files in the bundle",
    "statements": "number of statements among them",
    "not_checked": "what was left out, and why that is excused",
    "findings": "what is wrong: `code`, `subject`, `sentence`, `step`; docs/verification.md lists the codes",
}
ZIP_START: Final = b"PK"
"""How every ZIP archive begins (APPNOTE.TXT §4.3.7)."""

EXPLAINED: Final = {
    "given": "The policy is the one that you gave.",
    "pinned": "The policy is the one that you pinned for this log.",
    "self-declared": (
        "The policy is the bundle's own: it shows that the bundle agrees with itself, not who made it. "
        "Get the log's policy from its operator, and give it with --policy."
    ),
}
UNRENDERED: Final = (
    "The report in the bundle was not compared with audit.json, which is what was checked: do not rely on its words."
)


def verify(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A bundle, as pledger audit -o FILE.zip writes it.")],
    policy: Annotated[
        Path | None,
        typer.Option("--policy", metavar="FILE", help="The log's policy, from its operator.", show_default=False),
    ] = None,
    public: Annotated[
        bool, typer.Option("--public", help="Excuse what a redacted bundle leaves out; it is listed.")
    ] = False,
    deep: Annotated[bool, typer.Option("--deep", help="Import the raw files again, and compare the figures.")] = False,
    json: Json = False,
) -> int:
    """Check an audit offline: archive, policy, signatures, chain, tree, closure, figures, and the method again."""
    from ledger.cli.fraud import verify_fraud
    from ledger.tlog.fraud import FRAUD_LIMIT, FRAUD_START
    from ledger.tlog.policy import POLICY_LIMIT, parse_policy

    given = read_file(policy, limit=POLICY_LIMIT) if policy is not None else None
    if given is not None:
        parse_policy(given)  # what is no policy is the caller's mistake, and says nothing of the bundle
    with open_seekable(file) as opened:
        if opened.seekable() and opened.peek(len(FRAUD_START)).startswith(FRAUD_START):
            return verify_fraud(read_file(file, limit=FRAUD_LIMIT), policy=given, json=json)
        if opened.seekable():
            refuse_no_archive(opened.peek(len(ZIP_START)), file)
    with open_seekable(file) as bundle, Progress(f"Verifying {file}"):
        verification = verify_bundle(bundle, policy=given, public=public, deep=deep)
    if json:
        answer(verification.document())
    else:
        say(*verification_lines(verification))
    return 0 if verification.sound else 1


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
    bundle: BinaryIO, *, policy: bytes | None, public: bool = False, deep: bool = False
) -> "Verification":
    """Return what a check of a bundle answers, with this user's pinned policies and this installation's renderer.

    Raises:
        MalformedError: the file is no bundle.
    """
    from ledger.audit.verify import verify as check
    from ledger.report.html import render
    from ledger.service.software import rendering_software

    lock = rendering_software().lock
    found = check(bundle, policy=policy, pinned=read_pins(pins_folder()), public=public, render=render, lock=lock)
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


def verification_lines(found: "Verification") -> list[str]:
    """Return an answer in words; the first line says all that must be read with it."""
    lines = [
        " · ".join(
            (
                "sound" if found.sound else "unsound",
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
    lines += [f"Not checked: {one}" for one in found.not_checked]
    if "rendering" in found.not_checked:
        lines.append(UNRENDERED)
    lines += [f"Step {one.step}, {one.code}, {one.subject}: {one.sentence}" for one in found.findings]
    return lines
