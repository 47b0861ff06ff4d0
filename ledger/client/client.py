"""The client of a served ledger: a method for each thing that one asks, with typed answers.

What is proved is verified before it is handed on: receipts, proofs of inclusion and of consistency by the log's keys,
files and statements by their digests. What the server reckons (status, scores, audits) is its word; who wants more than
that verifies an audit's bundle, or lets ``RemoteLedger`` reckon here. The keys are those of the policy that is given,
or else of the server's own, as it is first met. Source: design §3; docs/http.md; docs/client.md.
"""

import hashlib
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, BinaryIO, Final, Literal, Self
from urllib.parse import quote

import orjson

from ledger.client.answer import (
    DocketTold,
    EntriesTold,
    FiguresTold,
    HeaderTold,
    KeysTold,
    KeyTold,
    LedgerTold,
    ScoreTold,
    SeriesTold,
    StatusTold,
    Told,
    read_answer,
)
from ledger.client.handed import Outcome, Waiting, read_brought, read_lines, read_one
from ledger.client.transport import ATTEMPTS, LONG, PATIENCE, Transport
from ledger.errors import MalformedError, RefusedError, UnavailableError
from ledger.signing.canonical import Digest, digest
from ledger.signing.envelope import STATEMENT, open_envelope
from ledger.tlog.checkpoint import Checkpoint, open_checkpoint, parse_checkpoint
from ledger.tlog.merkle import Hash, leaf_hash, parse_hash, verify_consistency, verify_inclusion
from ledger.tlog.note import VerifierKey, parse_note
from ledger.tlog.policy import parse_policy
from ledger.tlog.proof import PROOF_LIMIT, Receipt, TlogProof, parse_proof, verify_receipt

if TYPE_CHECKING:  # the models of audits are heavy, and most who ask want none
    from ledger.audit.result import AuditResult

ONE: Final = "application/jose"
MANY: Final = "application/x-ndjson"
OCTETS: Final = "application/octet-stream"
ZIP: Final = "application/zip"

GROUP: Final = 2_000
"""Statements of one request: as many as share a commit."""

BYTES: Final = 16 << 20
"""The most bytes of statements in one request, but for one statement that is longer."""

PIECE: Final = 8 << 20
"""Bytes of a file that are asked for at a time, so that what is lost on the way is a piece."""

PAGE: Final = 1_000

_EMPTY: Final = digest(b"")
"""The file of no bytes, of which no range can be asked for."""

KeysAt = Callable[[int], Sequence[VerifierKey]]
"""The keys that sign the log's checkpoint of a size."""


class Client:
    """What asks a served ledger.

    Attributes:
        url: of the ledger, without a slash at its end.

    Args:
        url: as above: ``https://ledger.example``.
        token: with which a private ledger is read.
        policy: of the log, from its operator; the server's own, as it is first met, if not given.
        keys: the keys that sign a checkpoint of a size, where whoever asks knows of their replacement.
        patience: seconds for one request; ``attempts`` how often it is made; ``pause`` lets time pass between.
    """

    def __init__(
        self,
        url: str,
        *,
        token: str | None = None,
        policy: bytes | None = None,
        keys: KeysAt | None = None,
        patience: float = PATIENCE,
        attempts: int = ATTEMPTS,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._transport = Transport(url, token=token, patience=patience, attempts=attempts, pause=pause)
        self.url = self._transport.url
        self._policy = policy
        self._keys = keys

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End: nothing is held open between two requests."""

    # --- the log ------------------------------------------------------------------------------------------------------

    def ledger(self) -> LedgerTold:
        """Return which ledger it is, and where its log ends."""
        return self._read("/v1/ledger", LedgerTold)

    def policy(self) -> bytes:
        """Return the policy by which the log is verified: the one given, else the server's own as it was first met."""
        if self._policy is None:
            self._policy = self.ledger().policy.encode()
        return self._policy

    def checkpoint(self) -> Checkpoint:
        """Return what the log's last checkpoint says, once its signatures are seen to be the log's.

        Raises:
            RefusedError: they are not.
        """
        note = self.ledger().checkpoint.encode()
        return open_checkpoint(note, log=self._log_keys(note)).checkpoint

    def keys(self) -> tuple[KeyTold, ...]:
        """Return the keys that the ledger knows."""
        return self._read("/v1/keys", KeysTold).keys

    def entries(
        self, start: int = 0, *, kind: str | None = None, subject: str | None = None, size: int | None = None
    ) -> Iterator[HeaderTold]:
        """Yield the headers of entries, in order, page by page."""
        going_on: int | None = start
        while going_on is not None:
            query = {"start": going_on, "limit": PAGE, "kind": kind, "subject": subject, "size": size}
            page = self._read("/v1/entries", EntriesTold, **query)
            yield from page.entries
            if page.next is not None and page.next <= going_on:
                raise UnavailableError(f"The list of entries of {self.url} does not go on; try again.", url=self.url)
            going_on = page.next

    def statement(self, entry: int | str) -> bytes:
        """Return a statement as it was signed, by its digest or by its entry's index.

        Raises:
            MalformedError: the bytes are not those of the digest.
            NotFoundError: there is none, or it was erased.
        """
        raw = self._transport.ask("GET", f"/v1/statements/{quote(str(entry), safe=':')}").body
        if isinstance(entry, str) and digest(raw) != entry:
            raise MalformedError(f"What {self.url} gives as {entry} has another digest; do not rely on it.")
        return raw

    def receipt(self, entry: int | str) -> Receipt | Waiting:
        """Return the receipt of an entry, verified; or what its statement waits for."""
        reply = self._transport.ask("GET", f"/v1/receipts/{quote(str(entry), safe=':')}")
        found = read_one(reply, url=self.url)
        if isinstance(found, Receipt):
            self.verify(found, statement=Digest(entry) if isinstance(entry, str) else None)
            if isinstance(entry, int) and found.index != entry:
                raise RefusedError(f"{self.url} gives the receipt of entry {found.index} as that of {entry}.")
        return found

    def prove(self, entry: int | str, *, size: int | None = None) -> TlogProof:
        """Return the proof that an entry is in the log, verified, under its last checkpoint or that of a size.

        Raises:
            RefusedError: it does not hold.
        """
        path = f"/v1/proofs/{quote(str(entry), safe=':')}"
        reply = self._transport.ask("GET", path, query={"size": size, "format": "text"}, limit=PROOF_LIMIT)
        proof = parse_proof(reply.body)
        said = open_checkpoint(proof.checkpoint, log=self._log_keys(proof.checkpoint)).checkpoint
        leaf = leaf_hash(proof.extra if proof.extra is not None else b"")
        if (isinstance(entry, int) and proof.index != entry) or not verify_inclusion(
            leaf=leaf, index=proof.index, size=said.size, proof=proof.hashes, root=said.root
        ):
            raise RefusedError(f"The proof that {self.url} gives of entry {entry} does not hold; do not rely on it.")
        return proof

    def prove_consistency(self, old: Checkpoint, new: Checkpoint) -> tuple[Hash, ...]:
        """Return the proof that a larger log begins with a smaller one, verified by both roots.

        Raises:
            RefusedError: it does not hold.
        """
        reply = self._transport.ask("GET", "/v1/consistency", query={"old": old.size, "new": new.size})
        proof = _hashes(reply.body, self.url)
        if not verify_consistency(old=old.size, new=new.size, proof=proof, old_root=old.root, new_root=new.root):
            message = f"The log of {self.url} with {new.size} entries does not begin with the {old.size} seen before."
            raise RefusedError(message, old=old.size, new=new.size)
        return proof

    def verify(self, receipt: Receipt, *, statement: Digest | None = None) -> None:
        """Raise unless a receipt holds: header, signatures by the log, inclusion; and the statement at hand.

        Raises:
            RefusedError: the sentence says what is wrong with it.
        """
        log = self._log_keys(receipt.checkpoint)
        findings = verify_receipt(receipt, log=log, statement=statement)
        if findings:
            message = f"The receipt that {self.url} gives does not hold: {findings[0].sentence} Do not rely on it."
            raise RefusedError(message, findings=[one.sentence for one in findings])

    # --- handing in ---------------------------------------------------------------------------------------------------

    def hand_in(self, raw: bytes, *, keep: bool = False) -> Receipt | Waiting:
        """Hand in a statement; its receipt comes back, verified, or what it waits for.

        Args:
            raw: the compact JWS.
            keep: let it wait for every file that it names.
        """
        reply = self._transport.ask(
            "POST", "/v1/statements", query={"keep": keep or None}, body=raw, headers={"Content-Type": ONE}
        )
        found = read_one(reply, url=self.url)
        self._check(found, raw)
        return found

    def hand_in_many(self, raws: Sequence[bytes], *, whole: bool = False) -> tuple[Outcome, ...]:
        """Hand in several statements in one request; what became of each comes back, in their order.

        Args:
            raws: compact JWSs; a later one may refer to an earlier one.
            whole: all of them are published, or none.

        Raises:
            PledgerError: where ``whole``, the first that may not be published.
        """
        if not raws:
            return ()
        reply = self._transport.ask(
            "POST", "/v1/statements", query={"whole": whole or None}, body=b"\n".join(raws),
            headers={"Content-Type": MANY}, patience=LONG,
        )  # fmt: skip
        outcomes = read_lines(reply.body, count=len(raws), url=self.url)
        for outcome, raw in zip(outcomes, raws, strict=True):
            self._check(outcome, raw)
        return outcomes

    def hand_in_stream(self, raws: Iterable[bytes]) -> Iterator[Outcome]:
        """Yield what became of each of any number of statements, as they are read; a request holds many of them."""
        waiting = iter(raws)
        while group := list(islice(waiting, GROUP)):
            while group:
                count = _fitting(group)
                yield from self.hand_in_many(group[:count])
                del group[:count]

    def put(self, name: str, stream: BinaryIO) -> dict[str, Outcome]:
        """Bring a file for which a statement waits; what became of the statements that name it comes back, by digest.

        Args:
            name: its digest.
            stream: seekable; it is sent from its beginning, and again where it was lost on the way.
        """
        size = stream.seek(0, 2)
        stream.seek(0)
        reply = self._transport.ask(
            "PUT", f"/v1/blobs/{quote(name, safe=':')}", body=stream if size else b"",
            headers={"Content-Type": OCTETS, "Content-Length": str(size)}, patience=LONG,
        )  # fmt: skip
        outcomes = read_brought(reply.body, url=self.url)
        for statement, outcome in outcomes.items():
            if isinstance(outcome, Receipt):
                self.verify(outcome, statement=Digest(statement))
        return outcomes

    def bring(self, waiting: Waiting, find: Callable[[str], BinaryIO | None]) -> Receipt | Waiting:
        """Bring the files of a statement that waits, as far as they are at hand; its receipt comes back with the last.

        It goes on where an earlier attempt was broken off: the server says what is missing still.

        Args:
            waiting: what it waits for.
            find: opens a file by its digest; None where it is not here.

        Raises:
            PledgerError: the statement was refused in the end.
        """
        held = {name for name, _ in waiting.missing}
        for name in (*waiting.welcome, *(one for one, _ in waiting.missing)):
            stream = find(name)
            if stream is None:
                if name in held:
                    return waiting
                continue
            with stream:
                outcome = self.put(name, stream).get(waiting.statement)
            if isinstance(outcome, Receipt):
                return outcome
            if outcome is not None and not isinstance(outcome, Waiting):
                raise outcome
        return self.receipt(waiting.statement)

    # --- files --------------------------------------------------------------------------------------------------------

    def blob(self, name: str, target: BinaryIO, *, limit: int = 1 << 40) -> int:
        """Write a file of the ledger to a stream, piece by piece, and return its size, once its digest is seen.

        Args:
            name: its digest.
            target: where it goes; it is not to be relied on where this raises.
            limit: the most bytes that are taken.

        Raises:
            NotFoundError: it is not there, or its licence keeps it back.
            MalformedError: the bytes are of another digest, or too many.
        """
        known, at, total = hashlib.sha256(), 0, 0 if name == _EMPTY else None
        while total is None or at < total:
            reply = self._transport.ask(
                "GET", f"/v1/blobs/{quote(name, safe=':')}", headers=_range(at), limit=PIECE, patience=LONG
            )
            total = len(reply.body) if reply.status == 200 else _total(reply.headers.get("content-range", ""), at)
            if total is None or total > limit or not (reply.body or total == at):
                raise MalformedError(f"{self.url} does not give the file {name} as it was asked for.", digest=name)
            known.update(reply.body)
            target.write(reply.body)
            at += len(reply.body)
        if f"sha256:{known.hexdigest()}" != name:
            raise MalformedError(f"What {self.url} gives as {name} has another digest; do not rely on it.", digest=name)
        return at

    # --- what the server reckons --------------------------------------------------------------------------------------

    def status(
        self,
        subject: str | None = None,
        *,
        party: str | None = None,
        instrument: str | None = None,
        as_of: str | None = None,
        size: int | None = None,
    ) -> StatusTold:
        """Return what became of pledges: of all, of one, or of what a party owes or an instrument gives force to."""
        path = "/v1/status" if subject is None else f"/v1/status/{quote(subject, safe='')}"
        return self._read(path, StatusTold, party=party, instrument=instrument, as_of=as_of, size=size)

    def score(self, subject: str, *, as_of: str | None = None, size: int | None = None) -> ScoreTold:
        """Return how enforceable a pledge is."""
        return self._read(f"/v1/score/{quote(subject, safe='')}", ScoreTold, as_of=as_of, size=size)

    def docket(
        self, *, subject: str | None = None, party: str | None = None, as_of: str | None = None, size: int | None = None
    ) -> DocketTold:
        """Return what is open, due and permitted next."""
        return self._read("/v1/docket", DocketTold, subject=subject, party=party, as_of=as_of, size=size)

    def series(self, *, as_of: str | None = None, size: int | None = None) -> SeriesTold:
        """Return which series of figures there are."""
        return self._read("/v1/series", SeriesTold, as_of=as_of, size=size)

    def figures(
        self, key: str, *, vintages: bool = False, as_of: str | None = None, size: int | None = None
    ) -> FiguresTold:
        """Return the figures of a series, ``MEASURE/REPORTER/PARTNER``."""
        path = f"/v1/series/{quote(key.removeprefix('series:'))}"
        return self._read(path, FiguresTold, vintages=vintages or None, as_of=as_of, size=size)

    def audit(self, subjects: Sequence[str], *, as_of: str | None = None, size: int | None = None) -> "AuditResult":
        """Return an audit of pledges whole, as its ``audit.json`` has it.

        Raises:
            UnavailableError: it is none that this version knows.
        """
        from ledger.audit.result import AuditResult  # noqa: PLC0415  # heavy, and most who ask want no audit

        raw = self._audit(subjects, "json", as_of=as_of, size=size)
        try:
            return AuditResult.model_validate_json(raw)
        except ValueError as error:
            message = f"The audit of {self.url} is not of the form that this version knows; take its bundle instead."
            raise UnavailableError(message, url=self.url) from error

    def write_audit(
        self,
        subjects: Sequence[str],
        path: Path,
        form: Literal["json", "html", "pdf", "zip"] = "zip",
        *,
        as_of: str | None = None,
        size: int | None = None,
    ) -> None:
        """Write an audit of pledges to a file: data, report, print, or the bundle that anybody verifies offline."""
        path.write_bytes(self._audit(subjects, form, as_of=as_of, size=size))

    def document(self, path: str, /, **query: object) -> bytes:
        """Return the answer of any reading route as it came, for what has no method of its own here.

        Args:
            path: from the ledger's address on, quoted: ``/v1/history/grain``.
            query: its parameters; those that are None are left out.
        """
        return self._transport.ask("GET", path, query=query, patience=LONG).body

    def _audit(self, subjects: Sequence[str], form: str, *, as_of: str | None, size: int | None) -> bytes:
        path = "/v1/audits/" + "/".join(quote(one, safe="") for one in subjects)
        return self.document(path, format=form, as_of=as_of, size=size)

    def _read(self, path: str, told: type[Told], /, **query: object) -> Told:
        return read_answer(self.document(path, **query), told, url=self.url)

    def _log_keys(self, note: bytes) -> Sequence[VerifierKey]:
        """Return the keys that have to have signed a checkpoint.

        Raises:
            RefusedError: other keys signed it under the log's name than those of the policy that is held.
        """
        if self._keys is None:
            known = [log.key for log in parse_policy(self.policy()).logs]
            signed = {(one.name, one.id) for one in parse_note(note).signatures}
            names = {key.name for key in known}
            if not signed & {(key.name, key.id) for key in known} and any(name in names for name, _ in signed):
                message = (
                    f"{self.url} is signed by other keys of the log than the policy at hand names. If they were "
                    "replaced, open_remote follows that by the charter and its root keys; else have the operator's "
                    "new policy from where you had the old one. Do not rely on it until then."
                )
                raise RefusedError(message, url=self.url)
            return known
        return self._keys(parse_checkpoint(parse_note(note).text).size)

    def _check(self, outcome: Outcome, raw: bytes) -> None:
        """Raise unless what is said of a statement is said of it, and holds.

        Raises:
            RefusedError: the answer is about another.
        """
        if isinstance(outcome, Receipt):
            self.verify(outcome)
            if outcome.statement != digest(raw) and not self._says_the_same(outcome.statement, raw):
                raise RefusedError(f"{self.url} gives the receipt of another statement; do not rely on it.")
        elif isinstance(outcome, Waiting) and outcome.statement != digest(raw):
            raise RefusedError(f"{self.url} answers for another statement than the one that was handed in.")

    def _says_the_same(self, name: str, raw: bytes) -> bool:
        """Tell whether a logged statement says in the same words what another does: a repeat gets the first receipt."""
        logged, given = (open_envelope(one, typ=STATEMENT) for one in (self.statement(name), raw))
        return (logged.kid, logged.payload) == (given.kid, given.payload)


def _range(at: int) -> dict[str, str]:
    return {"Range": f"bytes={at}-{at + PIECE - 1}"}


def _total(told: str, at: int) -> int | None:
    """Return the size of a file by the header of a piece of it that begins where it was asked to."""
    span, _, total = told.removeprefix("bytes ").partition("/")
    return int(total) if span.startswith(f"{at}-") and total.isascii() and total.isdigit() else None


def _fitting(group: Sequence[bytes]) -> int:
    """Return how many statements fit into one request: one at least."""
    size, count = 0, 0
    for raw in group:
        size += len(raw) + 1
        if count and size > BYTES:
            break
        count += 1
    return count


def _hashes(body: bytes, url: str) -> tuple[Hash, ...]:
    try:
        found = orjson.loads(body)["consistency"]
        return tuple(parse_hash(one, what="a hash of the proof") for one in found)
    except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError) as error:
        raise UnavailableError(f"The answer of {url} holds no proof; try again.", url=url) from error
