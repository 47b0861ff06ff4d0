"""``pledger key appoint|approve|public``: the root keys say who runs the log from here on (design §2.2, §5).

Root keys are offline, so this may take three machines: one drafts, each root key's holder approves, and the operator
who is appointed publishes. Where the root keys lie beside the ledger, ``appoint`` does all of it at once.
"""

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from ledger.cli.file import read_file, write_file
from ledger.cli.option import Json, LedgerDirectory
from ledger.cli.output import answer, note, say
from ledger.cli.place import open_chosen, open_here, passphrase
from ledger.errors import NotFoundError, UsageError

if TYPE_CHECKING:
    from ledger.model.statement import KeyStatement
    from ledger.runtime import Ledger
    from ledger.runtime.appointment import Changes
    from ledger.signing.key import PublicKey, Signer

DRAFT_LIMIT: Final = 1 << 20
"""The most bytes of a draft, or of a file of approvals: as many as a statement may have."""

PUBLIC_LIMIT: Final = 1 << 16
"""The most bytes that a file with a public key may have."""

APPOINT: Final = """\
\b
Examples:
  pledger key new ed-2 && pledger key new ml-2 --algorithm ML-DSA-44
  pledger key appoint --checkpoint ed-2 --checkpoint ml-2          root keys are here: done at once
  pledger key appoint --operator mine --checkpoint ed --checkpoint ml --draft hand-over.json
  pledger key appoint hand-over.json --approval one.jws --approval two.jws
  pledger key appoint --root root-2.jwk --root root-3.jwk --root root-4.jwk --threshold 2 --draft new-roots.json
"""
APPROVE: Final = """\
\b
Examples:
  pledger key approve hand-over.json --key /media/stick/root.pem -o one.jws    on a machine without a ledger
  pledger key approve hand-over.json --key root -o one.jws                     a key of the ledger's own
"""
PUBLIC: Final = """\
\b
Examples:
  pledger key public /media/stick/root-2.pem -o root-2.jwk
  pledger key public statistics --json
"""

ANSWERS: Final = {
    "appoint": {
        "entry": "index of the key statement; null where only a draft was written",
        "statement": "its digest; null likewise",
        "draft": "path of the draft that was written, or null",
        "approvals": "thumbprints of the root keys that approved it",
        "log_keys": "the verifier keys that sign checkpoints from then on, for witnesses and policies",
    },
    "approve": {
        "kid": "thumbprint of the key that approves",
        "approval": "a compact JWS",
        "file": "where it is, or null",
    },
    "public": {"kid": "its thumbprint", "jwk": "the public key as a JWK", "file": "where it was written, or null"},
}


class AnswerAfter(StrEnum):
    """When a receipt is given: once its entry is committed, or once the quorum has cosigned (design §2.2)."""

    COMMIT = "commit"
    QUORUM = "quorum"


def appoint(
    file: Annotated[
        Path | None,
        typer.Argument(metavar="FILE", help="A draft that was written before: publish it.", show_default=False),
    ] = None,
    *,
    operator: Annotated[
        str | None, typer.Option("--operator", metavar="NAME", help="The new operator's key.", show_default=False)
    ] = None,
    root: Annotated[
        list[str] | None,
        typer.Option(
            "--root", metavar="NAME|FILE", show_default=False,
            help="A root key from then on: of the ledger's keys, or a JWK or PEM; all of them are named.",
        ),
    ] = None,
    threshold: Annotated[
        int | None,
        typer.Option("--threshold", metavar="K", min=1, max=20, help="How many root keys approve.", show_default=False),
    ] = None,
    checkpoint: Annotated[
        list[str] | None,
        typer.Option(
            "--checkpoint", metavar="NAME", show_default=False,
            help="A key that signs checkpoints from then on; given twice, an Ed25519 and an ML-DSA-44 one.",
        ),
    ] = None,
    quorum: Annotated[
        int | None,
        typer.Option(
            "--quorum", metavar="K", min=0, max=100, help="How many witnesses must cosign.", show_default=False
        ),
    ] = None,
    answer_after: Annotated[
        AnswerAfter | None, typer.Option("--answer-after", help="When a receipt is given.", show_default=False)
    ] = None,
    holder: Annotated[
        str | None, typer.Option("--holder", metavar="TEXT", help="The office that operates.", show_default=False)
    ] = None,
    reason: Annotated[
        str | None, typer.Option("--reason", metavar="TEXT", help="Why; it is published.", show_default=False)
    ] = None,
    draft: Annotated[
        Path | None,
        typer.Option(
            "--draft", metavar="OUT", help="Write what the root keys are to approve, and stop.", show_default=False
        ),
    ] = None,
    approval: Annotated[
        list[Path] | None,
        typer.Option("--approval", metavar="FILE", help="An approval; may be given several times.", show_default=False),
    ] = None,
    ledger: LedgerDirectory = None,
    json: Json = False,
) -> None:  # fmt: skip
    """Appoint the operator, the root keys or the checkpoint keys from here on, on the word of the root keys."""
    asked = (operator, root, threshold, checkpoint, quorum, answer_after, holder, reason)
    if file is not None and any(one is not None for one in (*asked, draft)):
        raise UsageError("A draft says what it changes; give FILE with --approval alone, or the options without FILE.")
    with open_here(ledger, what="an appointment") as opened:
        if file is not None:
            payload = read_file(file, limit=DRAFT_LIMIT)
        else:
            changes = _changes(
                opened, operator=operator, root=root, threshold=threshold, checkpoint=checkpoint, quorum=quorum,
                answer_after=answer_after, holder=holder, reason=reason,
            )  # fmt: skip
            payload = opened.draft_appointment(changes)
        if draft is not None:
            write_file(draft, payload)
            _tell_draft(opened, payload, draft, json=json)
            return
        _publish(opened, payload, [text for path in approval or () for text in _approvals(path)], json=json)


def approve(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The draft, as key appoint --draft wrote it.")],
    key: Annotated[
        str, typer.Option("--key", metavar="FILE|NAME", help="The root key: its file, or its name in the ledger.")
    ],
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="OUT", help="Write it there; else it is printed.", show_default=False),
    ] = None,
    ledger: LedgerDirectory = None,
    json: Json = False,
) -> None:
    """Approve a draft with a root key, and say what it changes; it needs no ledger."""
    from ledger.runtime.appointment import approve as sign
    from ledger.runtime.appointment import read_draft

    payload = read_file(file, limit=DRAFT_LIMIT)
    statement = read_draft(payload)
    signer = _signer(key, ledger)
    made = sign(payload, signer)
    if output is not None:
        write_file(output, f"{made}\n".encode())
    if json:
        answer({"kid": signer.kid, "approval": made, "file": None if output is None else str(output)})
        return
    note(*_words(statement))
    say(made if output is None else f"The key {signer.kid} approves it; the approval is in {output}.")


def public(
    key: Annotated[str, typer.Argument(metavar="FILE|NAME", help="A key file, or a key's name in the ledger.")],
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="OUT", help="Write it there; else it is printed.", show_default=False),
    ] = None,
    ledger: LedgerDirectory = None,
    json: Json = False,
) -> None:
    """Give the public half of a key as a JWK, for whoever is to name it."""
    from ledger.signing.canonical import format_json

    found = _signer(key, ledger).public
    raw = format_json(found.jwk)
    if output is not None:
        write_file(output, raw + b"\n")
    if json:
        answer({"kid": found.kid, "jwk": found.jwk, "file": None if output is None else str(output)})
        return
    say(raw.decode() if output is None else f"The public key {found.kid} is in {output}.")


def read_public(path: Path) -> "PublicKey":
    """Return the public key of a file, a JWK or PEM.

    Raises:
        MalformedError: it holds something else, or a weak key.
    """
    from ledger.signing.canonical import parse_json
    from ledger.signing.key import PublicKey

    raw = read_file(path, limit=PUBLIC_LIMIT)
    what = f"public key {path}"
    if raw.lstrip().startswith(b"{"):
        return PublicKey.from_jwk(parse_json(raw, what=what), what=what)
    return PublicKey.from_pem(raw, what=what)


def _changes(
    opened: "Ledger",
    *,
    operator: str | None,
    root: Sequence[str] | None,
    threshold: int | None,
    checkpoint: Sequence[str] | None,
    quorum: int | None,
    answer_after: AnswerAfter | None,
    holder: str | None,
    reason: str | None,
) -> "Changes":
    """Return what the options ask to change, their keys read."""
    from ledger.runtime.appointment import Changes

    return Changes(
        operator=None if operator is None else opened.keyring.get(operator),
        roots=tuple(_root(opened, one) for one in root) if root else None,
        threshold=threshold,
        checkpoint=_pair(opened, checkpoint) if checkpoint else None,
        quorum=quorum,
        answer_after=None if answer_after is None else answer_after.value,
        holder=holder,
        reason=reason,
    )


def _root(opened: "Ledger", named: str) -> "PublicKey":
    if named in opened.keyring.names():
        return opened.keyring.get(named).public
    if not Path(named).is_file():
        raise NotFoundError(f"There is no key {named} in {opened.keyring.directory}, and no file of that name.")
    return read_public(Path(named))


def _pair(opened: "Ledger", names: Sequence[str]) -> "tuple[Signer, Signer]":
    """Return the two checkpoint keys, in the order of their lines."""
    found = {key.algorithm: key for key in map(opened.keyring.get, names)}
    if len(names) != 2 or set(found) != {"Ed25519", "ML-DSA-44"}:
        raise UsageError("Two keys sign checkpoints; give --checkpoint twice, an Ed25519 key and an ML-DSA-44 key.")
    return found["Ed25519"], found["ML-DSA-44"]


def _signer(named: str, ledger: Path | None) -> "Signer":
    """Return the key of a file, or of a name in the ledger."""
    from ledger.runtime import open_key

    if Path(named).is_file():
        return open_key(Path(named), passphrase())
    with open_chosen(ledger) as opened:
        return opened.keyring.get(named)


def _approvals(path: Path) -> list[str]:
    """Return the approvals in a file, one or several with white space between them."""
    return read_file(path, limit=DRAFT_LIMIT).decode("ascii", "replace").split()


def _publish(opened: "Ledger", payload: bytes, approvals: Sequence[str], *, json: bool) -> None:
    """Publish an appointment, approved by the root keys that lie here too."""
    from ledger.runtime.appointment import approve as sign
    from ledger.runtime.appointment import approving_keys, read_draft

    here = approving_keys(opened.keyring, opened.authority(), read_draft(payload))
    receipt = opened.appoint(payload, [*approvals, *(sign(payload, key) for key in here)])
    tenure = opened.authority().tenure
    count, roots = tenure.approved
    if json:
        answer({
            "entry": receipt.index, "statement": receipt.statement, "draft": None,
            "approvals": _approvers(opened, receipt.index), "log_keys": _vkeys(opened),
        })  # fmt: skip
        return
    say(
        f"Appointed by {count} of {roots} root keys (entry {receipt.index}, {receipt.statement}).",
        f"  operator  {tenure.operator.kid}",
        *(f"  log key   {key}" for key in _vkeys(opened)),
        "These log keys sign from now on: give them to your witnesses, and the ledger's policy to whoever verifies.",
    )


def _tell_draft(opened: "Ledger", payload: bytes, path: Path, *, json: bool) -> None:
    from ledger.runtime.appointment import read_draft

    statement = read_draft(payload)
    keys = _named_vkeys(opened, statement)
    if json:
        answer({"entry": None, "statement": None, "draft": str(path), "approvals": [], "log_keys": keys})
        return
    say(
        *_words(statement),
        f"The draft is in {path}; each root key's holder approves it: pledger key approve {path} --key FILE -o OUT",
        *(f"  log key   {key} (witnesses need to know it before it signs)" for key in keys),
        f"Then publish it, where the new keys are: pledger key appoint {path} --approval OUT…",
    )


def _words(statement: "KeyStatement") -> list[str]:
    """Return what an appointment changes, for those who are to approve it."""
    from ledger.model.statement import plain
    from ledger.signing.key import PublicKey

    body = statement.body
    anchor = "nothing" if statement.anchor is None else f"{statement.anchor.size} entries"
    lines = [
        f"An appointment for the ledger {statement.genesis}, drafted {statement.issued} on {anchor}.",
        f"  follows   {body.follows}",
        f"  operator  {statement.subject}{'' if body.jwk is not None else ' (as before)'}",
    ]
    named = [("root key", jwk) for jwk in body.root or ()] + [("log key", jwk) for jwk in body.checkpoint or ()]
    lines += [f"  {what:<9} {PublicKey.from_jwk(plain(jwk)).kid}" for what, jwk in named]
    rules = {"threshold": body.threshold, "quorum": body.quorum, "answer after": body.answer_after}
    lines += [f"  {name:<9} {value}" for name, value in rules.items() if value is not None]
    return lines


def _approvers(opened: "Ledger", index: int) -> list[str]:
    from ledger.model.statement import KeyStatement, parse_statement
    from ledger.signing.envelope import APPROVAL, STATEMENT, open_envelope

    statement = parse_statement(open_envelope(opened.statement(index), typ=STATEMENT).payload)
    if not isinstance(statement, KeyStatement):
        message = "the entry of an appointment is something else"
        raise AssertionError(message)
    return [open_envelope(text.encode("ascii"), typ=APPROVAL).kid for text in statement.body.approvals]


def _vkeys(opened: "Ledger") -> list[str]:
    from ledger.tlog.note import format_verifier_key

    return [format_verifier_key(key) for key in opened.log_keys()]


def _named_vkeys(opened: "Ledger", statement: "KeyStatement") -> list[str]:
    """Return the verifier keys that a draft appoints; those in force, where it leaves them."""
    from ledger.model.statement import plain
    from ledger.signing.key import PublicKey
    from ledger.tlog.checkpoint import log_keys
    from ledger.tlog.note import format_verifier_key

    if statement.body.checkpoint is None:
        return _vkeys(opened)
    first, second = (PublicKey.from_jwk(plain(jwk)) for jwk in statement.body.checkpoint)
    return [format_verifier_key(key) for key in log_keys(opened.origin, ed25519=first, mldsa=second)]
