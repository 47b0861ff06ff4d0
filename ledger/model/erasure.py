"""An erasure: the operator removes a body or file on lawful demand.

Headers, chain and every proof still hold (design §2.3).
"""

from typing import Annotated

from pydantic import Field

from ledger.model.value import Digest, Text, Value


class Erasure(Value):
    """The digests removed, on which legal ground, and why."""

    digests: Annotated[tuple[Digest, ...], Field(min_length=1, max_length=1000)]
    ground: Text
    reason: Text
