"""Asking witnesses: a quorum, other sizes, silence, and answers that are worth nothing (tlog-witness, tlog-policy)."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from ledger.errors import MalformedError, RefusedError, UnavailableError
from ledger.service.cosign import ATTEMPTS, Ask, Cosigned, cosign, refuse_short, witness_policy, witnessed_receipt
from ledger.signing.key import PrivateKey
from ledger.tlog.checkpoint import Checkpoint, cosign_checkpoint, sign_checkpoint
from ledger.tlog.merkle import Hash, prove_consistency
from ledger.tlog.note import Signature, SignatureType, VerifierKey, format_signature, parse_note
from ledger.tlog.policy import Policy, Witness
from ledger.tlog.proof import Receipt
from ledger.tlog.witness import Answer, Cosigner, Granted, Kept, decide, grant, parse_request
from tests.unit.tlog.small_log import (
    AT,
    ED25519,
    LOG_KEYS,
    MLDSA,
    ORIGIN,
    WITNESS_1,
    WITNESS_2,
    WITNESS_KEYS,
    grown,
    signed,
)

URLS = ("http://one.example", "http://two.example/w")
WITNESSES = tuple(Witness(key.name, key, url) for key, url in zip(WITNESS_KEYS, URLS, strict=True))
PRIVATE = dict(zip(URLS, (WITNESS_1, WITNESS_2), strict=True))
BOTH = witness_policy(LOG_KEYS, WITNESSES, quorum=2)
NODES = grown(13)[1]


class Net:
    """Two witnesses behind addresses, which answer as they should unless told otherwise.

    Attributes:
        kept: what each has cosigned last.
        odd: answers in the place of their own, by address.
        asked: the addresses asked, in order; ``waits`` the pauses between.
    """

    def __init__(self, **kept: int) -> None:
        sizes = {URLS[0]: kept.get("one", 0), URLS[1]: kept.get("two", 0)}
        self.kept = {
            url: Kept(size, grown(size)[0].root, AT, signed(size)) for url, size in sizes.items() if size
        }  # fmt: skip
        self.odd: dict[str, Callable[[bytes], Answer]] = {}
        self.asked: list[str] = []
        self.waits: list[float] = []

    def ask(self, url: str, body: bytes) -> Answer:
        """Answer a request."""
        self.asked.append(url)
        if url in self.odd:
            return self.odd[url](body)
        decided = decide(parse_request(body), log=LOG_KEYS, kept=self.kept.get(url))
        if not isinstance(decided, Granted):
            return decided.answer
        name = WITNESSES[URLS.index(url)].key.name
        self.kept[url], answer = grant(decided, cosigners=(Cosigner(name, PRIVATE[url]),), at=AT + 9)
        return answer

    def cosign(self, size: int, policy: Policy = BOTH, *, note: bytes | None = None, last: int = 0) -> Cosigned:
        """Ask for the checkpoint of the small log at a size."""
        ask: Ask = self.ask
        return cosign(
            note or signed(size), policy, ask=ask, wait=self.waits.append, last=last,
            prove=lambda old, new: prove_consistency(old, new, NODES),
        )  # fmt: skip


def replies(cosigned: Cosigned) -> list[str]:
    """Return what came of asking each witness, in a word."""
    return [one.reply for one in cosigned.asked]


def test_both_witnesses_cosign() -> None:
    """Cosignatures of both kinds are verified, counted and put under the log's own (tlog-cosignature)."""
    cosigned = Net().cosign(7)
    assert (cosigned.given, cosigned.known, cosigned.is_reached) == (2, 2, True)
    assert replies(cosigned) == ["cosigned", "cosigned"]
    lines = parse_note(cosigned.note).signatures
    assert [one.id for one in lines] == [key.id for key in (*LOG_KEYS, *WITNESS_KEYS)]
    refuse_short(cosigned)


def test_witness_that_names_another_size_is_asked_again_from_there() -> None:
    """A 409 gives the size from which the next proof is made (tlog-witness)."""
    net = Net(one=5, two=8)
    assert net.cosign(13).is_reached
    assert sorted(net.asked) == [URLS[0]] * 2 + [URLS[1]] * 2
    assert net.waits == []


def test_witness_is_asked_from_the_size_that_is_remembered() -> None:
    """Who remembers what was cosigned last is answered at once."""
    net = Net(one=5, two=5)
    assert net.cosign(13, last=5).is_reached
    assert sorted(net.asked) == sorted(URLS)


def test_who_has_cosigned_is_not_asked_again() -> None:
    """Asking is idempotent: what was given stands, and only the others are asked."""
    net = Net()
    net.odd[URLS[1]] = lambda _: Answer(403, "text/plain", b"no\n")
    first = net.cosign(7)
    assert (first.given, first.is_reached) == (1, False)
    net.odd.clear()
    net.asked.clear()
    second = net.cosign(7, note=first.note)
    assert second.is_reached
    assert net.asked == [URLS[1]]


def silent(_: bytes) -> Answer:
    """Answer nothing."""
    message = "The witness cannot be reached; try again."
    raise UnavailableError(message)


def cosignature(raw: bytes, *, key: PrivateKey = WITNESS_2, name: str = "witness.example/2", at: int = AT) -> Answer:
    """Answer a cosignature that somebody made over something."""
    line = format_signature(cosign_checkpoint(raw, name=name, key=key, at=at))
    return Answer(200, "text/plain", line.encode())


WORTHLESS: dict[str, tuple[Callable[[bytes], Answer], str, str]] = {
    "a refusal": (lambda _: Answer(403, "text/plain", b"I do not know you.\n"), "refused", "403 (I do not know you.)"),
    "an unknown log": (lambda _: Answer(404, "text/plain", b""), "refused", "answered 404"),
    "no signatures": (lambda _: Answer(200, "text/plain", b""), "refused", "signature line"),
    "no text": (lambda _: Answer(200, "text/plain", b"\xff\n"), "refused", "not UTF-8"),
    "somebody else's": (lambda _: cosignature(signed(7), key=WITNESS_1, name="w"), "refused", "no cosignature by"),
    "of another checkpoint": (lambda _: cosignature(signed(6)), "refused", "not valid"),
    "without a time": (lambda _: cosignature(signed(7), at=0), "refused", "names no time"),
    "a size ahead": (lambda _: Answer(409, "text/x.tlog.size", b"9\n"), "ahead", "9 entries already"),
    "a size of another form": (lambda _: Answer(409, "text/plain", b"9\n"), "refused", "instead of text/x.tlog.size"),
    "a moved address": (lambda _: Answer(302, "text/plain", b""), "refused", "answered 302"),
    "silence": (silent, "unavailable", "cannot be reached"),
    "a fault of its own": (lambda _: Answer(500, "text/plain", b""), "unavailable", "answered 500"),
    "too much to do": (lambda _: Answer(429, "text/plain", b""), "unavailable", "answered 429"),
}


@pytest.mark.parametrize(("odd", "reply", "said"), WORTHLESS.values(), ids=WORTHLESS)
def test_answer_that_is_no_cosignature_does_not_count(odd: Callable[[bytes], Answer], reply: str, said: str) -> None:
    """One witness cannot spoil the other's cosignature, and what it gives counts only where it verifies."""
    net = Net()
    net.odd[URLS[1]] = odd
    cosigned = net.cosign(7)
    assert replies(cosigned) == ["cosigned", reply]
    assert said in cosigned.asked[1].sentence
    assert (cosigned.given, cosigned.is_reached) == (1, False)
    with pytest.raises(UnavailableError, match="witnessed by 1 of 2, short of the quorum") as caught:
        refuse_short(cosigned)
    assert caught.value.facts["outcome"] == "published"


def test_witness_that_stays_silent_is_asked_a_few_times() -> None:
    """Retries are bounded, and each waits longer than the one before."""
    net = Net()
    net.odd[URLS[0]] = net.odd[URLS[1]] = silent
    net.cosign(7)
    assert len(net.asked) == 2 * ATTEMPTS
    assert sorted(net.waits) == [0.5, 0.5, 1.0, 1.0]


def test_witness_that_never_agrees_on_a_size_is_left() -> None:
    """A witness that names another size each time does not keep us for ever."""
    net = Net()
    sizes = iter(range(1, 7))
    net.odd[URLS[0]] = lambda _: Answer(409, "text/x.tlog.size", b"%d\n" % next(sizes))
    assert replies(net.cosign(7))[0] == "refused"


def test_signatures_of_strangers_in_an_answer_are_ignored() -> None:
    """A witness may answer with more than one signature; those of unknown keys are ignored (tlog-witness)."""
    net = Net()
    stranger = format_signature(Signature("somebody.example", b"1234", bytes(72))).encode()
    own = cosignature(signed(7)).body
    net.odd[URLS[1]] = lambda _: Answer(200, "text/plain", stranger + own)
    cosigned = net.cosign(7)
    assert cosigned.is_reached
    assert b"somebody.example" not in cosigned.note


def test_checkpoint_of_another_log_is_refused() -> None:
    """Nobody is asked about what the log did not sign."""
    raw = sign_checkpoint(Checkpoint("example.com/other", 7, Hash(bytes(32))), ed25519=ED25519, mldsa=MLDSA, at=AT)
    net = Net()
    with pytest.raises(RefusedError):
        net.cosign(7, note=raw)
    assert net.asked == []


def test_witness_without_an_address_is_not_asked() -> None:
    """A policy may know witnesses that only others ask."""
    policy = replace(BOTH, witnesses=(WITNESSES[0], replace(WITNESSES[1], url=None)))
    net = Net()
    cosigned = net.cosign(7, policy)
    assert net.asked == [URLS[0]]
    assert (cosigned.given, cosigned.known, cosigned.is_reached) == (1, 2, False)


def test_quorum_of_none_is_always_reached() -> None:
    """A charter that asks for no witness is content with the log's signature (tlog-policy)."""
    policy = witness_policy(LOG_KEYS, WITNESSES, quorum=0)
    net = Net()
    net.odd[URLS[0]] = net.odd[URLS[1]] = silent
    assert net.cosign(7, policy).is_reached


TWICE = VerifierKey("witness.example/3", SignatureType.ED25519_COSIGNATURE, WITNESS_1.public)
NO_POLICY = {
    "more than there are": (WITNESSES, 3),
    "any where there are none": ((), 1),
    "a name twice": ((WITNESSES[0], replace(WITNESSES[1], name=WITNESSES[0].name)), 1),
    "a key twice": ((WITNESSES[0], Witness("w", TWICE, URLS[1])), 1),
}


@pytest.mark.parametrize(("witnesses", "quorum"), NO_POLICY.values(), ids=NO_POLICY)
def test_quorum_that_cannot_be_counted_is_malformed(witnesses: tuple[Witness, ...], quorum: int) -> None:
    """A quorum is of witnesses that are there, each counted once (tlog-policy)."""
    with pytest.raises(MalformedError):
        witness_policy(LOG_KEYS, witnesses, quorum=quorum)


def test_receipt_says_how_many_have_witnessed() -> None:
    """A receipt carries the cosigned checkpoint and k of n; of another checkpoint it takes nothing (design §2.4)."""
    receipt = Receipt(b"", 3, "sha256:" + "0" * 64, (), signed(7))  # type: ignore[arg-type]
    net = Net()
    net.odd[URLS[1]] = silent
    cosigned = net.cosign(7)
    assert witnessed_receipt(receipt, cosigned.note, BOTH).witnesses == (1, 2)
    assert witnessed_receipt(receipt, receipt.checkpoint, BOTH).witnesses == (0, 2)
    with pytest.raises(MalformedError, match="not that of the receipt"):
        witnessed_receipt(receipt, net.cosign(8).note, BOTH)
    assert cosigned.note.startswith(ORIGIN.encode())
