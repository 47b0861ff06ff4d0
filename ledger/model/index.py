"""An index statement: the root of the completeness index, logged by the operator (design §2.2)."""

from typing import Annotated

from pydantic import Field, StringConstraints

from ledger.model.value import Value


class Index(Value):
    """The root of the sorted tree over (subject, index) for the first ``size`` entries."""

    size: Annotated[int, Field(ge=0, le=2**53 - 1)]
    root: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{43}$")]
