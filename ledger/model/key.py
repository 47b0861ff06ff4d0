"""A key statement: the operator grants a key its roles or ends it; the root keys appoint who runs the log.

Judged by its state at each index (design §2.2).
"""

from typing import Annotated, Final, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from ledger.model.charter import AkpJwk, Jwk, OkpJwk, Role
from ledger.model.value import Digest, Slug, Text, Thumbprint, Value

Proof = Annotated[str, StringConstraints(max_length=20_000)]
"""A proof of possession: a compact JWS (``typ`` ``pledger-key+jws``) by the key that it speaks for."""

APPOINTS: Final = ("jwk", "root", "threshold", "checkpoint", "quorum", "answer_after")
"""What an appointment may change; a member that is null stays as it was."""

_OF_APPOINTMENTS: Final = (
    "root", "threshold", "checkpoint", "checkpoint_possession", "quorum", "answer_after", "follows", "last_checkpoint",
    "approvals",
)  # fmt: skip


class Key(Value):
    """What changes for the key that the subject names.

    Attributes:
        event: ``grant`` gives the key and its roles; ``rotate`` also names the key ``replaces``; ``revoke`` ends it;
            ``appoint`` says who runs the log from here on: the subject is the operator's key, new or the same.
        jwk: the key that is granted; in an appointment the operator's, null where it stays the same.
        possession: a JWS (``typ`` ``pledger-key+jws``) by the new key over genesis, thumbprint and roles.
        effective_index: of a revocation: the first index at which the key no longer counts; earlier than its own
            entry only when ``compromised``.
        root: of an appointment, all root keys from here on; ``threshold``: how many of them approve what follows.
        checkpoint: the two keys that sign the checkpoints of more entries than stand before this one.
        checkpoint_possession: one proof by each of them, in their order; the role that it names is ``checkpoint``.
        quorum: how many witnesses must cosign; ``answer_after``: when a receipt is given.
        follows: the name of the appointment before, or of the charter: so none counts twice, or out of its order.
        last_checkpoint: where the checkpoint keys change, the anchor as the keys before them signed it: whoever knows
            only those can follow from them to the new ones.
        approvals: compact JWSs of root keys over the payload without this member, sorted by ``kid``.
    """

    event: Literal["grant", "rotate", "revoke", "appoint"]
    jwk: Jwk | None = None
    party: Slug | None = None
    holder: Text | None = None
    roles: Annotated[tuple[Role, ...], Field(max_length=6)] = ()
    possession: Proof | None = None
    replaces: Thumbprint | None = None
    compromised: bool = False
    effective_index: Annotated[int, Field(ge=0, le=2**53 - 1)] | None = None
    reason: Text | None = None
    root: Annotated[tuple[Jwk, ...], Field(min_length=1, max_length=20)] | None = None
    threshold: Annotated[int, Field(ge=1, le=20)] | None = None
    checkpoint: tuple[OkpJwk, AkpJwk] | None = None
    checkpoint_possession: tuple[Proof, Proof] | None = None
    quorum: Annotated[int, Field(ge=0, le=100)] | None = None
    answer_after: Literal["commit", "quorum"] | None = None
    follows: Digest | None = None
    last_checkpoint: Annotated[str, StringConstraints(max_length=100_000)] | None = None
    approvals: Annotated[tuple[Annotated[str, StringConstraints(max_length=200_000)], ...], Field(max_length=40)] = ()

    @model_validator(mode="after")
    def _event_has_its_parts(self) -> Self:
        if self.event in {"grant", "rotate"} and (self.jwk is None or self.possession is None or not self.roles):
            message = f"{self.event} gives the key (jwk), its roles and its proof of possession; add what is missing"
            raise ValueError(message)
        if (self.event == "rotate") != (self.replaces is not None):
            message = "rotate names the key it replaces, and no other event does"
            raise ValueError(message)
        if self.event == "revoke" and self.reason is None:
            message = "revoke gives its reason; add it"
            raise ValueError(message)
        if self.effective_index is not None and not (self.event == "revoke" and self.compromised):
            message = "only the revocation of a compromised key names an earlier index; remove effective_index"
            raise ValueError(message)
        if self.event != "appoint" and (
            wrong := next((name for name in _OF_APPOINTMENTS if getattr(self, name) not in (None, ())), None)
        ):
            message = f"only an appointment has {wrong}; remove it"
            raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _appointment_has_its_parts(self) -> Self:
        if self.event != "appoint":
            return self
        if self.follows is None or all(getattr(self, name) is None for name in APPOINTS):
            message = f"an appointment names what it follows and changes one of {', '.join(APPOINTS)}; add that"
            raise ValueError(message)
        if self.roles or self.party is not None or self.compromised:
            message = "an appointment grants no roles and speaks for no party; remove roles, party and compromised"
            raise ValueError(message)
        if (self.jwk is None) != (self.possession is None):
            message = "an appointment gives the operator's new key (jwk) with its proof of possession, or neither"
            raise ValueError(message)
        given = (self.checkpoint is None, self.checkpoint_possession is None, self.last_checkpoint is None)
        if len(set(given)) > 1:
            message = (
                "new checkpoint keys come with a proof of possession by each and with last_checkpoint, or not at all"
            )
            raise ValueError(message)
        return self
