"""Asking witnesses: a checkpoint that the log signed gets the cosignatures of those who watch it (C2SP tlog-witness).

Every witness is asked for itself, and all at once. One that has seen another size says so, and is asked again with the
proof from there. One that cannot be reached is asked again a few times and then left out. Its cosignature counts only
where it verifies by the key that the policy names for it. Nothing is lost by asking: the checkpoint stands as it was
published, and whoever asks later gets the same.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Final, Literal

from ledger.errors import MalformedError, RefusedError, UnavailableError
from ledger.tlog.checkpoint import add_signatures, open_any_checkpoint, parse_checkpoint
from ledger.tlog.merkle import Hash
from ledger.tlog.note import Note, Signature, VerifierKey, format_note, parse_note, parse_signatures
from ledger.tlog.policy import NO_QUORUM, Group, Log, Policy, Witness, quorum_reached, witnessed
from ledger.tlog.proof import Receipt
from ledger.tlog.witness import AddCheckpoint, Answer, format_request, parse_size_answer

Ask = Callable[[str, bytes], Answer]
"""Sends a request for cosignatures (second) to a witness's address (first); UnavailableError where nobody answers."""

Prove = Callable[[int, int], tuple[Hash, ...]]
"""Gives the consistency proof from a size to another."""

Wait = Callable[[float], None]
"""Lets so many seconds pass."""

ATTEMPTS: Final = 3
"""How often a witness is asked that does not answer, and how often it may name another size."""

PAUSE: Final = 0.5
"""Seconds before a witness that did not answer is asked again; each time twice as long."""

_AT_ONCE: Final = 16
_QUORUM: Final = "quorum"

Reply = Literal["cosigned", "ahead", "refused", "unavailable"]
"""What came of asking: it cosigned; it has seen a larger tree already; it said no; it did not answer."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What came of asking one witness.

    Attributes:
        witness: who.
        reply: in a word.
        sentence: what it said, or what was wrong with what it said.
        signature: its cosignature, verified, or None.
        size: of the tree that it has seen last, where it said so.
    """

    witness: Witness
    reply: Reply
    sentence: str
    signature: Signature | None = None
    size: int | None = None


@dataclass(frozen=True, slots=True)
class Cosigned:
    """A checkpoint with the cosignatures that it has got.

    Attributes:
        note: the signed checkpoint with them under it.
        asked: what came of asking each witness, in the order of the policy.
        given: how many of the policy's witnesses have cosigned it, now or before.
        known: how many witnesses the policy has.
        is_reached: those make up the policy's quorum.
    """

    note: bytes
    asked: tuple[Asked, ...]
    given: int
    known: int
    is_reached: bool


def witness_policy(logs: Sequence[VerifierKey], witnesses: Sequence[Witness], *, quorum: int) -> Policy:
    """Return the policy of a log whose charter asks for so many of these witnesses.

    Raises:
        MalformedError: it asks for more than there are, or the same key or name is there twice.
    """
    if quorum > len(witnesses):
        message = (
            f"The charter asks for {quorum} witnesses, and {len(witnesses)} are configured; "
            "add a [[witness]] with url and vkey to pledger.toml for each of the others."
        )
        raise MalformedError(message, quorum=quorum, witnesses=len(witnesses))
    if len({one.name for one in witnesses}) < len(witnesses) or len({one.key.public.raw for one in witnesses}) < len(
        witnesses
    ):
        raise MalformedError("Two configured witnesses share a name or a key; take one of them out.")
    groups = (Group(_QUORUM, quorum, tuple(one.name for one in witnesses)),) if quorum else ()
    return Policy(tuple(map(Log, logs)), tuple(witnesses), groups, _QUORUM if quorum else NO_QUORUM)


def cosign(
    note: bytes, policy: Policy, *, ask: Ask, prove: Prove, wait: Wait, last: int = 0, attempts: int = ATTEMPTS
) -> Cosigned:
    """Return the checkpoint with the cosignatures of those of the policy's witnesses that give one.

    Args:
        note: the checkpoint as the log signed it, with cosignatures that it has already, if any.
        policy: whom to ask: its witnesses that have an address and have not cosigned this checkpoint yet.
        ask: sends a request.
        prove: makes consistency proofs.
        wait: lets time pass between attempts.
        last: the size that the witnesses are thought to have cosigned last.
        attempts: how often one is asked that does not answer.

    Raises:
        MalformedError: the note is no checkpoint.
        RefusedError: no log of the policy signed it, or a known key's signature under it is bad.
    """
    keys = (*(log.key for log in policy.logs), *(one.key for one in policy.witnesses))
    before = open_any_checkpoint(note, keys)
    size = before.checkpoint.size
    plain = _without(note, [one.key for one in policy.witnesses])

    def ask_one(witness: Witness) -> Asked:
        return _ask(witness, plain, size, ask=ask, prove=prove, wait=wait, last=min(last, size), attempts=attempts)

    open_ones = [one for one in policy.witnesses if one.url is not None and one.key not in before.signers]
    with ThreadPoolExecutor(max(1, min(_AT_ONCE, len(open_ones)))) as executor:
        asked = tuple(executor.map(ask_one, open_ones))
    whole = add_signatures(note, [one.signature for one in asked if one.signature is not None])
    signers = open_any_checkpoint(whole, keys).signers
    given, known = witnessed(policy, signers)
    return Cosigned(whole, asked, given, known, quorum_reached(policy, signers))


def seen(note: bytes, policy: Policy, *, ask: Ask, prove: Prove) -> tuple[Asked, ...]:
    """Return what each witness that has an address says of the last checkpoint of a log, cosigned before or not.

    One that has seen more names it; one that has seen less is shown the rest. Each is asked once: whoever wants to know
    is waiting.

    Args:
        note: the checkpoint, with cosignatures or without.
        policy: whom to ask.
        ask: sends a request.
        prove: makes consistency proofs.

    Raises:
        MalformedError: the note is no checkpoint.
    """
    plain = _without(note, [one.key for one in policy.witnesses])
    size = parse_checkpoint(parse_note(note).text).size

    def ask_one(witness: Witness) -> Asked:
        return _ask(witness, plain, size, ask=ask, prove=prove, wait=lambda _: None, last=size, attempts=1)

    with ThreadPoolExecutor(_AT_ONCE) as executor:
        return tuple(executor.map(ask_one, [one for one in policy.witnesses if one.url is not None]))


def witnessed_receipt(receipt: Receipt, note: bytes, policy: Policy) -> Receipt:
    """Return a receipt under the cosigned form of its checkpoint, saying how many of the witnesses have cosigned it.

    Args:
        receipt: as the log gave it.
        note: the same checkpoint, with cosignatures.
        policy: whose witnesses count.

    Raises:
        MalformedError: the note is another checkpoint than the receipt's.
        RefusedError: a signature under it is bad.
    """
    if parse_note(note).text != parse_note(receipt.checkpoint).text:
        message = f"The cosigned checkpoint is not that of the receipt of entry {receipt.index}; ask again."
        raise MalformedError(message, index=receipt.index)
    signed = open_any_checkpoint(note, [*(log.key for log in policy.logs), *(one.key for one in policy.witnesses)])
    return replace(receipt, checkpoint=note, witnesses=witnessed(policy, signed.signers))


def refuse_short(cosigned: Cosigned) -> None:
    """Raise where the quorum is not reached: what was published stands, and its receipt waits for the witnesses.

    Raises:
        UnavailableError: naming how many have cosigned, and what the others said.
    """
    if cosigned.is_reached:
        return
    size = parse_checkpoint(parse_note(cosigned.note).text).size
    told = "; ".join(f"{one.witness.name}: {one.sentence.rstrip('.')}" for one in cosigned.asked if not one.signature)
    message = (
        f"The entries are published, and their checkpoint of size {size} is witnessed by {cosigned.given} of "
        f"{cosigned.known}, short of the quorum ({told or 'none has an address'}); ask again with pledger log cosign."
    )
    raise UnavailableError(message, size=size, k=cosigned.given, n=cosigned.known, outcome="published")


def _ask(
    witness: Witness, note: bytes, size: int, *, ask: Ask, prove: Prove, wait: Wait, last: int, attempts: int
) -> Asked:
    """Return what came of asking a witness, which may name another size, or stay silent, a few times."""
    old, silences, answer = last, 0, None
    for _ in range(attempts + ATTEMPTS):
        proof = prove(old, size)
        try:
            answer = ask(witness.url or "", format_request(AddCheckpoint(old, proof, note)))
        except UnavailableError as error:
            reason, answer = error.message, None
        else:
            reason = _words(answer)
        if answer is None or answer.status >= 500 or answer.status == 429:
            silences += 1
            if silences == attempts:
                return Asked(witness, "unavailable", reason)
            wait(PAUSE * 2 ** (silences - 1))
            continue
        if answer.status == 200:
            return _read(witness, note, answer)
        if answer.status != 409:
            return Asked(witness, "refused", reason)
        try:
            named = parse_size_answer(answer)
        except MalformedError as error:
            return Asked(witness, "refused", error.message)
        if named > size:
            sentence = f"It has cosigned {named} entries already, and this checkpoint has {size}."
            return Asked(witness, "ahead", sentence, size=named)
        old = named
    return Asked(witness, "refused", "It names another size each time that it is asked.", size=old)


def _read(witness: Witness, note: bytes, answer: Answer) -> Asked:
    """Return the cosignature in an answer of 200; those by keys that are not the witness's are ignored."""
    try:
        signatures = parse_signatures(answer.body)
        named = [one for one in signatures if (one.name, one.id) == (witness.key.name, witness.key.id)]
        if not named:
            return Asked(witness, "refused", f"Its answer has no cosignature by the key {witness.key.name}.")
        whole = add_signatures(note, named[:1])
        (cosigned,) = open_any_checkpoint(whole, [witness.key]).signed
    except (MalformedError, RefusedError) as error:
        return Asked(witness, "refused", error.message)
    if not cosigned.at:
        # A checkpoint's cosignature that names no time makes no statement about the largest tree (tlog-witness).
        return Asked(witness, "refused", "Its cosignature names no time.")
    return Asked(witness, "cosigned", f"Cosigned {parse_checkpoint(parse_note(note).text).size} entries.", named[0])


def _words(answer: Answer) -> str:
    """Return what an answer says, for people: its status and the first line of its text."""
    said = answer.body[:400].decode("utf-8", "replace").partition("\n")[0].strip()
    return f"It answered {answer.status}{f' ({said})' if said and answer.status != 200 else ''}."


def _without(note: bytes, keys: Sequence[VerifierKey]) -> bytes:
    """Return a signed checkpoint without the signatures of some keys: a witness is asked about what the log signed."""
    parsed = parse_note(note)
    gone = {(key.name, key.id) for key in keys}
    return format_note(Note(parsed.text, tuple(one for one in parsed.signatures if (one.name, one.id) not in gone)))
