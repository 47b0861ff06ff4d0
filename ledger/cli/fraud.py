"""A fraud proof under ``pledger verify``: judged offline, by the keys that this user trusts (`ledger.tlog.fraud`).

``sound`` means here that the accusation stands: the accused signed what contradicts itself. By the proof's own keys
that shows only that whoever holds them did; whose they are is said by a policy.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from ledger.cli.output import answer, say
from ledger.cli.trust import pins_folder, read_pins

if TYPE_CHECKING:
    from ledger.tlog.fraud import FraudProof, Judgement
    from ledger.tlog.note import VerifierKey

ANSWER: Final = {
    "sound": "whether the accusation stands",
    "trust": "on whose word the keys are the accused's: `given`, `pinned` or `self-declared`",
    "origin": "the log's name",
    "accusation": "`fork`, `rewrite`, `rollback`, `withheld`, `chain`, `omission` or `misindex`",
    "convicted": "verifier keys whose holder signed what contradicts itself",
    "sentence": "what was shown, or why nothing was",
    "findings": "why nothing was shown: `code`, `subject`, `sentence`, `source`; docs/watching.md lists the codes",
}


def verify_fraud(raw: bytes, *, policy: bytes | None, json: bool) -> int:
    """Judge a fraud proof, tell what it shows, and return 0 where the accusation stands, else 1.

    Raises:
        MalformedError: it is no fraud proof, or the policy is none.
    """
    from ledger.tlog.fraud import judge, parse_fraud

    proof = parse_fraud(raw)
    keys, trust = _keys(proof, policy)
    judged = judge(proof, keys)
    if json:
        answer(_document(judged, trust))
    else:
        say(*_lines(judged, trust))
    return 0 if judged.is_shown else 1


def _keys(proof: "FraudProof", policy: bytes | None) -> "tuple[Sequence[VerifierKey], str]":
    """Return the keys that are known, and on whose word."""
    from ledger.tlog.checkpoint import parse_checkpoint
    from ledger.tlog.note import parse_note
    from ledger.tlog.policy import parse_policy

    origin = parse_checkpoint(parse_note(proof.first).text).origin
    chosen, trust = (policy, "given") if policy is not None else (read_pins(pins_folder()).get(origin), "pinned")
    if chosen is None:
        return proof.keys, "self-declared"
    known = parse_policy(chosen)
    return [*(log.key for log in known.logs if log.key.name == origin), *(one.key for one in known.witnesses)], trust


def _document(judged: "Judgement", trust: str) -> dict[str, object]:
    from ledger.tlog.note import format_verifier_key

    return {
        "sound": judged.is_shown, "trust": trust, "origin": judged.origin, "accusation": judged.accusation,
        "convicted": [format_verifier_key(key) for key in judged.convicted], "sentence": judged.sentence,
        "findings": [
            {"code": one.code, "subject": one.subject, "sentence": one.sentence, "source": one.source}
            for one in judged.findings
        ],
    }  # fmt: skip


def _lines(judged: "Judgement", trust: str) -> list[str]:
    from ledger.tlog.note import format_verifier_key

    whose = {
        "given": "The keys are those of the policy that you gave.",
        "pinned": "The keys are those of the policy that you pinned for this log.",
        "self-declared": "The keys are the proof's own: their holder contradicted himself, whoever that is.",
    }[trust]
    verdict = "sound" if judged.is_shown else "unsound"
    return [
        f"{verdict} · trust: {trust} · origin: {judged.origin or 'unknown'} · fraud proof: {judged.accusation}",
        whose,
        judged.sentence,
        *(f"Convicted: {format_verifier_key(key)}" for key in judged.convicted),
        *(f"{one.code}, {one.subject}: {one.sentence}" for one in judged.findings),
    ]
