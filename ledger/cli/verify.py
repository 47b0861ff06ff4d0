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
    from collections.abc import Sequence

    from cryptography.x509 import Certificate

    from ledger.assessment.result import Erased
    from ledger.audit.verification import Verification

EXAMPLES: Final = """\
\b
Examples:
  pledger verify audit.zip --policy ledger.policy    on the word of a policy that you got from the operator
  pledger trust add ledger.policy && pledger verify audit.zip
  pledger verify audit.zip --deep --json             imports the raw figures again, too
  pledger verify audit.zip --tsa root.pem            holds its timestamps against a root that you trust
  pledger verify redacted.zip --public               excuses what a redacted bundle leaves out
  pledger verify audit.zip --ledger mine             says which of it was erased since
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
    "rotations": "each change of the keys that sign checkpoints: `entry`, `approvals` of how many `roots` (root keys), "
    "`followed`: whether the policy names keys from before it",
    "dating": "when `checkpoint` and `entries` came to be, and whose `roots` vouch for timestamps (docs/timestamps.md)",
    "not_checked": "what was left out, and why that is excused",
    "since": (
        "with `--ledger`: `size` of the log now, and `erased`, what the bundle holds and was erased since (`entry`, "
        "`kind`, `subject`, `what`, `by`, `ground`, `reason`); else null"
    ),
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
ROOTS: Final = {
    "given": "Timestamps: by the root of the time-stamping authority that you gave.",
    "self-declared": (
        "Timestamps: by the bundle's own root of a time-stamping authority; give the one that you trust with --tsa."
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
    json: Json = False,
) -> int:  # fmt: skip
    """Check an audit offline: archive, policy, signatures, chain, tree, closure, figures, and the method again."""
    from ledger.cli.fraud import verify_fraud
    from ledger.tlog.fraud import FRAUD_LIMIT, FRAUD_START
    from ledger.tlog.policy import POLICY_LIMIT, parse_policy

    given = read_file(policy, limit=POLICY_LIMIT) if policy is not None else None
    if given is not None:
        parse_policy(given)  # what is no policy is the caller's mistake, and says nothing of the bundle
    roots = [one for path in tsa or () for one in _roots(path)]
    with open_seekable(file) as opened:
        if opened.seekable() and opened.peek(len(FRAUD_START)).startswith(FRAUD_START):
            return verify_fraud(read_file(file, limit=FRAUD_LIMIT), policy=given, json=json)
        if opened.seekable():
            refuse_no_archive(opened.peek(len(ZIP_START)), file)
    with open_seekable(file) as bundle, Progress(f"Verifying {file}"):
        verification = verify_bundle(bundle, policy=given, public=public, deep=deep, roots=roots)
        since = _since(bundle, ledger, policy=given) if ledger is not None and verification.sound else None
    if json:
        from ledger.model.statement import plain

        told = None if since is None else {"size": since[0], "erased": [plain(one) for one in since[1]]}
        answer({**verification.document(), "since": told})
    else:
        say(*verification_lines(verification))
        say(*since_lines(since))
    return 0 if verification.sound else 1


def _since(bundle: BinaryIO, place: str, *, policy: bytes | None) -> "tuple[int, tuple[Erased, ...]]":
    """Return the size of the log as it is now, and what a sound bundle holds that was erased since (R1).

    Raises:
        ConflictError: the log at hand is another one, or older than the bundle.
        ForkError: it does not begin with the entries of the bundle; it carries both checkpoints.
    """
    from ledger.audit.since import checkpoint_of, erased_since
    from ledger.cli.place import open_chosen
    from ledger.runtime import open_source
    from ledger.runtime.settings import CONFIG
    from ledger.service.since import since_on_site

    note = checkpoint_of(bundle)
    if (Path(place) / CONFIG).is_file():
        with open_chosen(Path(place)) as opened:
            found = opened.since(note)
    else:
        found = since_on_site(open_source(place), note, trusted=policy)
    return found.size, erased_since(bundle, found.erasures)


def since_lines(since: "tuple[int, tuple[Erased, ...]] | None") -> list[str]:
    """Return in words what was erased since a bundle was made; nothing where nobody asked."""
    from ledger.audit.emphasis import erased_words

    if since is None:
        return []
    size, erased = since
    lines = [f"Since then, by the log of now {size} entries: {erased_words(one)}" for one in erased]
    return lines or [f"Since then nothing that the bundle holds was erased, by the log of now {size} entries."]


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
    public: bool = False,
    deep: bool = False,
    roots: "Sequence[Certificate]" = (),
) -> "Verification":
    """Return what a check of a bundle answers, with this user's pinned policies and this installation's renderer.

    Raises:
        MalformedError: the file is no bundle.
    """
    from ledger.audit.verify import verify as check
    from ledger.report.html import render
    from ledger.service.software import rendering_software

    lock = rendering_software().lock
    found = check(
        bundle, policy=policy, pinned=read_pins(pins_folder()), public=public, render=render, lock=lock, roots=roots
    )
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
    lines += [
        f"Keys: rotated at entry {one.entry} by {one.approvals} of {one.roots} root keys."
        f"{' The policy names keys from before that, and the log was followed.' if one.is_followed else ''}"
        for one in found.rotations
    ]
    if found.dating.interval is not None:
        lines += [f"Checkpoint, {line}" for line in found.dating.interval.lines()[:-1]]
    if found.dating.roots is not None:
        lines.append(ROOTS[found.dating.roots])
    lines += [f"Not checked: {one}" for one in found.not_checked]
    if "rendering" in found.not_checked:
        lines.append(UNRENDERED)
    lines += [f"Step {one.step}, {one.code}, {one.subject}: {one.sentence}" for one in found.findings]
    return lines
