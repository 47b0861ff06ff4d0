"""Steps 3 to 5: on whose word the log is taken; its charter; the signatures under its checkpoint (design §2.2, §2.4).

The policy says which keys may sign for the log, the charter, with the appointments since, says which keys the log has,
and the checkpoint is signed by them: each is held against the other two. Which policy was chosen is part of the answer,
and so is each appointment by which the keys have changed.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace

from ledger.assessment.authority import Authority, found, weigh_key
from ledger.assessment.succession import follow, rotations
from ledger.audit.bundle import CHECKPOINT, POLICY
from ledger.audit.check.case import Case
from ledger.audit.check.log import header_lines
from ledger.audit.verification import Rotation, Trust
from ledger.errors import MalformedError, PledgerError
from ledger.model.statement import CharterStatement, KeyStatement
from ledger.tlog.checkpoint import Checkpoint, open_checkpoint, parse_checkpoint
from ledger.tlog.entry import parse_header
from ledger.tlog.note import NOTE_LIMIT, parse_note
from ledger.tlog.policy import POLICY_LIMIT, Log, Policy, format_policy, open_by_policy, parse_policy, witnessed


def read_checkpoint(case: Case) -> Checkpoint | None:
    """Return what the checkpoint says, its signatures not yet looked at."""
    try:
        return parse_checkpoint(parse_note(case.bundle.read(CHECKPOINT, limit=NOTE_LIMIT)).text)
    except MalformedError as error:
        case.notes.find(5, "checkpoint.malformed", CHECKPOINT, error.message)
        return None


def choose_policy(
    case: Case, checkpoint: Checkpoint | None, given: bytes | None, pinned: Mapping[str, bytes], *, is_named: bool
) -> tuple[Trust, Policy | None]:
    """Step 3. Return on whose word the log is taken, and that policy; ``is_named``: the caller knows its charter."""
    origin = checkpoint.origin if checkpoint is not None else ""
    own: Trust = "charter" if is_named else "self-declared"
    trust: Trust = "given" if given is not None else "pinned" if origin in pinned else own
    try:
        raw = given if given is not None else pinned.get(origin)
        return trust, parse_policy(raw if raw is not None else case.bundle.read(POLICY, limit=POLICY_LIMIT))
    except MalformedError as error:
        case.notes.find(3, "policy.malformed", f"{trust} policy", error.message)
        return trust, None


def check_charter(case: Case, checkpoint: Checkpoint, *, genesis: str | None = None) -> Authority | None:
    """Step 4. Return the keys that the charter founds, or null where it does not stand.

    Args:
        case: with its statements opened.
        checkpoint: what it says.
        genesis: digest of the charter that the caller named.
    """
    notes = case.notes
    try:
        first = parse_header(next(header_lines(case.bundle), b""))
    except MalformedError as error:
        notes.find(4, "charter.missing", "entry 0", f"The header of the charter cannot be read: {error.message}")
        return None
    case.genesis = first.statement
    if genesis is not None and first.statement != genesis:
        sentence = f"The charter of this log is {first.statement}, and you named {genesis}: it is another log."
        notes.find(4, "charter.other", "entry 0", sentence)
    one = case.opened.get(first.statement)
    if one is None:
        notes.find(4, "charter.missing", "entry 0", "The bundle does not hold the charter, which entry 0 names.")
        return None
    if one.envelope is None or not isinstance(one.statement, CharterStatement):
        sentence = one.fault[1] if one.fault is not None else "What entry 0 names is not a charter."
        notes.find(4, "charter.malformed", "entry 0", sentence)
        return None
    if one.statement.body.origin != checkpoint.origin:
        sentence = f"The charter is of {one.statement.body.origin}, and the checkpoint of {checkpoint.origin}."
        notes.find(4, "charter.origin", "entry 0", sentence)
    try:
        return found(one.envelope, one.statement)
    except PledgerError as error:
        notes.find(4, "charter.unproven", "entry 0", error.message)
        return None


def follow_appointments(case: Case, authority: Authority) -> Authority:
    """Return the authority after the ``key`` statements that count, so that its appointments say who signs.

    One that does not count is no finding of this step: it changes nothing, and step 9 says what is wrong with it.
    """
    for header in case.headers:
        one = case.opened[header.statement]
        if header.kind == "key" and one.fault is None and one.envelope and isinstance(one.statement, KeyStatement):
            with suppress(PledgerError):
                authority = weigh_key(authority, one.envelope, one.statement, index=header.index)
    return authority


def check_signatures(
    case: Case, checkpoint: Checkpoint, authority: Authority, chosen: Policy, *, is_own: bool
) -> tuple[Rotation, ...]:
    """Step 5. Find a checkpoint that its log did not sign as its charter, its appointments and the policies say.

    Args:
        case: its headers are read, and the roots known to which they lead.
        checkpoint: what it says.
        authority: after the appointments that count.
        chosen: the policy.
        is_own: it is the bundle's own.

    Returns:
        How the keys that sign have changed since the charter.
    """
    raw, notes = case.bundle.read(CHECKPOINT, limit=NOTE_LIMIT), case.notes
    keys = authority.checkpoint_keys_at(checkpoint.size)
    try:
        signed = open_checkpoint(raw, log=keys, witnesses=[one.key for one in chosen.witnesses])
        own = chosen if is_own else parse_policy(case.bundle.read(POLICY, limit=POLICY_LIMIT))
    except PledgerError as error:
        notes.find(5, "checkpoint.unsigned", CHECKPOINT, error.message)
        return ()
    if {log.key for log in own.logs} != set(keys) or format_policy(own) != case.bundle.read(POLICY):
        sentence = "The bundle's policy does not name the charter's two log keys, and no other, in its plain spelling."
        notes.find(5, "policy.not-the-charters", POLICY, sentence)
    followed = follow(chosen, authority, size=checkpoint.size, root_at=case.roots.get)
    if not is_own and followed is None:
        sentence = f"The policy does not name the keys by which {checkpoint.origin} signs here; it trusts another log."
        notes.find(5, "policy.other-log", "policy", sentence)
    try:
        # Where the policy's keys lead to those in force, these stand in their place; its witnesses are the verifier's.
        open_by_policy(raw, chosen if followed is None else replace(chosen, logs=tuple(map(Log, keys))))
    except PledgerError as error:
        notes.find(5, "checkpoint.untrusted", CHECKPOINT, error.message)
    _check_quorum(case, authority, checkpoint, witnessed(chosen, signed.signers)[0])
    return tuple(
        Rotation(tenure.since, *tenure.approved, is_followed=tenure in (followed or ()))
        for tenure in rotations(authority, checkpoint.size)
    )


def _check_quorum(case: Case, authority: Authority, checkpoint: Checkpoint, reached: int) -> None:
    tenure = authority.tenure_at(checkpoint.size - 1)
    if reached < tenure.quorum:
        who = f"The appointment of entry {tenure.since}" if tenure.since else "The charter"
        sentence = f"{who} asks for {tenure.quorum} witnesses, and {reached} known ones cosigned the checkpoint."
        case.notes.find(5, "checkpoint.quorum", CHECKPOINT, sentence)
