"""``pledger monitor``: follows a log and whoever else shows it, and turns what contradicts itself into a fraud proof.

The first source is the log, the others are its mirrors, or files that somebody holds: checkpoints, receipts, proofs,
and bundles of audits, whose completeness proofs are held against the log's own entries.
What was seen is remembered from one round to the next, so that a log which turns back is found by whoever watched it.
"""

import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final
from urllib.parse import quote

import typer

from ledger.cli.file import open_seekable, read_file, write_file
from ledger.cli.option import Json
from ledger.cli.output import Progress, answer, say
from ledger.cli.trust import pins_folder, read_pins
from ledger.errors import ConflictError, MalformedError, NotFoundError, PledgerError, RefusedError, UsageError

if TYPE_CHECKING:
    from ledger.assessment.authority import Authority
    from ledger.service.monitor import Carried, Promised, Shown, Tree, Watched
    from ledger.tlog.checkpoint import KeysAt
    from ledger.tlog.fraud import FraudProof
    from ledger.tlog.note import VerifierKey
    from ledger.tlog.policy import Policy
    from ledger.tlog.proof import Receipt

EXAMPLES: Final = """\
\b
Examples:
  pledger monitor https://ledger.example/log --policy ledger.policy --state seen
  pledger monitor my-ledger mirror-1 mirror-2             a ledger of your own, and two copies of it
  pledger monitor site receipt.json                       and is what I have a receipt for still there?
  pledger monitor site --statements --state seen          and is each new statement served, or erased by its own log?
  pledger monitor site --every 600 --state seen           again every ten minutes, until interrupted

\b
Witnesses of the policy that have an address are asked for the checkpoint that they cosigned last. What contradicts
itself becomes a file in --output, which pledger verify FILE judges offline. Exit code 0 where nothing is wrong, else 1.
"""

ANSWER: Final = {
    "sound": "whether nothing is wrong",
    "trust": "on whose word the keys are the log's: `given`, `pinned` or `self-declared`",
    "origin": "the log's name",
    "size": "number of entries of the largest tree that is not in doubt, or null",
    "entries": "number of new entries that were read",
    "sightings": "each checkpoint that was shown: `source`, `size`, `root`, `signers`",
    "findings": "what is wrong: `code`, `subject`, `sentence`, `source`",
    "proofs": "paths of the fraud proofs that were written",
}

ZIP_START: Final = b"PK"
"""How a bundle begins, as every ZIP archive does."""

FILE_LIMIT: Final = 1 << 24
"""The most bytes that are read of a file of receipts."""


def monitor(
    sources: Annotated[
        list[str],
        typer.Argument(
            metavar="SOURCE...", help="The log: a ledger, a static site or its address; then mirrors, receipts."
        ),
    ],
    policy: Annotated[
        Path | None,
        typer.Option(
            "--policy", metavar="FILE", show_default=False,
            help="The log's policy; else the one pinned for it, else its own.",
        ),
    ] = None,
    witness: Annotated[
        list[str] | None,
        typer.Option(
            "--witness", metavar="URL", show_default=False,
            help="A further witness to be asked, by its monitoring prefix; may be repeated.",
        ),
    ] = None,
    state: Annotated[
        Path | None,
        typer.Option("--state", metavar="DIR", help="Remember there what was seen.", show_default=False),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", metavar="DIR", show_default=False,
            help="Write fraud proofs there; else where it remembers, else here.",
        ),
    ] = None,
    statements: Annotated[
        bool,
        typer.Option(
            "--statements", help="Look too whether the log serves each new statement, or says that it erased it."
        ),
    ] = False,
    every: Annotated[
        int | None,
        typer.Option("--every", metavar="SECONDS", min=1, help="Look again and again.", show_default=False),
    ] = None,
    json: Json = False,
) -> int:  # fmt: skip
    """Watch a log, its mirrors and its witnesses: forks, rollbacks, rewritten and withheld entries become proofs."""
    given = read_file(policy, limit=1 << 20) if policy is not None else None
    is_sound = True
    while True:
        with Progress(f"Watching {sources[0]}"):
            watched, trust, paths = _round(
                sources, witness or (), policy=given, state=state, output=output, statements=statements
            )
        is_sound = is_sound and watched.is_sound
        if json:
            answer(_document(watched, trust, paths))
        else:
            say(*_lines(watched, trust, paths))
        if every is None:
            return 0 if is_sound else 1
        time.sleep(every)


def _round(
    sources: Sequence[str],
    witnesses: Sequence[str],
    *,
    policy: bytes | None,
    state: Path | None,
    output: Path | None,
    statements: bool,
) -> "tuple[Watched, str, list[Path]]":
    """Look once, remember what was seen, and write down what is proved."""
    from ledger.service.monitor import watch

    with ExitStack() as stack:
        gathered = _gather(sources, stack)
        if not gathered.trees:
            raise UsageError("No source is a log; name a ledger, a static site, or the address of one.")
        known_policy, trust, origin = _trust(gathered, policy)
        keys = [log.key for log in known_policy.logs if log.key.name == origin]
        keys += [one.key for one in known_policy.witnesses]
        urls = [*(one.url for one in known_policy.witnesses if one.url is not None), *witnesses]
        memory, named = _recall(state, origin), tuple(keys)
        recalled = None if memory is None else memory.raw
        authority = _succession(gathered, known_policy, origin, recalled)
        keys, keys_at = _keys(keys, origin, authority, memory)
        watched = watch(
            origin, keys, gathered.trees,
            shown=[*gathered.shown, *_ask(dict.fromkeys(urls), origin), *_handed_over(authority)],
            promised=gathered.promised, carried=gathered.carried, known=recalled,
            known_keys=() if memory is None else memory.keys, keys_at=keys_at,
        )  # fmt: skip
        if statements and not watched.proofs:
            watched = _with_bodies(watched, gathered.trees[0], known=recalled)
    if state is not None and watched.largest is not None:
        # What led to these keys is kept too: the next round may know no more than the first of them.
        before = memory.keys if memory is not None and _is_of(memory, named, origin) else ()
        known = dict.fromkeys([*before, *(key for key in keys if key.name == origin)])
        _remember(state, origin, watched.largest.raw, tuple(known))
    folder = output if output is not None else state if state is not None else Path()
    return watched, trust, [_write(folder, proof) for proof in watched.proofs]


def _with_bodies(watched: "Watched", log: "Tree", *, known: bytes | None) -> "Watched":
    """Return what was watched, and which of the new entries' statements are withheld; those erased are not.

    Where one is, the round is not remembered, so that the next one asks for it again.
    """
    from ledger.service.body import look_for_bodies
    from ledger.tlog.checkpoint import parse_checkpoint
    from ledger.tlog.note import parse_note

    start = parse_checkpoint(parse_note(known).text).size if known is not None else 0
    size = next((one.signed.checkpoint.size for one in watched.sightings if one.name == log.name), 0)
    found = look_for_bodies(log, start, size)
    return replace(watched, findings=(*watched.findings, *found), largest=None if found else watched.largest)


# --- sources ----------------------------------------------------------------------------------------------------------


@dataclass
class _Gathered:
    """What the sources are: logs with their own policies, checkpoints, promises."""

    trees: "list[Tree]"
    policies: list[bytes]
    shown: "list[Shown]"
    promised: "list[Promised]"
    carried: "list[Carried]"


def _gather(sources: Sequence[str], stack: ExitStack) -> _Gathered:
    gathered = _Gathered([], [], [], [], [])
    for source in sources:
        if source.startswith(("http://", "https://")):
            _add_site(gathered, address=source)
        elif (Path(source) / "pledger.toml").is_file():
            _add_ledger(gathered, Path(source), stack)
        elif Path(source).is_dir():
            _add_site(gathered, directory=Path(source))
        else:
            _add_file(gathered, Path(source))
    return gathered


def _add_site(gathered: _Gathered, *, address: str | None = None, directory: Path | None = None) -> None:
    from ledger.remote.static import HttpSite
    from ledger.service.monitor import SiteTree
    from ledger.service.site import POLICY, Source, read_whole
    from ledger.store.site import DirectorySite
    from ledger.tlog.policy import POLICY_LIMIT

    site: Source = HttpSite(address) if address is not None else DirectorySite(directory or Path())
    gathered.trees.append(SiteTree(site))
    try:
        gathered.policies.append(read_whole(site, POLICY, limit=POLICY_LIMIT) or b"")
    except PledgerError:
        gathered.policies.append(b"")  # that it cannot be read is told by the round itself


def _add_ledger(gathered: _Gathered, directory: Path, stack: ExitStack) -> None:
    from ledger.runtime.database import open_store
    from ledger.runtime.settings import read_config
    from ledger.service.monitor import StoreTree
    from ledger.tlog.policy import POLICY_LIMIT

    store = open_store(directory, read_config(directory))
    stack.callback(store.close)
    gathered.trees.append(StoreTree(stack.enter_context(store.reading()), str(directory)))
    gathered.policies.append(read_file(directory / "policy", limit=POLICY_LIMIT))


def _add_file(gathered: _Gathered, path: Path) -> None:
    """Add what a file holds: a checkpoint, a tlog-proof, or receipts as commands print them."""
    from ledger.service.monitor import Promised, Shown
    from ledger.tlog.fraud import Entry
    from ledger.tlog.proof import parse_proof

    if is_bundle(path):
        _add_bundle(gathered, path)
        return
    raw = read_file(path, limit=FILE_LIMIT)
    if raw.lstrip().startswith(b"{"):
        for number, receipt in enumerate(_receipts(raw, path)):
            name = f"{path} ({number})" if number else str(path)
            gathered.promised.append(
                Promised(name, receipt.index, Entry(receipt.header, receipt.inclusion), receipt.checkpoint)
            )
    elif raw.startswith(b"c2sp.org/tlog-proof@"):
        proof = parse_proof(raw)
        if proof.extra is None:
            raise MalformedError(f"The proof {path} does not hold its entry; give one as pledger log prove writes it.")
        entry = Entry(proof.extra, proof.hashes)
        gathered.promised.append(Promised(str(path), proof.index, entry, proof.checkpoint))
    else:
        gathered.shown.append(Shown(str(path), raw))


def is_bundle(path: Path) -> bool:
    """Tell whether a file begins as an audit's bundle does."""
    with open_seekable(path) as file:
        return file.peek(len(ZIP_START)).startswith(ZIP_START)


def _add_bundle(gathered: _Gathered, path: Path) -> None:
    """Add the checkpoint of an audit's bundle, and what it shows of the log's completeness index."""
    from ledger.audit.bundle import CHECKPOINT, HEADERS, INDEX, open_bundle
    from ledger.service.index import header_records
    from ledger.service.monitor import Carried, Shown
    from ledger.tlog.entry import HEADER_LIMIT
    from ledger.tlog.index import INDEX_LIMIT, parse_index_proof
    from ledger.tlog.note import NOTE_LIMIT

    with open_seekable(path) as file:
        bundle = open_bundle(file)
        gathered.shown.append(Shown(str(path), bundle.read(CHECKPOINT, limit=NOTE_LIMIT)))
        if bundle.find(INDEX) is None:
            return
        proof = parse_index_proof(bundle.read(INDEX, limit=INDEX_LIMIT))
        with bundle.open(HEADERS) as stream:
            lines = (line.removesuffix(b"\n") for line in iter(lambda: stream.readline(HEADER_LIMIT + 1), b""))
            gathered.carried.append(Carried(str(path), proof, tuple(header_records(lines))))


def _receipts(raw: bytes, path: Path) -> "Iterator[Receipt]":
    """Yield the receipts in a document, wherever in it a command has put them."""
    from ledger.signing.canonical import Json, format_json, parse_json
    from ledger.tlog.proof import RECEIPT_MEMBERS, parse_receipt

    pending: list[Json] = [parse_json(raw, what=str(path), limit=FILE_LIMIT)]
    is_found = False
    while pending:
        value = pending.pop()
        if isinstance(value, dict) and tuple(sorted(value)) == RECEIPT_MEMBERS:
            is_found = True
            yield parse_receipt(format_json(value))
        elif isinstance(value, (dict, list)):
            pending += reversed(list(value.values()) if isinstance(value, dict) else value)
    if not is_found:
        raise MalformedError(f"{path} holds no receipt; give one as a command printed it with --json.", path=str(path))


def _ask(urls: Iterable[str], origin: str) -> "Iterator[Shown]":
    """Yield what witnesses show; one that has never cosigned the log, or does not answer, shows nothing."""
    from ledger.cli.output import note
    from ledger.remote.witness import last_checkpoint
    from ledger.service.monitor import Shown

    for url in urls:
        try:
            said = last_checkpoint(url, origin)
        except PledgerError as error:
            note(error.message)
            continue
        if said.status == 200:
            yield Shown(f"witness {url}", said.body)
        elif said.status != 404:
            note(f"The witness at {url} answered {said.status}; it was left out.")


# --- trust and memory -------------------------------------------------------------------------------------------------


def _trust(gathered: _Gathered, given: bytes | None) -> "tuple[Policy, str, str]":
    """Return the policy, on whose word it is, and the origin of the log.

    Raises:
        NotFoundError: nobody says which keys are the log's.
    """
    from ledger.tlog.policy import parse_policy

    origin = _origin(gathered)
    if given is not None:
        return _naming(parse_policy(given), origin), "given", origin
    pinned = read_pins(pins_folder()).get(origin)
    if pinned is not None:
        return _naming(parse_policy(pinned), origin), "pinned", origin
    own = next((raw for raw in gathered.policies if raw), None)
    if own is None:
        raise NotFoundError(f"No policy names the keys of {origin}; give it with --policy FILE.", origin=origin)
    return _naming(parse_policy(own), origin), "self-declared", origin


def _succession(gathered: _Gathered, policy: "Policy", origin: str, recalled: bytes | None) -> "Authority | None":
    """Return who runs the log at which size, where a checkpoint is shown that no log key of the policy has signed.

    It is read from the largest log that is served and that the policy leads to; without one, the policy's keys are all
    that count, and the round itself says what they have not signed.
    """
    from ledger.service.following import follow_tree, is_signed

    keys = [log.key for log in policy.logs if log.key.name == origin]
    raws = [recalled, *(one.raw for one in gathered.shown), *(one.raw for one in gathered.promised)]
    sized = sorted(_served(gathered.trees), key=lambda one: one[0], reverse=True)
    if all(is_signed(raw, keys) for raw in (*raws, *(raw for _, raw, _ in sized)) if raw is not None):
        return None
    for _, _, tree in sized:
        with suppress(PledgerError):
            return follow_tree(tree, policy)
    return None


def _handed_over(authority: "Authority | None") -> "Iterator[Shown]":
    """Yield what replaced keys signed last, as the appointments carry it: it is held against what they sign besides."""
    from ledger.service.monitor import Shown

    for tenure in authority.tenures if authority is not None else ():
        if tenure.last_checkpoint is not None:
            yield Shown(f"the appointment of entry {tenure.since}", tenure.last_checkpoint)


def _served(trees: "Sequence[Tree]") -> "Iterator[tuple[int, bytes, Tree]]":
    """Yield the trees that show a checkpoint, with its size."""
    from ledger.tlog.checkpoint import parse_checkpoint
    from ledger.tlog.note import parse_note

    for tree in trees:
        with suppress(PledgerError):
            raw = tree.checkpoint()
            yield parse_checkpoint(parse_note(raw).text).size, raw, tree


def _origin(gathered: _Gathered) -> str:
    """Return the origin that the first source which answers shows."""
    from ledger.tlog.checkpoint import parse_checkpoint
    from ledger.tlog.note import parse_note

    failure: PledgerError | None = None
    for tree in gathered.trees:
        try:
            return parse_checkpoint(parse_note(tree.checkpoint()).text).origin
        except PledgerError as error:
            failure = failure or error
    raise failure or UsageError("No source is a log; name one.")


def _naming(policy: "Policy", origin: str) -> "Policy":
    if not any(log.key.name == origin for log in policy.logs):
        raise ConflictError(f"The policy does not name the log {origin}; give the policy of that log.", origin=origin)
    return policy


@dataclass(frozen=True)
class _Memory:
    """What an earlier round has seen of a log.

    Attributes:
        raw: the largest checkpoint, signed.
        keys: of the log as that round knew them: those of its policy, and those to which they led.
        size: of the checkpoint, and ``signers``: those of the keys that signed it; none where it cannot be read.
    """

    raw: bytes
    keys: "tuple[VerifierKey, ...]" = ()
    size: int = 0
    signers: "tuple[VerifierKey, ...]" = ()


def _keys(
    keys: "list[VerifierKey]", origin: str, authority: "Authority | None", memory: _Memory | None
) -> "tuple[list[VerifierKey], KeysAt | None]":
    """Return all keys that are heard, and, where the log has replaced its own, which of them sign at which size.

    A log that is shown without the appointment which an earlier round has followed is not followed back: from the size
    that was seen on, the keys that signed it then sign. So what is shown is at fault and not what was seen, and a proof
    is made wherever one key has signed both. A policy that names a key which that round did not know decides by itself.
    """
    if memory is not None and memory.signers and _is_of(memory, keys, origin):
        size, signers, before = memory.size, memory.signers, memory.keys
        led = keys if authority is None else authority.checkpoint_keys_at(size)
        if not all(key in led for key in signers):
            return [*keys, *(key for key in before if key not in keys)], lambda at: signers if at >= size else before
    if authority is None:
        return keys, None
    fresh = [key for tenure in authority.tenures for key in tenure.checkpoint if key not in keys]
    return [*keys, *dict.fromkeys(fresh)], authority.checkpoint_keys_at


def _is_of(memory: _Memory, keys: "Sequence[VerifierKey]", origin: str) -> bool:
    """Tell whether all keys of the log that are known now were known to an earlier round."""
    return all(key in memory.keys for key in keys if key.name == origin)


def _recall(state: Path | None, origin: str) -> _Memory | None:
    """Return what was remembered; keys that cannot be read, and those of an older version, are none."""
    from ledger.tlog.checkpoint import open_any_checkpoint
    from ledger.tlog.policy import POLICY_LIMIT, parse_policy

    path = _memory(state, origin) if state is not None else None
    if path is None or not path.exists():
        return None
    raw, keys = read_file(path, limit=1 << 20), path.with_name(path.name.removesuffix(_SEEN) + _KNOWN)
    if not keys.exists():
        return _Memory(raw)
    with suppress(MalformedError, RefusedError):
        known = tuple(log.key for log in parse_policy(read_file(keys, limit=POLICY_LIMIT)).logs)
        signed = open_any_checkpoint(raw, known)
        return _Memory(raw, known, signed.checkpoint.size, tuple(one.key for one in signed.signed))
    return _Memory(raw)


def _remember(state: Path, origin: str, raw: bytes, keys: "Sequence[VerifierKey]") -> None:
    """Keep a checkpoint, and before it the log's keys by which it was seen: those are never fewer than it needs."""
    from ledger.tlog.policy import Log, Policy, format_policy

    _make(state)
    path = _memory(state, origin)
    known = path.with_name(path.name.removesuffix(_SEEN) + _KNOWN)
    for one, content in ((known, format_policy(Policy(tuple(Log(key) for key in keys)))), (path, raw)):
        if not one.exists() or one.read_bytes() != content:
            write_file(one, content)


def _memory(state: Path, origin: str) -> Path:
    return state / f"{quote(origin, safe='')[:200]}{_SEEN}"


_SEEN: Final = ".checkpoint"
_KNOWN: Final = ".policy"


def _make(folder: Path) -> None:
    from ledger.cli.file import unwritable

    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise unwritable(folder, error) from error


def _write(folder: Path, proof: "FraudProof") -> Path:
    """Write a fraud proof under a name that its content gives, and return its path."""
    from ledger.tlog.fraud import format_fraud

    raw = format_fraud(proof)
    _make(folder)
    path = folder / f"{type(proof).__name__.lower()}-{sha256(raw).hexdigest()[:16]}.json"
    if not path.exists():
        write_file(path, raw)
    return path


# --- saying it --------------------------------------------------------------------------------------------------------


def _document(watched: "Watched", trust: str, paths: Sequence[Path]) -> dict[str, object]:
    from ledger.tlog.merkle import format_hash

    return {
        "sound": watched.is_sound, "trust": trust, "origin": watched.origin,
        "size": watched.largest.checkpoint.size if watched.largest is not None else None, "entries": watched.entries,
        "sightings": [
            {
                "source": one.name, "size": one.signed.checkpoint.size, "root": format_hash(one.signed.checkpoint.root),
                "signers": [cosigned.key.name for cosigned in one.signed.signed],
            }
            for one in watched.sightings
        ],
        "findings": [
            {"code": one.code, "subject": one.subject, "sentence": one.sentence, "source": one.source}
            for one in watched.findings
        ],
        "proofs": [str(path) for path in paths],
    }  # fmt: skip


def _lines(watched: "Watched", trust: str, paths: Sequence[Path]) -> list[str]:
    verdict = "sound" if watched.is_sound else "unsound"
    size = watched.largest.checkpoint.size if watched.largest is not None else 0
    return [
        f"{verdict} · trust: {trust} · origin: {watched.origin} · {size} entries, {watched.entries} of them new",
        *(f"  {one.name}: {one.signed.checkpoint.size} entries" for one in watched.sightings),
        *(f"{one.code}, {one.subject}: {one.sentence}" for one in watched.findings),
        *(f"Fraud proof: {path}; judge it with pledger verify {path}." for path in paths),
    ]
