"""The trust policy: which logs are accepted, which witnesses are known, how many of them suffice (C2SP tlog-policy).

A policy is the verifier's own; the one that a bundle carries is self-declared until somebody pins it. Names of
witnesses and groups are opaque octets and mean nothing outside of the file. A policy says how a checkpoint is validated
and nothing more; nothing here asks a witness.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from ledger.errors import MalformedError, RefusedError
from ledger.tlog.checkpoint import SignedCheckpoint, open_any_checkpoint
from ledger.tlog.note import SignatureType, VerifierKey, format_verifier_key, parse_verifier_key

POLICY_LIMIT: Final = 1 << 20
"""The most bytes that a policy may have."""

NO_QUORUM: Final = "none"
"""The quorum that asks for no cosignature."""

_FORBIDDEN: Final = re.compile(rb"[\x00-\x08\x0b-\x1f\x7f]")
_COUNT: Final = re.compile(r"[1-9][0-9]{0,8}")
_BLANK: Final = re.compile(r"[ \t]+")


@dataclass(frozen=True, slots=True)
class Log:
    """A log that is accepted: its key, whose name is the log's origin, and where it may be reached."""

    key: VerifierKey
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Witness:
    """A witness that is known: its name in the policy, its key, and where it may be asked for a cosignature."""

    name: str
    key: VerifierKey
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """A group of witnesses and groups, which has witnessed a checkpoint where at least ``threshold`` members have."""

    name: str
    threshold: int
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Policy:
    """Whom a verifier trusts.

    Attributes:
        logs: any one of them may have signed; may be empty where the log is known otherwise.
        witnesses: whose cosignatures count.
        groups: in the order in which they were defined; each names only what stands before it.
        quorum: the name of a witness or group, or `NO_QUORUM`.
    """

    logs: tuple[Log, ...] = ()
    witnesses: tuple[Witness, ...] = ()
    groups: tuple[Group, ...] = ()
    quorum: str = NO_QUORUM


def format_policy(policy: Policy) -> bytes:
    """Return the policy as a file: logs, witnesses, groups, quorum, a line each. `parse_policy` reads it back.

    Raises:
        MalformedError: it is not a policy that could be read back.
    """
    lines = [
        *(_line("log", format_verifier_key(log.key), log.url) for log in policy.logs),
        *(_line("witness", one.name, format_verifier_key(one.key), one.url) for one in policy.witnesses),
        *(_line("group", group.name, str(group.threshold), *group.members) for group in policy.groups),
        _line("quorum", policy.quorum),
    ]
    raw = "".join(lines).encode("utf-8", "surrogateescape")
    if parse_policy(raw) != policy:
        message = "A name or address in the policy holds white space; write it without."
        raise MalformedError(message)
    return raw


def parse_policy(raw: bytes) -> Policy:
    """Return the policy that a file holds. Comments and white space are as free as the specification has them.

    Raises:
        MalformedError: naming the line that breaks a rule.
    Source: C2SP tlog-policy, *Policy file syntax and structure*.
    """
    if len(raw) > POLICY_LIMIT:
        message = f"The policy is {len(raw)} bytes long, and {POLICY_LIMIT} is the most; leave out what is not needed."
        raise MalformedError(message)
    found = _FORBIDDEN.search(raw)
    if found is not None or not raw.endswith(b"\n"):
        place = "its end" if found is None else f"byte {found.start()}"
        message = (
            f"The policy is not lines of text, each with a newline and without control characters, at {place}; mend it."
        )
        raise MalformedError(message)
    # Octets that are not UTF-8 survive as escapes, so that different octets stay different names.
    lines = raw.decode("utf-8", "surrogateescape").split("\n")
    reader = _Reader()
    for number, line in enumerate(lines, start=1):
        words = _BLANK.split(line.strip(" \t"))
        if words != [""] and not words[0].startswith("#"):
            reader.read(words, number=number)
    return reader.policy(lines=len(lines) - 1)


def quorum_reached(policy: Policy, signers: Collection[VerifierKey]) -> bool:
    """Return whether the keys that verifiably signed a checkpoint make up the policy's quorum.

    Source: C2SP tlog-policy, *Defining the quorum*, *Defining a witness group*.
    """
    witnessed = {one.name for one in policy.witnesses if one.key in signers}
    # A group names only what was defined before it, so one pass in order settles all of them.
    for group in policy.groups:
        if sum(member in witnessed for member in group.members) >= group.threshold:
            witnessed.add(group.name)
    return policy.quorum == NO_QUORUM or policy.quorum in witnessed


def witnessed(policy: Policy, signers: Collection[VerifierKey]) -> tuple[int, int]:
    """Return k and n: how many of the policy's witnesses signed, and how many it has."""
    return sum(one.key in signers for one in policy.witnesses), len(policy.witnesses)


def open_by_policy(raw: bytes, policy: Policy) -> SignedCheckpoint:
    """Return the checkpoint, verified as the policy says: signed by one of its logs, and witnessed by its quorum.

    Raises:
        MalformedError: it is not a checkpoint.
        RefusedError: a known key's signature is bad, no log of the policy signed, or the quorum is not reached.
    Source: C2SP tlog-policy, *What is a "policy"?*; tlog-proof, *Verifying a tlog proof*, steps 2 and 3.
    """
    signed = open_any_checkpoint(raw, [*(one.key for one in policy.logs), *(one.key for one in policy.witnesses)])
    origin = signed.checkpoint.origin
    if not any(log.key.name == origin and log.key in signed.signers for log in policy.logs):
        message = f"No log of the policy signed the checkpoint of {origin}; add its key, or ask the log that is meant."
        raise RefusedError(message, origin=origin)
    if not quorum_reached(policy, signed.signers):
        given, known = witnessed(policy, signed.signers)
        message = (
            f"The checkpoint of {origin} is witnessed by {given} of {known}, short of the quorum; get it cosigned."
        )
        raise RefusedError(message, origin=origin, k=given, n=known, quorum=policy.quorum)
    return signed


class _Reader:
    """What has been read of a policy up to a line; made for one file and thrown away with it."""

    def __init__(self) -> None:
        self.logs: list[Log] = []
        self.witnesses: list[Witness] = []
        self.groups: list[Group] = []
        self.quorum: str | None = None
        self.names: set[str] = set()
        self.members: set[str] = set()

    def read(self, words: list[str], *, number: int) -> None:
        """Read one line that is neither empty nor a comment."""
        try:
            match words:
                case ["log", vkey, *url] if len(url) <= 1:
                    self._read_log(vkey, *url)
                case ["witness", name, vkey, *url] if len(url) <= 1:
                    self._read_witness(name, vkey, *url)
                case ["group", name, threshold, *members] if members:
                    self._read_group(name, threshold, members)
                case ["quorum", name]:
                    self._read_quorum(name)
                case _:
                    message = (
                        "It is not log KEY [URL], witness NAME KEY [URL], group NAME K NAME… or quorum NAME; mend it."
                    )
                    raise MalformedError(message)
        except MalformedError as error:
            message = f"Line {number} of the policy is refused. {error.message}"
            raise MalformedError(message, line=number) from error

    def policy(self, *, lines: int) -> Policy:
        """Return the whole policy after its last line."""
        if self.quorum is None:
            message = f"The policy has no quorum among its {lines} lines; add quorum none, or the name of a group."
            raise MalformedError(message)
        return Policy(tuple(self.logs), tuple(self.witnesses), tuple(self.groups), self.quorum)

    def _read_log(self, vkey: str, url: str | None = None) -> None:
        key = parse_verifier_key(vkey)
        _refuse_twice(key, [log.key for log in self.logs], what="log")
        self.logs.append(Log(key, url))

    def _read_witness(self, name: str, vkey: str, url: str | None = None) -> None:
        key = parse_verifier_key(vkey)
        if key.type is SignatureType.ED25519:
            message = (
                f"The key of witness {_shown(name)} is not for cosignatures (type 4 or 6); give the key for those."
            )
            raise MalformedError(message)
        _refuse_twice(key, [one.key for one in self.witnesses], what="witness")
        self._define(name)
        self.witnesses.append(Witness(name, key, url))

    def _read_group(self, name: str, threshold: str, members: list[str]) -> None:
        for member in members:
            self._refuse_unknown(member)
            if member in self.members:
                message = f"{_shown(member)} is a member of a group already; each name is in one group at most."
                raise MalformedError(message)
            self.members.add(member)
        least = {"any": 1, "all": len(members)}.get(threshold)
        if least is None:
            least = int(threshold) if _COUNT.fullmatch(threshold) else 0
        if not 1 <= least <= len(members):
            message = (
                f"The threshold {_shown(threshold)} is not all, any or a number from 1 to {len(members)}; mend it."
            )
            raise MalformedError(message)
        self._define(name)
        self.groups.append(Group(name, least, tuple(members)))

    def _read_quorum(self, name: str) -> None:
        if self.quorum is not None:
            message = "There is a second quorum; keep one of the two."
            raise MalformedError(message)
        if name != NO_QUORUM:
            self._refuse_unknown(name)
        self.quorum = name

    def _define(self, name: str) -> None:
        if name == NO_QUORUM or name in self.names:
            why = "means that no quorum is asked for" if name == NO_QUORUM else "is defined already"
            message = f"The name {_shown(name)} {why}; choose another."
            raise MalformedError(message)
        self.names.add(name)

    def _refuse_unknown(self, name: str) -> None:
        if name not in self.names:
            message = f"{_shown(name)} is no witness or group of a line before; define it first."
            raise MalformedError(message)


def _refuse_twice(key: VerifierKey, known: list[VerifierKey], *, what: str) -> None:
    """Refuse a public key that is there already, under whatever name or type (tlog-policy)."""
    if any(other.public.raw == key.public.raw for other in known):
        message = f"The public key of {what} {key.name} is there already; keep one of the two."
        raise MalformedError(message)


def _line(*words: str | None) -> str:
    return " ".join(word for word in words if word is not None) + "\n"


def _shown(name: str) -> str:
    """Return a name of opaque octets as text that can be printed."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
