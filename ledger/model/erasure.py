"""An erasure: the operator removes bodies of statements, or files that they name, on lawful demand.

Headers, chain and every proof still hold, as the log's entries are the headers alone (design §2.3). What is gone cannot
say any more what it was, so the erasure says what is left to be said: the ground, the reason, and which statements
stand without a file that they name.
"""

from typing import Annotated, Final, Self

from pydantic import Field, model_validator

from ledger.model.value import Digest, Text, Value

LASTING: Final[frozenset[str]] = frozenset({"charter", "key", "erasure", "index"})
"""Kinds that nothing erases: by them everything else is judged, or found missing (design §2.3)."""


class Erasure(Value):
    """The digests removed, on which legal ground, and why.

    Attributes:
        digests: of statements on the erasure's subject, and of files that statements name.
        ground: the law, order or licence by which it is demanded; not the name of who demands it.
        affects: names of the statements that stand, and name a file that is removed; all of them.
    """

    digests: Annotated[tuple[Digest, ...], Field(min_length=1, max_length=1000)]
    ground: Text
    reason: Text
    affects: Annotated[tuple[Digest, ...], Field(max_length=1000)] = ()

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        named = (*self.digests, *self.affects)
        if len(set(named)) != len(named):
            message = "names a digest twice; a statement is either erased or stands without a file, and each once"
            raise ValueError(message)
        return self
