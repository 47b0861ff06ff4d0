"""Who may say what: the keys of the ledger and the roles that they hold at every index of the log.

The root keys appoint the operator in the charter; the operator grants roles to keys; a key may be replaced by its own
signature or ended by the operator's. All of it is folded out of the log's ``charter`` and ``key`` statements, so that
whoever admits a statement and whoever verifies it years later come to the same answer. Nothing here reads the log or a
clock. Source: design §2.2 (``charter``, ``key``), §5.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from ledger.assessment.view import Said
from ledger.errors import ConflictError, MalformedError, NotFoundError, RefusedError
from ledger.model.charter import Charter, Role
from ledger.model.key import Key
from ledger.model.statement import KINDS, CharterStatement, KeyStatement, Kind, Statement, plain
from ledger.model.value import Value
from ledger.signing.canonical import CanonicalBytes, format_json
from ledger.signing.envelope import APPROVAL, POSSESSION, Envelope, open_envelope, verify_envelope
from ledger.signing.key import PublicKey

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
        operator: the operator's key, which holds that role from entry 0 on.
        grants: every other key that was ever granted, by thumbprint, in the order of its grants.
    """

    genesis: str
    charter: Charter
    operator: PublicKey
    grants: Mapping[str, tuple[Grant, ...]] = field(default_factory=dict)

    def key(self, kid: str) -> PublicKey | None:
        """Return the key of a thumbprint, ended or not; None where the ledger never knew it."""
        if kid == self.operator.kid:
            return self.operator
        return self.grants[kid][-1].key if kid in self.grants else None

    def roles_at(self, kid: str, index: int) -> frozenset[Role]:
        """Return the roles that a key holds at an index."""
        if kid == self.operator.kid:
            return frozenset({OPERATOR})
        held = [grant for grant in self.grants.get(kid, ()) if grant.holds_at(index)]
        return held[-1].roles if held else frozenset()

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
            grant = self.grants[kid][-1]
            message = f"The key {kid} counts no longer from entry {grant.until} on; sign with the key that replaced it."
            raise RefusedError(message, kid=kid, until=grant.until)
        held = ", ".join(sorted(roles))
        message = f"A {kind} is signed by a key with the role {needed}, and {kid} holds {held}; sign with such a key."
        raise RefusedError(message, kid=kid, kind=kind, needed=needed)

    def after(self, index: int, statement: Statement) -> "Authority":
        """Return the authority once an entry stands; only ``key`` statements change it."""
        if not isinstance(statement, KeyStatement):
            return self
        body, kid = statement.body, statement.subject
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
    operator = PublicKey.from_jwk(plain(body.operator), what="the charter's operator")
    if not verify_envelope(envelope, operator):
        raise RefusedError("The charter is not signed by the operator key that it names; sign it with that key.")
    _refuse_unapproved(body, approval_payload(plain(statement)))
    return Authority(genesis=envelope.name, charter=body, operator=operator)


def approval_payload(charter: dict[str, object]) -> CanonicalBytes:
    """Return what root keys sign: the charter statement with ``approvals`` removed from its body, canonical.

    Args:
        charter: the whole statement as plain JSON data.
    Source: design §2.2.
    """
    body = charter["body"]
    if not isinstance(body, dict):
        raise MalformedError("The charter has no body; give the whole statement.")
    return format_json({**charter, "body": {name: value for name, value in body.items() if name != "approvals"}})


def possession_payload(*, genesis: str, thumbprint: str, roles: Iterable[str]) -> CanonicalBytes:
    """Return what a new key signs to show that its holder has it: the ledger, the key and the roles it is to hold.

    Source: design §2.2 (``key``).
    """
    return format_json({"genesis": genesis, "roles": sorted(roles), "thumbprint": thumbprint})


def refuse_wrong_key(authority: Authority, author: str, statement: KeyStatement, *, index: int) -> None:
    """Raise unless a ``key`` statement may stand at an index: who signs it, what it names, and the new key's own proof.

    Raises:
        RefusedError: the wrong key signs, a role is out of reach, or the proof of possession does not hold.
        ConflictError: the key's state is not one from which this follows.
        NotFoundError: it names a key that the ledger does not know.
        MalformedError: the key or its proof cannot be read.
    Source: design §2.2 (``key``), §5.
    """
    body, kid = statement.body, statement.subject
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
    if kid in _reserved(authority):
        raise RefusedError(f"The key {kid} is one of the charter's own; make another key for this role.", kid=kid)
    ended = [grant for grant in authority.grants.get(kid, ()) if grant.until is not None and grant.until <= index]
    if ended and not authority.roles_at(kid, index):
        raise ConflictError(
            f"The key {kid} was ended at entry {ended[-1].until}; make a new key and grant that.", kid=kid
        )
    if body.event == "rotate" and kid in authority.grants:
        raise ConflictError(f"The key {kid} is known already; rotate to a new key.", kid=kid)
    _refuse_without_possession(authority, body, key)


def void(said: Iterable[Said], size: int, authority: Authority) -> frozenset[int]:
    """Return the indexes of entries that do not count in views of ``size``, as their key was compromised before them.

    Args:
        said: in entry order.
        authority: folded up to ``size``, so that a revocation changes only views above itself.
    Source: design §2.2 (``key``).
    """
    ends = {
        kid: min(grant.until for grant in grants if grant.until is not None)
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


def _reserved(authority: Authority) -> frozenset[str]:
    """Return the thumbprints of the charter's own keys, which hold no further role."""
    charter = authority.charter
    jwks: tuple[Value, ...] = (*charter.root, *charter.checkpoint)
    return frozenset({authority.operator.kid, *(PublicKey.from_jwk(plain(jwk)).kid for jwk in jwks)})


def _refuse_unapproved(charter: Charter, payload: bytes) -> None:
    """Raise unless enough root keys approve the payload, each once, in the order of their thumbprints."""
    roots = {key.kid: key for key in (PublicKey.from_jwk(plain(jwk), what="a root key") for jwk in charter.root)}
    if len(roots) != len(charter.root):
        raise MalformedError("The charter names a root key twice; name each once.")
    seen: list[str] = []
    for text in charter.approvals:
        what = f"approval {len(seen) + 1} of the charter"
        approval = open_envelope(text.encode("ascii", "replace"), typ=APPROVAL, what=what)
        key = roots.get(approval.kid)
        if key is None:
            raise RefusedError(
                f"The key of {what} is not one of its root keys; have a root key sign it.", kid=approval.kid
            )
        if approval.payload != payload or not verify_envelope(approval, key):
            raise RefusedError(
                f"The signature of {what} is not over this charter; have it signed again.", kid=approval.kid
            )
        seen.append(approval.kid)
    if seen != sorted(set(seen)):
        raise MalformedError("The approvals of the charter are not sorted by kid, or one is there twice; sort them.")
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
    if old == authority.operator.kid:
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
    if kid == authority.operator.kid:
        raise RefusedError("Only approvals of the root keys change the operator's key; ask their holders.", kid=kid)
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


def _refuse_without_possession(authority: Authority, body: Key, key: PublicKey) -> None:
    """Raise unless the new key itself signed this ledger, its own thumbprint and the roles."""
    what = f"the proof of possession of {key.kid}"
    proof = open_envelope((body.possession or "").encode("ascii", "replace"), typ=POSSESSION, what=what)
    wanted = possession_payload(genesis=authority.genesis, thumbprint=key.kid, roles=body.roles)
    if proof.payload != wanted or not verify_envelope(proof, key):
        message = (
            f"The signature of {what} is not by that key over this ledger and these roles; have its holder sign again."
        )
        raise RefusedError(message, kid=key.kid)
