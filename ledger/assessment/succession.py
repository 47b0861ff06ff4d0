"""From keys that a verifier knows to keys that sign now: a log's appointments, followed on the word of its root keys.

A policy names the keys by which somebody knows a log. Where these were replaced by a logged appointment, the log may
still be followed: its charter names root keys, and these approved what came after. But a charter is easily forged by
whoever need not sign anything with the keys that the policy names: so each appointment of new checkpoint keys carries
the last checkpoint that the keys before it have signed, and only where a key of the policy signed that, over a tree
that this log begins with, does its charter count for whoever holds that policy. Source: design §2.2 (``key``), §2.4.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from itertools import pairwise

from ledger.assessment.authority import Authority
from ledger.assessment.tenure import Tenure
from ledger.errors import PledgerError, RefusedError
from ledger.tlog.checkpoint import (
    Checkpoint,
    SignedCheckpoint,
    open_any_checkpoint,
    open_checkpoint_at,
    parse_checkpoint,
)
from ledger.tlog.note import VerifierKey, parse_note
from ledger.tlog.policy import Log, Policy, quorum_reached, witnessed

RootAt = Callable[[int], bytes | None]
"""Gives the root of the log's first so many entries, as they lead to its checkpoint; None where it is not known."""


@dataclass(frozen=True, slots=True)
class Followed:
    """A checkpoint that a policy accepts.

    Attributes:
        signed: by both keys in force at its size.
        since: the appointments by which the policy's keys were replaced, in order; none where it names those in force.
    """

    signed: SignedCheckpoint
    since: tuple[Tenure, ...]


def rotations(authority: Authority, size: int) -> tuple[Tenure, ...]:
    """Return the tenures by which the checkpoint keys of a log of that size changed, the charter's left out."""
    held = [tenure for tenure in authority.tenures if tenure.since < size]
    return tuple(after for before, after in pairwise(held) if after.checkpoint != before.checkpoint)


def beginnings(authority: Authority, size: int) -> tuple[Checkpoint, ...]:
    """Return what the keys signed last before each change of them, in order, as the appointments carry it."""
    notes = (change.last_checkpoint for change in rotations(authority, size))
    return tuple(parse_checkpoint(parse_note(note).text) for note in notes if note is not None)


def open_by_succession(raw: bytes, policy: Policy, authority: Authority, *, root_at: RootAt) -> Followed:
    """Return the checkpoint, signed by the keys in force at its size and accepted by a policy that knows the log.

    Args:
        raw: the signed checkpoint.
        policy: the verifier's own. It names a key in force, or keys from which appointments lead to those.
        authority: folded over all entries that the checkpoint covers.
        root_at: of the log that the checkpoint signs.

    Raises:
        MalformedError: it is not a checkpoint.
        RefusedError: the keys in force did not sign it, the policy does not lead to them, or its quorum is not reached.
    """
    witnesses = [one.key for one in policy.witnesses]
    signed = open_checkpoint_at(raw, authority.checkpoint_keys_at, witnesses=witnesses)
    followed = follow(policy, authority, size=signed.checkpoint.size, root_at=root_at)
    if followed is None:
        origin = signed.checkpoint.origin
        message = f"No log of the policy signed the checkpoint of {origin}; add its key, or ask the log that is meant."
        raise RefusedError(message, origin=origin)
    if not quorum_reached(policy, signed.signers):
        origin, (given, known) = signed.checkpoint.origin, witnessed(policy, signed.signers)
        message = (
            f"The checkpoint of {origin} is witnessed by {given} of {known}, short of the quorum; get it cosigned."
        )
        raise RefusedError(message, origin=origin, k=given, n=known, quorum=policy.quorum)
    return Followed(signed, followed)


def follow(policy: Policy, authority: Authority, *, size: int, root_at: RootAt) -> tuple[Tenure, ...] | None:
    """Return the appointments that lead from a policy's keys to those in force at a size; None where none do.

    An empty answer says that the policy names keys in force: one of each algorithm that it names for this log. So a log
    of another charter, made by whoever has only one of the two keys, is not taken for the one that is meant.
    """
    named = [log.key for log in policy.logs if log.key.name == authority.charter.origin]
    if is_each(named, authority.checkpoint_keys_at(size)):
        return ()
    changes = rotations(authority, size)
    for number in range(len(changes) - 1, -1, -1):
        if _signed_before(changes[number], named, root_at):
            return changes[number:]
    return None


def replace_keys(policy: Policy, authority: Authority, *, size: int) -> Policy:
    """Return a policy that names the keys in force at a size where it named others that the log has or had.

    Where one of those had an address, the new keys have it. Whatever else the policy says stays.
    """
    keys = authority.checkpoint_keys_at(size)
    ever = {key for tenure in authority.tenures for key in tenure.checkpoint}
    own = [log for log in policy.logs if log.key in ever]
    urls = {log.key.type: log.url for log in own}
    fresh = [Log(key, urls.get(key.type)) for key in keys]
    place = policy.logs.index(own[0]) if own else len(policy.logs)
    before, after = policy.logs[:place], policy.logs[place:]
    logs = (*before, *fresh, *(log for log in after if log.key not in ever))
    return Policy(logs, policy.witnesses, policy.groups, policy.quorum)


def _signed_before(change: Tenure, named: list[VerifierKey], root_at: RootAt) -> bool:
    """Tell whether the policy's keys signed the checkpoint that an appointment carries, over this log's beginning."""
    note = change.last_checkpoint
    if note is None or not named:
        return False
    try:
        said = parse_checkpoint(parse_note(note).text)
        signers = open_any_checkpoint(note, named).signers
    except PledgerError:
        return False
    return is_each(named, signers) and root_at(said.size) == said.root


def is_each(named: Collection[VerifierKey], found: Collection[VerifierKey]) -> bool:
    """Tell whether, of each algorithm that a policy names for a log, one of its keys is among those found.

    A checkpoint has two signatures so that one broken algorithm, or one stolen key, is not enough (design §2.4). A
    policy that names old and new keys takes either of each.
    """
    return bool(named) and {key.type for key in named} == {key.type for key in named if key in found}
