"""A key statement: the operator grants roles to a key, rotates it, or revokes it.

Judged by its state at each index (design §2.2).
"""

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from ledger.model.charter import Jwk, Role
from ledger.model.value import Slug, Text, Thumbprint, Value


class Key(Value):
    """What changes for the key that the subject names.

    Attributes:
        event: ``grant`` gives the key and its roles; ``rotate`` also names the key ``replaces``; ``revoke`` ends it.
        possession: a JWS (``typ`` ``pledger-key+jws``) by the new key over genesis, thumbprint and roles.
        effective_index: of a revocation: the first index at which the key no longer counts; earlier than its own
            entry only when ``compromised``.
    """

    event: Literal["grant", "rotate", "revoke"]
    jwk: Jwk | None = None
    party: Slug | None = None
    holder: Text | None = None
    roles: Annotated[tuple[Role, ...], Field(max_length=6)] = ()
    possession: Annotated[str, StringConstraints(max_length=20_000)] | None = None
    replaces: Thumbprint | None = None
    compromised: bool = False
    effective_index: Annotated[int, Field(ge=0, le=2**53 - 1)] | None = None
    reason: Text | None = None

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
        return self
