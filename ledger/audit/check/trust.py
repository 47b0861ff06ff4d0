"""Steps 3 to 5: on whose word the log is taken; its charter; the signatures under its checkpoint (design §2.2, §2.4).

The policy says which keys may sign for the log, the charter says which keys the log has, and the checkpoint is signed
by them: each is held against the other two. Which policy was chosen is part of the answer.
"""

from collections.abc import Mapping, Sequence

from ledger.assessment.authority import Authority, found
from ledger.audit.bundle import CHECKPOINT, POLICY
from ledger.audit.check.case import Case
from ledger.audit.check.log import header_lines
from ledger.audit.verification import Trust
from ledger.errors import MalformedError, PledgerError
from ledger.model.charter import Charter
from ledger.model.statement import CharterStatement, plain
from ledger.signing.key import PublicKey
from ledger.tlog.checkpoint import Checkpoint, log_keys, open_checkpoint, parse_checkpoint
from ledger.tlog.entry import parse_header
from ledger.tlog.note import NOTE_LIMIT, VerifierKey, parse_note
from ledger.tlog.policy import POLICY_LIMIT, Policy, format_policy, open_by_policy, parse_policy, witnessed


def read_checkpoint(case: Case) -> Checkpoint | None:
    """Return what the checkpoint says, its signatures not yet looked at."""
    try:
        return parse_checkpoint(parse_note(case.bundle.read(CHECKPOINT, limit=NOTE_LIMIT)).text)
    except MalformedError as error:
        case.notes.find(5, "checkpoint.malformed", CHECKPOINT, error.message)
        return None


def choose_policy(
    case: Case, checkpoint: Checkpoint | None, given: bytes | None, pinned: Mapping[str, bytes]
) -> tuple[Trust, Policy | None]:
    """Step 3. Return on whose word the log is taken, and that policy."""
    origin = checkpoint.origin if checkpoint is not None else ""
    trust: Trust = "given" if given is not None else "pinned" if origin in pinned else "self-declared"
    try:
        raw = given if given is not None else pinned.get(origin)
        return trust, parse_policy(raw if raw is not None else case.bundle.read(POLICY, limit=POLICY_LIMIT))
    except MalformedError as error:
        case.notes.find(3, "policy.malformed", f"{trust} policy", error.message)
        return trust, None


def check_charter(case: Case, checkpoint: Checkpoint) -> Authority | None:
    """Step 4. Return the keys that the charter founds, or null where it does not stand."""
    notes = case.notes
    try:
        first = parse_header(next(header_lines(case.bundle), b""))
    except MalformedError as error:
        notes.find(4, "charter.missing", "entry 0", f"The header of the charter cannot be read: {error.message}")
        return None
    case.genesis = first.statement
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


def check_signatures(case: Case, checkpoint: Checkpoint, charter: Charter, chosen: Policy, *, is_own: bool) -> None:
    """Step 5. Find a checkpoint that its log did not sign as its charter and the policies say."""
    raw, notes = case.bundle.read(CHECKPOINT, limit=NOTE_LIMIT), case.notes
    try:
        ed25519, mldsa = (PublicKey.from_jwk(plain(jwk), what="a checkpoint key") for jwk in charter.checkpoint)
        keys = log_keys(charter.origin, ed25519=ed25519, mldsa=mldsa)
        signed = open_checkpoint(raw, log=keys, witnesses=[one.key for one in chosen.witnesses])
        own = chosen if is_own else parse_policy(case.bundle.read(POLICY, limit=POLICY_LIMIT))
    except PledgerError as error:
        notes.find(5, "checkpoint.unsigned", CHECKPOINT, error.message)
        return
    if {log.key for log in own.logs} != set(keys) or format_policy(own) != case.bundle.read(POLICY):
        sentence = "The bundle's policy does not name the charter's two log keys, and no other, in its plain spelling."
        notes.find(5, "policy.not-the-charters", POLICY, sentence)
    if not is_own and not _names_log(chosen, checkpoint.origin, keys):
        sentence = f"The policy does not name the keys by which {checkpoint.origin} signs here; it trusts another log."
        notes.find(5, "policy.other-log", "policy", sentence)
    try:
        open_by_policy(raw, chosen)
    except PledgerError as error:
        notes.find(5, "checkpoint.untrusted", CHECKPOINT, error.message)
    reached, _ = witnessed(chosen, signed.signers)
    if reached < charter.quorum:
        sentence = f"The charter asks for {charter.quorum} witnesses, and {reached} known ones cosigned the checkpoint."
        notes.find(5, "checkpoint.quorum", CHECKPOINT, sentence)


def _names_log(policy: Policy, origin: str, keys: Sequence[VerifierKey]) -> bool:
    """Whether the policy names this log, by no keys but its own."""
    named = [log.key for log in policy.logs if log.key.name == origin]
    return bool(named) and all(key in keys for key in named)
