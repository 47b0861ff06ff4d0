"""The charter: entry 0, which names the log, its operator, its keys and its rules.

It is the only statement that vouches for itself. It is valid with the approvals of its root threshold, each a JWS
over the charter's payload without its approvals; only such approvals change operator, root or checkpoint keys, or the
policy. Source: design §2.2.
"""

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from ledger.model.determination import MethodVersion
from ledger.model.value import Text, Value

Base64Url = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]+$", max_length=4000)]

Origin = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?:/[A-Za-z0-9._-]+)*$", max_length=120)
]
"""The log's name: like a host name with an optional path, no spaces and no plus sign (C2SP signed-note)."""

Role = Literal["operator", "recorder", "submitter", "assessor", "auditor", "enforcer"]
"""What a key may sign (design §2.2)."""


class OkpJwk(Value):
    """An Ed25519 public key (RFC 8037)."""

    kty: Literal["OKP"]
    crv: Literal["Ed25519"]
    x: Base64Url


class EcJwk(Value):
    """A P-256 public key (RFC 7518)."""

    kty: Literal["EC"]
    crv: Literal["P-256"]
    x: Base64Url
    y: Base64Url


class AkpJwk(Value):
    """An ML-DSA-44 public key (RFC 9964)."""

    kty: Literal["AKP"]
    alg: Literal["ML-DSA-44"]
    pub: Base64Url


Jwk = Annotated[OkpJwk | EcJwk | AkpJwk, Field(discriminator="kty")]
"""A public key as a JSON Web Key, with its required members only."""


class Charter(Value):
    """Who runs the log and by which keys.

    Attributes:
        operator: the operator's key; it signs this statement.
        root: the offline keys; ``threshold`` of them approve the charter and whatever changes it.
        checkpoint: the keys that sign checkpoints: Ed25519 first, then ML-DSA-44 (design §2.4).
        quorum: how many witnesses must cosign; ``answer_after``: when a receipt is given.
        approvals: compact JWSs, sorted by ``kid``.
    """

    origin: Origin
    title: Text
    operator: Jwk
    root: Annotated[tuple[Jwk, ...], Field(min_length=1, max_length=20)]
    threshold: Annotated[int, Field(ge=1, le=20)]
    checkpoint: Annotated[tuple[OkpJwk, AkpJwk], Field()]
    quorum: Annotated[int, Field(ge=0, le=100)] = 0
    answer_after: Literal["commit", "quorum"] = "commit"
    methods: Annotated[tuple[MethodVersion, ...], Field(min_length=1, max_length=50)]
    approvals: Annotated[tuple[Annotated[str, StringConstraints(max_length=200_000)], ...], Field(max_length=20)] = ()

    @model_validator(mode="after")
    def _threshold_can_be_met(self) -> Self:
        if self.threshold > len(self.root):
            message = f"threshold {self.threshold} is more than the {len(self.root)} root keys; lower it or add keys"
            raise ValueError(message)
        return self
