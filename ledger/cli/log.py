"""``pledger log``: what the log holds, whether it is what was signed, and proofs and copies of it for others."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, cast

import typer

from ledger.cli import cosign, stamp
from ledger.cli.file import read_file, write_file
from ledger.cli.option import Json, LedgerDirectory, StoreAddress
from ledger.cli.output import Progress, answer, say, table
from ledger.cli.place import chosen_place, open_chosen, passphrase
from ledger.cli.trust import pins_folder, read_pins
from ledger.errors import NotFoundError, UsageError
from ledger.report.document import (
    consistency_document,
    entry_document,
    hash_text,
    header_document,
    proof_document,
    receipt_document,
)

if TYPE_CHECKING:
    from ledger.runtime import Ledger
    from ledger.service.check import Checked
    from ledger.service.site import Source

ANSWERS: Final = {
    "show": {
        "origin": "the log's name",
        "genesis": "digest of its charter",
        "size": "number of entries",
        "root": "of the tree over them",
        "checkpoint": "the last one, as signed",
        "entries": "the headers listed (design §2.3)",
    },
    "show ENTRY": {
        "header": "as logged",
        "leaf": "its hash in the tree",
        "jws": "the statement as signed; null where it was erased",
        "payload": "what it says",
        "interval": "between which moments it came to be: `received`, `not_before`, `not_after`, `dates`, "
        "`received_inside`; null where unknown",
        "erased": "what was erased of it: each `what`, `by` (the erasure's entry), `ground`, `reason`",
        "unreproducible": (
            "of a determination or an audit: what it could rest on and was erased after it, so that its digest is "
            "another now; each `entry`, `statement`, `kind`, `subject` and the members of `erased`"
        ),
    },
    "check": {
        "sound": "whether nothing is wrong",
        "size": "number of entries read",
        "root": "recomputed over them",
        "checkpoints": "number verified",
        "erased": "number of statements that logged erasures removed",
        "unlisted": "number of findings beyond those listed",
        "findings": "in the order of the entries: `code`, `subject`, `sentence`, `source`",
    },
    "prove ENTRY": {
        "entry": "its index",
        "header": "as logged",
        "inclusion": "hashes from the leaf's sibling up to the root's child",
        "checkpoint": "that they lead to, as signed",
        "proof": "all of it as a C2SP tlog-proof",
        "written": "path of the file it was written to, or null",
    },
    "prove --consistent-with N": {
        "old": "number of entries before",
        "new": "number of entries now",
        "consistency": "the proof (RFC 6962 §2.1.2)",
        "written": "path of the file it was written to, or null",
    },
    "index": {
        "entry": "of the index statement",
        "size": "number of entries that the index covers",
        "root": "of the sorted tree over them, base64url",
        "receipt": "of the statement",
    },
    "export DIR": {
        "directory": "where the site is",
        "origin": "the log's name",
        "size": "number of entries that the site covers",
        "root": "of the tree over them",
        "before": "number of entries that it covered before",
        "statements": "number of statements written",
        "files": "number of other files written",
        "withheld": "digests of files that stay behind, by their publisher's licence or an erasure",
    },
    "cosign": cosign.ANSWER,
    "stamp": stamp.ANSWER,
    "import DIR": {
        "directory": "where the ledger is",
        "origin": "the log's name",
        "genesis": "digest of its charter",
        "trust": "on whose word: `given`, `pinned` or `self-declared`",
        "size": "number of entries",
        "root": "of the tree over them",
        "statements": "number of statements held",
        "erased": "number of statements that logged erasures removed",
        "files": "number of files held",
        "withheld": "digests of files that the site keeps back",
        "writable": "whether key files were copied, so that the ledger can be written",
        "timestamps": "those carried over: number `held`, whether `checked` here, and `refused`: what was left out",
    },
}

SHOW: Final = """\
\b
Examples:
  pledger log show                 the head, and the last 20 entries
  pledger log show --from 0        from the first entry on
  pledger log show 12              one entry, with its statement
"""
CHECK: Final = """\
\b
Examples:
  pledger log check
  pledger log check --json   (exit code 1 where something is wrong; the first finding names the first wrong entry)
"""
PROVE: Final = """\
\b
Examples:
  pledger log prove 12 -o entry-12.tlog-proof     that entry 12 is in the log
  pledger log prove sha256:…                      the same, by the statement's digest
  pledger log prove --consistent-with 41 --json   that the log now begins with the log of 41 entries
"""

EXPORT: Final = """\
\b
Examples:
  pledger log export site               all that a server would serve, as files
  pledger log export site               again: only what is new is written, the checkpoint last
  pledger log export handover --restricted    for a successor: raw files too that may not be published
"""
INDEX: Final = """\
\b
Examples:
  pledger log index    before auditing in a log of more than 50,000 entries, and again after as many more

\b
The root covers every entry so far. An audit of a long log then carries, instead of all headers, those that belong to
it and a proof that there are no others; docs/completeness.md says how, and what it rests on.
"""
IMPORT: Final = """\
\b
Examples:
  pledger log import site --ledger copy                        a read-only ledger, to the identical root
  pledger log import site --ledger copy --policy ledger.policy
  pledger log import https://ledger.example/log --ledger copy
  pledger log import site --ledger moved --keys old/keys       the same operator, elsewhere

\b
Everything is verified: bundles, chain, tiles, tree, both signatures of the checkpoint, and every statement, its
signature and its role. Nothing is left where something is wrong.
"""

SHOWN: Final = 20
"""Entries that are listed where nobody says from which on."""

Entry = Annotated[
    str | None, typer.Argument(metavar="ENTRY", help="An index, or a statement's digest.", show_default=False)
]


def commands() -> typer.Typer:
    """Return the commands of ``pledger log``."""
    made = typer.Typer(name="log", help="Look into the log, check it, prove from it.")
    made.command("show", epilog=SHOW)(show)
    made.command("check", epilog=CHECK)(check)
    made.command("prove", epilog=PROVE)(prove)
    made.command("index", epilog=INDEX)(index)
    made.command("export", epilog=EXPORT)(export)
    made.command("import", epilog=IMPORT)(import_)
    made.command("cosign", epilog=cosign.EXAMPLES)(cosign.cosign)
    made.command("stamp", epilog=stamp.EXAMPLES)(stamp.stamp)
    return made


def show(
    entry: Entry = None,
    first: Annotated[
        int | None, typer.Option("--from", metavar="N", min=0, help="First entry to list.", show_default=False)
    ] = None,
    last: Annotated[
        int | None, typer.Option("--to", metavar="N", min=0, help="Last entry to list.", show_default=False)
    ] = None,
    ledger: LedgerDirectory = None,
    json: Json = False,
) -> None:
    """Show the head of the log and its entries, or one entry with its statement."""
    with open_chosen(ledger) as opened:
        if entry is not None:
            _show_entry(opened, entry_index(opened, entry), json=json)
            return
        checkpoint = opened.checkpoint()
        start = first if first is not None else max(0, checkpoint.size - SHOWN)
        stop = min(checkpoint.size, last + 1) if last is not None else checkpoint.size
        headers = [header_document(raw) for raw in opened.headers(start, max(start, stop))]
        note = opened.head().checkpoint.decode("utf-8")
    if json:
        answer({
            "origin": opened.origin, "genesis": opened.genesis, "size": checkpoint.size,
            "root": hash_text(checkpoint.root), "checkpoint": note, "entries": headers,
        })  # fmt: skip
        return
    say(
        f"{opened.origin}: {checkpoint.size} entries",
        f"  genesis {opened.genesis}",
        f"  root    {hash_text(checkpoint.root)}",
    )
    table(
        ("Entry", "Received", "Kind", "Subject", "Author"),
        [
            (
                str(one["index"]),
                str(one["received"]),
                str(one["kind"]),
                str(one["subject"]),
                f"{str(one['author'])[:12]}…",
            )
            for one in headers
        ],
        whole=("Entry", "Received"),
    )


def check(ledger: LedgerDirectory = None, json: Json = False) -> int:
    """Recompute everything from the bytes, by other means than those that wrote it, and name what is wrong.

    Every header, hash, signature, role, checkpoint and file is checked; the first finding names the first wrong entry.
    """
    from ledger.runtime import check_ledger
    from ledger.runtime.settings import address_of
    from ledger.service.pool import READERS, pool

    place = chosen_place(ledger)
    with pool(preload=READERS, is_shared=True) as executor, Progress(f"Checking {place}") as progress:
        if address_of(place) is None:
            checked = check_ledger(place, progress=progress, executor=executor)
        else:
            with open_chosen(place) as opened:
                checked = opened.check(progress=progress, executor=executor)
    if json:
        answer(_checked_document(checked))
    else:
        _say_checked(checked)
    return 0 if checked.is_sound else 1


def prove(
    entry: Entry = None,
    consistent_with: Annotated[
        int | None,
        typer.Option(
            "--consistent-with", metavar="N", min=1, show_default=False,
            help="Prove that the log begins with the log of N entries, instead of proving an entry.",
        ),
    ] = None,
    size: Annotated[
        int | None,
        typer.Option(
            "--size", metavar="N", min=1, help="Under the checkpoint of N entries; else the last.", show_default=False
        ),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write the proof there.", show_default=False)
    ] = None,
    ledger: LedgerDirectory = None,
    json: Json = False,
) -> None:  # fmt: skip
    """Prove that an entry is in the log (a C2SP tlog-proof), or that the log still begins as it once was."""
    if (entry is None) == (consistent_with is None):
        raise UsageError("Name what is to be proved: either an ENTRY, or --consistent-with N.")
    with open_chosen(ledger) as opened:
        if entry is not None:
            _prove_entry(opened, entry_index(opened, entry), size=size, output=output, json=json)
        elif consistent_with is not None:
            _prove_consistency(opened, old=consistent_with, new=size, output=output, json=json)


def index(ledger: LedgerDirectory = None, json: Json = False) -> None:
    """Log the root of the completeness index, by which audits of a long log show that they leave nothing out."""
    with open_chosen(ledger) as opened, Progress(f"Sorting {opened.origin}"):
        receipt, body = opened.index()
    if json:
        answer({"entry": receipt.index, "size": body.size, "root": body.root, "receipt": receipt_document(receipt)})
        return
    say(
        f"Entry {receipt.index} logs the completeness index of the first {body.size} entries.",
        f"  root {body.root}",
    )


def export(
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="New, empty, or of an earlier export.")],
    restricted: Annotated[
        bool, typer.Option("--restricted", help="With files that their licence keeps from being published.")
    ] = False,
    ledger: LedgerDirectory = None,
    json: Json = False,
) -> None:
    """Write the log as a static site: what a server would serve, for any web server or bucket to host.

    Run it again after new entries, as often as you like; full tiles are never rewritten, and the checkpoint comes last.
    """
    with open_chosen(ledger) as opened, Progress(f"Exporting {opened.origin}") as progress:
        found = opened.export_log(directory, restricted=restricted, progress=progress)
    if json:
        answer({
            "directory": str(directory), "origin": found.checkpoint.origin, "size": found.size,
            "root": hash_text(found.checkpoint.root), "before": found.before, "statements": found.statements,
            "files": found.blobs, "withheld": list(found.withheld),
        })  # fmt: skip
        return
    say(
        f"{directory} covers {found.size} entries of {found.checkpoint.origin}; it had {found.before}.",
        f"  root {hash_text(found.checkpoint.root)}",
        f"  written: {found.statements} statements, {found.blobs} other files",
        *(f"  stays behind by its licence: {digest}" for digest in found.withheld),
    )


def import_(
    source: Annotated[str, typer.Argument(metavar="DIR", help="A static site: a directory, or an http(s) address.")],
    ledger: Annotated[
        Path, typer.Option("--ledger", metavar="NEW", help="Empty or new directory; it becomes the ledger.")
    ] = ...,  # type: ignore[assignment]  # how typer says that an option has to be given
    policy: Annotated[
        Path | None,
        typer.Option("--policy", metavar="FILE", help="The log's policy, from its operator.", show_default=False),
    ] = None,
    keys: Annotated[
        Path | None,
        typer.Option("--keys", metavar="DIR", help="Copy these key files, to go on writing.", show_default=False),
    ] = None,
    store: StoreAddress = None,
    json: Json = False,
) -> None:
    """Rebuild a ledger from its static site alone, everything verified, to the identical root; read-only without keys.

    The policy is the one given, else the one pinned for the log, else the site's own: that is only its own word.
    """
    from ledger.runtime import import_log, open_source

    place = open_source(source)
    trust, trusted = chosen_policy(place, policy)
    with Progress(f"Importing {source}") as progress:
        found = import_log(
            place, ledger, policy=trusted, keys=keys, passphrase=passphrase(), progress=progress, store=store
        )
    checkpoint, genesis = found.front.checkpoint, found.front.authority.genesis
    if json:
        answer({
            "directory": str(ledger), "origin": checkpoint.origin, "genesis": genesis, "trust": trust,
            "size": checkpoint.size, "root": hash_text(checkpoint.root), "statements": found.statements,
            "erased": found.erased, "files": found.files, "withheld": list(found.withheld),
            "writable": keys is not None, "timestamps": found.timestamps.document(),
        })  # fmt: skip
        return
    say(
        f"The ledger {checkpoint.origin} is in {ledger}, rebuilt and verified; trust: {trust}.",
        f"  size    {checkpoint.size} entries",
        f"  genesis {genesis}",
        f"  root    {hash_text(checkpoint.root)}",
        f"  held: {found.statements} statements, {found.files} other files; erased: {found.erased} statements",
        *(f"  kept back by its site: {digest}" for digest in found.withheld),
        *found.timestamps.lines(),
        "It can be read only; its operator's keys make it writable, or keys that its root keys appoint (key appoint)."
        if keys is None
        else "Its key files were copied: stop the old ledger before you write to this one.",
    )


def chosen_policy(source: "Source", given: Path | None) -> "tuple[str, bytes | None]":
    """Return on whose word a site's log is taken, and that policy; none where it is only the site's own."""
    from ledger.service.site import CHECKPOINT, read_whole
    from ledger.tlog.checkpoint import parse_checkpoint
    from ledger.tlog.note import NOTE_LIMIT, parse_note
    from ledger.tlog.policy import POLICY_LIMIT

    if given is not None:
        return "given", read_file(given, limit=POLICY_LIMIT)
    pins = read_pins(pins_folder())
    note = read_whole(source, CHECKPOINT, limit=NOTE_LIMIT) if pins else None
    pinned = None if note is None else pins.get(parse_checkpoint(parse_note(note).text).origin)
    return ("self-declared", None) if pinned is None else ("pinned", pinned)


def _prove_entry(opened: "Ledger", index: int, *, size: int | None, output: Path | None, json: bool) -> None:
    from ledger.tlog.proof import format_proof

    proof = opened.prove(index, size=size)
    raw = format_proof(proof)
    if output is not None:
        write_file(output, raw)
    if json:
        written = str(output) if output is not None else None
        answer({**proof_document(proof, opened.entry(index)), "written": written})
    elif output is not None:
        say(f"The proof of entry {index} is in {output}.")
    else:
        say(*raw.decode("utf-8").removesuffix("\n").split("\n"))


def _prove_consistency(opened: "Ledger", *, old: int, new: int | None, output: Path | None, json: bool) -> None:
    upto = new if new is not None else opened.head().size
    if old > upto:
        raise UsageError(f"The log of {upto} entries cannot begin with one of {old}; name a smaller one.")
    told = consistency_document(old, upto, opened.prove_consistency(old, upto))
    hashes = cast("list[str]", told["consistency"])
    if output is not None:
        write_file(output, "".join(f"{one}\n" for one in hashes).encode())
    if json:
        answer({**told, "written": str(output) if output is not None else None})
    elif output is not None:
        say(f"The proof from {old} to {upto} entries is in {output}.")
    else:
        say(f"From {old} to {upto} entries (RFC 6962 §2.1.2), {len(hashes)} hashes:", *(f"  {one}" for one in hashes))


def _show_entry(opened: "Ledger", index: int, *, json: bool) -> None:
    from ledger.audit.emphasis import erased_words
    from ledger.model.wording import describe
    from ledger.service.scene import read_said

    row = next(iter(opened.rows(index, index + 1)), None)
    if row is None:
        size = opened.head().size
        raise NotFoundError(f"There is no entry {index}; the log has {size}, from 0 to {size - 1}.", entry=index)
    erased, since, interval = opened.erased_of(index), opened.erased_since(index), opened.interval(index)
    if json:
        answer(entry_document(row, interval, erased=erased, since=since))
        return
    said, header = read_said(row), header_document(row.header)
    say(*(f"{name:9} {value}" for name, value in header.items()), f"{'leaf':9} {hash_text(row.leaf)}", "")
    say("Interval", *(f"  {line}" for line in interval.lines()), "")
    say(*(describe(said.statement) if said is not None else ["The statement was erased; its header and proofs stand."]))
    say(*map(erased_words, erased))
    if since:
        say("Its digest can no longer be reproduced, as what it could rest on was erased after it:")
        say(*(f"  {erased_words(one)}" for one in since))


def _say_checked(checked: "Checked") -> None:
    verdict = "sound" if checked.is_sound else "unsound"
    say(
        f"{verdict}: {checked.size} entries, {checked.checkpoints} checkpoints, {checked.erased} erased statements",
        f"  root recomputed {hash_text(checked.root)}",
    )
    say(*(f"  {one.code}, {one.subject}: {one.sentence}" for one in checked.findings))
    if checked.unlisted:
        say(f"  and {checked.unlisted} further findings")


def _checked_document(checked: "Checked") -> dict[str, object]:
    return {
        "sound": checked.is_sound, "size": checked.size, "root": hash_text(checked.root),
        "checkpoints": checked.checkpoints, "erased": checked.erased, "unlisted": checked.unlisted,
        "findings": [
            {"code": one.code, "subject": one.subject, "sentence": one.sentence, "source": one.source}
            for one in checked.findings
        ],
    }  # fmt: skip


def entry_index(opened: "Ledger", entry: str) -> int:
    """Return the index that an argument means: a number, or the digest of a statement."""
    if entry.isascii() and entry.isdigit() and len(entry) < 18:
        return int(entry)
    index = opened.index_of(entry)
    if index is None:
        raise NotFoundError(f"There is no statement {entry} in this ledger; mend the digest.", statement=entry)
    return index
