"""Admitting statements: everything that can be checked about them, and nothing written.

It happens outside of the head's lock; if the head has moved by the time that the lock is taken, the checks that depend
on what the log holds are made again under it (``publish``). A batch is admitted whole or not at all, and a statement
may refer to those before it. In order, for each statement::

    1. open      the envelope: size, form, canonical payload                         signing.envelope
    2. parse     its meaning                                                         model.statement
    3. verify    the signature, with the key that the log knows by that thumbprint   signing.envelope
    4. place     genesis, anchor, moment, the author's role at this index            here
    5. compare   what it corrects or repeats                                         here
    6. refer     what it names                                                       service.reference, service.evidence

Source: design §2.2, §2.5.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from hashlib import sha256
from typing import NamedTuple

from ledger.assessment.authority import Authority, found, refuse_wrong_key, signer
from ledger.assessment.view import Said
from ledger.errors import ConflictError, MalformedError, NotFoundError, PledgerError, RefusedError
from ledger.model.erasure import LASTING
from ledger.model.statement import CharterStatement, KeyStatement, kind_of, parse_statement
from ledger.service.pool import chunks, work_ahead
from ledger.service.reference import refuse_dangling, refuse_other_author
from ledger.service.scene import Opened, Scene
from ledger.signing.batch import Examined, examine_apart, keys_of
from ledger.signing.canonical import decode_base64url
from ledger.signing.envelope import STATEMENT, Envelope, open_envelope, verify_envelope
from ledger.signing.key import PublicKey


class Admitted(NamedTuple):
    """A statement that may be published where the scene ended.

    Attributes:
        opened: the statement.
        first: the index of the entry that says the same already, in the log or before it in the batch; None where it
            is new.
    """

    opened: Opened
    first: int | None = None

    @property
    def is_new(self) -> bool:
        """Whether it becomes an entry."""
        return self.first is None


def open_statement(raw: bytes, *, authority: Authority | None, what: str = "the statement") -> Opened:
    """Return a statement read from its envelope; the signature is verified where the key is known by now.

    This is the part of an admission that needs nothing of the log, and most of its time.

    Raises:
        MalformedError: the envelope or the statement is not what it should be.
        RefusedError: the signature is not by the key that it names.
    """
    envelope = open_envelope(raw, typ=STATEMENT, what=what)
    return _read(envelope, sha256(envelope.payload).digest(), authority, is_signed=False, what=what)


def open_statements(
    raws: Iterable[bytes], *, authority: Authority | None, executor: Executor | None = None
) -> Iterator[Opened]:
    """Yield statements read from their envelopes, in order; with an executor, others examine a little ahead.

    Args:
        raws: compact JWSs, consumed as needed.
        authority: the keys that are known by now.
        executor: of processes; it opens the envelopes and verifies what it can. What is at fault is opened again here,
            so that the first fault is the one that is named.

    Raises:
        PledgerError: as ``open_statement``, of the first statement that cannot be opened, with its number.
    """
    if executor is None:
        for number, raw in enumerate(raws, start=1):
            yield open_statement(raw, authority=authority, what=f"statement {number}")
        return
    find = _no_key if authority is None else authority.key
    calls = ((chunk, keys_of(chunk, find)) for chunk in chunks(raws, len))
    number = 0
    for (chunk, _), examined in work_ahead(executor, examine_apart, calls):
        for raw, shown in zip(chunk, examined, strict=True):
            number += 1
            what = f"statement {number}"
            if shown is None:
                yield open_statement(raw, authority=authority, what=what)
            else:
                one = Examined._make(shown)
                yield _read(one.envelope(raw), one.said, authority, is_signed=one.is_signed, what=what)


def _read(envelope: Envelope, said: bytes, authority: Authority | None, *, is_signed: bool, what: str) -> Opened:
    """Return a statement whose meaning was read, its signature verified unless that was done."""
    statement = parse_statement(envelope.payload, what=what)
    kid = envelope.kid
    key = None if authority is None else authority.key(kid)
    if key is not None and not is_signed:
        _refuse_forged(envelope, key, what=what)
    return Opened(envelope, Said(-1, envelope.name, kid, "", statement), said, None if key is None else key.kid)


def _no_key(_kid: str) -> None:
    """Return nothing: before the charter no key is known."""


def admit(opened: Sequence[Opened], scene: Scene, *, received: str) -> tuple[Admitted, ...]:
    """Return the statements of a batch, each checked against the log and the statements before it.

    Args:
        opened: the batch, in the order in which it is to be published.
        scene: where the first of them would stand; it is carried forward.
        received: the moment that their headers will name.

    Raises:
        PledgerError: of the first statement that may not be published; nothing of the batch is.
    """
    pairs = [(one.envelope.kid, one.payload) for one in opened]
    firsts = scene.repeats(pairs)
    admitted = []
    for one, pair in zip(opened, pairs, strict=True):
        try:
            first = firsts.get(pair)
            if first is None:
                placed = _place(one, scene, received=received)
                _admit_one(placed, scene)
                firsts[pair] = placed.said.index
                scene.add(placed.said, repeat=pair)
                admitted.append(Admitted(placed))
            else:
                # What was said before by the same key gets the first receipt, whatever its signature bytes (design
                # §2.2). Its signature is checked all the same: a repeat tells where the first stands.
                _verify(one, scene)
                admitted.append(Admitted(one, first))
        except PledgerError as error:
            if len(opened) == 1:
                raise
            raise _in_batch(error, one.said, number=len(admitted) + 1, of=len(opened)) from error
    return tuple(admitted)


def _place(one: Opened, scene: Scene, *, received: str) -> Opened:
    """Return a statement as the next entry would hold it."""
    said = one.said
    placed = Said(scene.size, said.name, said.author, received, said.statement)
    return Opened(one.envelope, placed, one.payload, one.signer)


def _admit_one(one: Opened, scene: Scene) -> None:
    """Raise unless a statement may stand as the next entry."""
    said = one.said
    if isinstance(said.statement, CharterStatement):
        _admit_charter(one, said.statement, scene)
        return
    authority = _verify(one, scene)
    _refuse_misplaced(said, scene, authority)
    if isinstance(said.statement, KeyStatement):
        refuse_wrong_key(authority, one.envelope, said.statement, index=said.index)
        if said.statement.body.party is not None and not scene.has_party(said.statement.body.party):
            party = said.statement.body.party
            raise NotFoundError(f"There is no party {party} for the key to speak for; record it first.", party=party)
    else:
        scene.refuse_unless_may(said.author, said.kind, authority)
    _refuse_wrong_correction(said, scene)
    refuse_dangling(said, scene)


def _admit_charter(one: Opened, statement: CharterStatement, scene: Scene) -> None:
    if scene.authority is not None or scene.size:
        raise ConflictError("The log has its charter, as entry 0; there is no second one.", kind="charter")
    if statement.issued > scene.now:
        raise _from_the_future(statement.issued, scene.now)
    scene.authority = found(one.envelope, statement)


def _verify(one: Opened, scene: Scene) -> Authority:
    """Return the authority under which a statement's signature is valid."""
    authority, envelope = scene.authority, one.envelope
    if authority is None:
        raise RefusedError("The ledger has no charter yet; begin with pledger init.")
    if one.signer == envelope.kid:
        return authority  # a key that the ledger knew when the statement was opened stays known, ended or not
    key = signer(authority, envelope.kid, one.said.statement)
    if key is None:
        message = (
            f"The key {envelope.kid} is not known to this ledger; have the "
            "operator grant it a role, or sign with another."
        )
        raise RefusedError(message, kid=envelope.kid)
    if one.signer != key.kid:
        _refuse_forged(envelope, key, what="the statement")
    return authority


def _refuse_forged(envelope: Envelope, key: PublicKey, *, what: str) -> None:
    if not verify_envelope(envelope, key):
        message = (
            f"The signature of {what} is not by the key {key.kid} that it names; sign exactly these bytes with it."
        )
        raise RefusedError(message, kid=key.kid, statement=envelope.name)


def _refuse_misplaced(said: Said, scene: Scene, authority: Authority) -> None:
    """Raise where a statement is meant for another ledger, another past, or the future."""
    statement = said.statement
    if statement.genesis != authority.genesis:
        message = (
            f"The statement was made for another ledger (genesis {statement.genesis}) than {authority.charter.origin} "
            f"({authority.genesis}); sign it anew for this one."
        )
        raise RefusedError(message, genesis=statement.genesis, expected=authority.genesis)
    if statement.issued > scene.now:
        raise _from_the_future(statement.issued, scene.now)
    if statement.anchor is not None:
        root = scene.root(statement.anchor.size)
        if root is None or root != decode_base64url(statement.anchor.root, what="the anchor's root"):
            message = (
                f"The anchor names a checkpoint of {statement.anchor.size} entries that this log never had; "
                "anchor the statement in a checkpoint of this ledger."
            )
            raise ConflictError(message, size=statement.anchor.size)


def _from_the_future(issued: str, now: str) -> MalformedError:
    message = f"The statement is issued at {issued}, and it is {now}; give the moment at which it is made."
    return MalformedError(message, issued=issued, now=now)


def _refuse_wrong_correction(said: Said, scene: Scene) -> None:
    """Raise unless what a statement corrects is there, stands, and is of its kind, subject and author (design §2.2)."""
    name = said.statement.corrects
    if name is None:
        return
    target = scene.statement(name)
    if target is None:
        raise NotFoundError(
            f"There is no statement {name} to correct; give the name of one in this ledger.", statement=name
        )
    if said.kind in LASTING or target.kind in LASTING:
        message = f"A {target.kind} is not corrected by corrects; record another {target.kind} instead."
        raise RefusedError(message, kind=target.kind)
    if (target.kind, target.subject) != (said.kind, said.subject):
        message = (
            f"A correction keeps kind and subject: {name} is a {target.kind} on {target.subject}, "
            f"and this a {kind_of(said.statement)} on {said.subject}; mend corrects."
        )
        raise RefusedError(message, statement=name)
    refuse_other_author(said, target, scene, act="correct")
    if by := scene.known(target.kind, target.subject).corrected.get(name):
        message = f"The statement {name} no longer stands: {by} mends or retracts it; correct that one."
        raise ConflictError(message, statement=name, by=by)


def _in_batch(error: PledgerError, said: Said, *, number: int, of: int) -> PledgerError:
    """Return an error that says which statement of how many is meant."""
    message = f"Statement {number} of {of} ({said.kind} {said.subject}): {error.message}"
    facts: Mapping[str, object] = {**error.facts, "number": number, "kind": said.kind, "subject": said.subject}
    return type(error)(message, **facts)
