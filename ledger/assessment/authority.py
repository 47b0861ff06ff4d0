"""Who may say what: the keys of the ledger and the roles that they hold at every index of the log.

The root keys appoint the operator, in the charter and whenever it changes (``ledger.assessment.tenure``); the operator
grants roles to keys; a key may be replaced by its own signature or ended by the operator's. All of it is folded out of
the log's ``charter`` and ``key`` statements, so that whoever admits a statement and whoever verifies it years later
come to the same answer. Nothing here reads the log or a clock. Source: design §2.2 (``charter``, ``key``), §5.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from ledger.assessment.heard import Heard
from ledger.assessment.tenure import (
    Tenure,
    approved_payload,
    first_tenure,
    next_tenure,
    open_approvals,
    refuse_unproven,
    refuse_wrong_appointment,
)
from ledger.assessment.view import Said
from ledger.errors import ConflictError, MalformedError, NotFoundError, RefusedError
from ledger.model.charter import Charter, Role
from ledger.model.key import Key
from ledger.model.statement import KINDS, CharterStatement, KeyStatement, Kind, Statement, plain
from ledger.signing.envelope import Envelope, verify_envelope
from ledger.signing.key import PublicKey
from ledger.tlog.note import VerifierKey

OPERATOR: Final[Role] = "operator"


@dataclass(frozen=True, slots=True)
class Grant:
    """What a key may sign, and from which entry to which.

    Attributes:
        key: the key itself.
        roles: what it may sign.
        party: on whose behalf, where the grant says so.
        since: the first index that it counts at.
        until: the first index at which it no longer counts; None while it does.
        compromised: it was ended because others may hold it.
    """

    key: PublicKey
    roles: frozenset[Role]
    party: str | None
    since: int
    until: int | None = None
    compromised: bool = False

    def holds_at(self, index: int) -> bool:
        """Tell whether the grant counts at an index."""
        return self.since <= index and (self.until is None or index < self.until)


@dataclass(frozen=True, slots=True)
class Authority:
    """The keys and roles of one ledger, as its log has them up to some entry.

    Attributes:
        genesis: the name of the charter's JWS, which every other statement carries.
        charter: what entry 0 says.
        tenures: who runs the log, from the charter's on, in the order of the appointments; the last is in force.
        grants: every key that was ever granted a role, by thumbprint, in the order of its grants.
    """

    genesis: str
    charter: Charter
    tenures: tuple[Tenure, ...]
    grants: Mapping[str, tuple[Grant, ...]] = field(default_factory=dict)

    @property
    def tenure(self) -> Tenure:
        """Who runs the log where the fold ends."""
        return self.tenures[-1]

    @property
    def operator(self) -> PublicKey:
        """The operator's key where the fold ends."""
        return self.tenure.operator

    @property
    def founding(self) -> "Authority":
        """The authority as the charter alone has it."""
        return replace(self, tenures=self.tenures[:1], grants={})

    @property
    def reserved(self) -> frozenset[str]:
        """The thumbprints of all keys that ran the log, ended ones too; they hold no further role."""
        return frozenset(kid for tenure in self.tenures for kid in tenure.kids)

    def tenure_at(self, index: int) -> Tenure:
        """Return who runs the log at an index: an appointment counts from its own entry on."""
        last = self.tenures[-1]
        if last.since <= index:  # as nearly always: every admission asks
            return last
        return next(tenure for tenure in reversed(self.tenures) if tenure.since <= max(index, 0))

    def operator_at(self, index: int) -> PublicKey:
        """Return the operator's key at an index."""
        return self.tenure_at(index).operator

    def roots_at(self, index: int) -> tuple[PublicKey, ...]:
        """Return the root keys at an index."""
        return self.tenure_at(index).roots

    def checkpoint_keys_at(self, size: int) -> tuple[VerifierKey, VerifierKey]:
        """Return the keys that sign a checkpoint of a size: those in force after the entries that it covers."""
        return self.tenure_at(size - 1).checkpoint

    def key(self, kid: str) -> PublicKey | None:
        """Return the key of a thumbprint that signs statements, ended or not; None where the ledger never knew it."""
        if kid in self.grants:
            return self.grants[kid][-1].key
        return next((tenure.operator for tenure in self.tenures if tenure.operator.kid == kid), None)

    def roles_at(self, kid: str, index: int) -> frozenset[Role]:
        """Return the roles that a key holds at an index."""
        if kid == self.operator_at(index).kid:
            return frozenset({OPERATOR})
        for grant in reversed(self.grants.get(kid, ())):
            if grant.holds_at(index):
                return grant.roles
        return frozenset()

    def counts(self, kid: str, index: int) -> bool:
        """Tell whether what a key signed at an index counts: not from the index on that a revocation names."""
        return bool(self.roles_at(kid, index))

    def refuse_unless_may(self, kid: str, kind: Kind, *, index: int) -> None:
        """Raise unless the key may sign statements of the kind at the index.

        Kinds without a role of their own (a retraction) ask only for a key that counts; whose statement it takes back
        is for the caller to compare.

        Raises:
            RefusedError: the key is unknown, ended, or lacks the role.
        """
        roles = self.roles_at(kid, index)
        needed = KINDS[kind].role
        if roles and (needed is None or needed in roles):
            return
        if self.key(kid) is None:
            message = (
                f"The key {kid} is not known to this ledger; have the operator grant it a role, or sign with another."
            )
            raise RefusedError(message, kid=kid)
        if not roles:
            until = self._until(kid)
            message = f"The key {kid} counts no longer from entry {until} on; sign with the key that replaced it."
            raise RefusedError(message, kid=kid, until=until)
        held = ", ".join(sorted(roles))
        message = f"A {kind} is signed by a key with the role {needed}, and {kid} holds {held}; sign with such a key."
        raise RefusedError(message, kid=kid, kind=kind, needed=needed)

    def _until(self, kid: str) -> int | None:
        """Return the first index at which a key that has ended no longer counts."""
        if kid in self.grants:
            return self.grants[kid][-1].until
        held = [number for number, tenure in enumerate(self.tenures) if tenure.operator.kid == kid]
        return self.tenures[held[-1] + 1].since if held and held[-1] + 1 < len(self.tenures) else None

    def after(self, index: int, statement: Statement, *, name: str) -> "Authority":
        """Return the authority once an entry stands, ``name`` its statement's; only ``key`` statements change it."""
        if not isinstance(statement, KeyStatement):
            return self
        body, kid = statement.body, statement.subject
        if body.event == "appoint":
            tenure = next_tenure(self.tenure, statement, name=name, index=index)
            return replace(self, tenures=(*self.tenures, tenure))
        grants = dict(self.grants)
        if body.event == "revoke":
            until = index if body.effective_index is None else body.effective_index
            grants[kid] = tuple(_ended(grant, until, compromised=body.compromised) for grant in grants[kid])
            return replace(self, grants=grants)
        if body.replaces is not None:
            # The old key signs the rotation itself, so its last entry is this one.
            grants[body.replaces] = tuple(_ended(grant, index + 1) for grant in grants[body.replaces])
        party = grants[body.replaces][-1].party if body.replaces is not None and body.party is None else body.party
        fresh = Grant(key=_jwk_key(body, kid), roles=frozenset(body.roles), party=party, since=index)
        grants[kid] = (*(_ended(grant, index) for grant in grants.get(kid, ())), fresh)
        return replace(self, grants=grants)


def found(envelope: Envelope, statement: CharterStatement) -> Authority:
    """Return the authority that a charter founds, once it is shown to be valid.

    The charter is the only statement verified with a key from its own body.

    Raises:
        RefusedError: it is not signed by its operator, or not approved by the threshold of its root keys.
        MalformedError: a key or an approval is not what it should be.
    Source: design §2.2.
    """
    body = statement.body
    if statement.genesis is not None or statement.anchor is not None or statement.corrects is not None:
        raise MalformedError("A charter is entry 0: its genesis, anchor and corrects are null; leave them so.")
    if statement.subject != body.origin:
        message = f"The charter's subject is {statement.subject} and its origin {body.origin}; make them equal."
        raise MalformedError(message)
    tenure = first_tenure(envelope.name, body)
    if not verify_envelope(envelope, tenure.operator):
        raise RefusedError("The charter is not signed by the operator key that it names; sign it with that key.")
    _refuse_unapproved(body, tenure, approved_payload(envelope.payload))
    return Authority(genesis=envelope.name, charter=body, tenures=(tenure,))


def signer(authority: Authority, kid: str, statement: Statement | None) -> PublicKey | None:
    """Return the key that a statement is signed with, if it is the one of that thumbprint; None where it is unknown.

    An appointment may bring its own: whether that key counts is for the root keys to say, and for ``refuse_wrong_key``.
    """
    key = authority.key(kid)
    if key is None and isinstance(statement, KeyStatement) and statement.body.event == "appoint":
        jwk = statement.body.jwk
        key = None if jwk is None else PublicKey.from_jwk(plain(jwk), what="the operator that is appointed")
    return key if key is not None and key.kid == kid else None


def weigh_key(authority: Authority, envelope: Envelope, statement: KeyStatement, *, index: int) -> Authority:
    """Return the authority after a ``key`` statement, once it is seen that it may stand at its index.

    Raises:
        PledgerError: its signature does not verify, it is for another ledger, or as ``refuse_wrong_key``.
    """
    if statement.genesis != authority.genesis:
        message = f"The key statement of entry {index} was made for another ledger, {statement.genesis}; sign it anew."
        raise RefusedError(message, genesis=statement.genesis, expected=authority.genesis)
    key = signer(authority, envelope.kid, statement)
    if key is None or not verify_envelope(envelope, key):
        message = f"The signature of entry {index} is not by a key that this ledger knows; do not rely on it."
        raise RefusedError(message, kid=envelope.kid)
    refuse_wrong_key(authority, envelope, statement, index=index)
    return authority.after(index, statement, name=envelope.name)


def refuse_wrong_key(authority: Authority, envelope: Envelope, statement: KeyStatement, *, index: int) -> None:
    """Raise unless a ``key`` statement may stand at an index: who signs it, what it names, and the new key's own proof.

    Raises:
        RefusedError: the wrong key signs, a role is out of reach, or the proof of possession does not hold.
        ConflictError: the key's state is not one from which this follows.
        NotFoundError: it names a key that the ledger does not know.
        MalformedError: the key or its proof cannot be read.
    Source: design §2.2 (``key``), §5.
    """
    body, kid, author = statement.body, statement.subject, envelope.kid
    if body.event == "appoint":
        refuse_wrong_appointment(
            statement, authority.tenure, envelope=envelope, index=index, genesis=authority.genesis,
            reserved=authority.reserved, granted=authority.grants.keys(),
        )  # fmt: skip
        return
    if body.event == "revoke":
        authority.refuse_unless_may(author, "key", index=index)
        _refuse_wrong_revocation(authority, body, kid, index=index)
        return
    if body.event == "grant":
        authority.refuse_unless_may(author, "key", index=index)
    else:
        _refuse_wrong_rotation(authority, author, body, index=index)
    key = _jwk_key(body, kid)
    if OPERATOR in body.roles:
        raise RefusedError(
            "Only approvals of the root keys appoint an operator; leave that role out of the grant.", kid=kid
        )
    if kid in authority.reserved:
        message = f"The key {kid} is, or was, one of those that run the log; make another key for this role."
        raise RefusedError(message, kid=kid)
    ended = [grant for grant in authority.grants.get(kid, ()) if grant.until is not None and grant.until <= index]
    if ended and not authority.roles_at(kid, index):
        raise ConflictError(
            f"The key {kid} was ended at entry {ended[-1].until}; make a new key and grant that.", kid=kid
        )
    if body.event == "rotate" and kid in authority.grants:
        raise ConflictError(f"The key {kid} is known already; rotate to a new key.", kid=kid)
    refuse_unproven(body.possession, key, genesis=authority.genesis, roles=body.roles)


def void(said: Iterable[Said | Heard], size: int, authority: Authority) -> frozenset[int]:
    """Return the indexes of entries that do not count in views of ``size``, as their key was compromised before them.

    Args:
        said: in entry order.
        authority: folded up to ``size``, so that a revocation changes only views above itself.
    Source: design §2.2 (``key``).
    """
    # The last end of a key's grants is the one that was named: an earlier one is where its roles changed.
    ends = {
        kid: max(grant.until for grant in grants if grant.until is not None)
        for kid, grants in authority.grants.items()
        if any(grant.compromised and grant.until is not None for grant in grants)
    }
    return frozenset(one.index for one in said if one.index < size and one.index >= ends.get(one.author, size))


def _ended(grant: Grant, until: int, *, compromised: bool = False) -> Grant:
    """Return the grant with an end no later than ``until``."""
    end = until if grant.until is None else min(grant.until, until)
    return replace(grant, until=end, compromised=grant.compromised or compromised)


def _jwk_key(body: Key, kid: str) -> PublicKey:
    """Return the key that a grant or rotation gives; its thumbprint is the subject."""
    if body.jwk is None:
        message = "a grant without its key passed the model"
        raise AssertionError(message)
    key = PublicKey.from_jwk(plain(body.jwk), what=f"the key {kid}")
    if key.kid != kid:
        message = f"The subject {kid} is not the thumbprint of the key that is given, {key.kid}; make them equal."
        raise MalformedError(message, subject=kid, thumbprint=key.kid)
    return key


def _refuse_unapproved(charter: Charter, tenure: Tenure, payload: bytes) -> None:
    """Raise unless enough root keys approve the charter."""
    seen = open_approvals(charter.approvals, payload, {key.kid: key for key in tenure.roots}, what="charter")
    if len(seen) < charter.threshold:
        message = f"The charter has {len(seen)} approvals of the {charter.threshold} that it asks for; add the others."
        raise RefusedError(message, approvals=len(seen), threshold=charter.threshold)


def _refuse_wrong_rotation(authority: Authority, author: str, body: Key, *, index: int) -> None:
    old = body.replaces or ""
    if author != old:
        message = (
            f"A rotation is signed by the key that it replaces, {old}, and not by {author}; sign it with that key."
        )
        raise RefusedError(message, kid=author, replaces=old)
    roles = authority.roles_at(old, index)
    if old in authority.reserved:
        raise RefusedError("Only approvals of the root keys change the operator's key; ask their holders.", kid=old)
    if not roles:
        authority.refuse_unless_may(old, "key", index=index)
    if further := set(body.roles) - roles:
        message = (
            f"The key {old} does not hold the role {min(further)}, so it cannot hand it on; have the operator grant it."
        )
        raise RefusedError(message, kid=old, role=min(further))
    party = authority.grants[old][-1].party
    if body.party not in (None, party):
        message = f"The key {old} speaks for {party or 'no party'}, and its successor cannot speak for {body.party}."
        raise RefusedError(f"{message[:-1]}; have the operator grant that key.", kid=old, party=body.party)


def _refuse_wrong_revocation(authority: Authority, body: Key, kid: str, *, index: int) -> None:
    if kid in authority.reserved:
        raise RefusedError(
            "Only approvals of the root keys change the keys that run the log; ask their holders.", kid=kid
        )
    if kid not in authority.grants:
        raise NotFoundError(f"The key {kid} is not known to this ledger; see which are with pledger key list.", kid=kid)
    until = index if body.effective_index is None else body.effective_index
    if until > index:
        message = f"A revocation takes effect at entry {index} or earlier, not at {until}; leave effective_index out."
        raise MalformedError(message, effective_index=until)
    grant = authority.grants[kid][-1]
    if grant.until is not None and grant.until <= until:
        raise ConflictError(
            f"The key {kid} was ended at entry {grant.until} already; nothing is left to revoke.", kid=kid
        )
