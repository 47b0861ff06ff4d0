"""An index statement: the root of the completeness index, logged by the operator (design §2.2)."""

from typing import Annotated

from pydantic import Field, StringConstraints

from ledger.model.value import Value


class Index(Value):
    """The root of the sorted tree over the log's first ``size`` entries (``ledger.tlog.index`` says of what).

    ``root`` is base64url without padding; it is bound to the size, and recomputed by whoever has the headers.
    """

    size: Annotated[int, Field(ge=1, le=2**53 - 1)]
    root: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$")]
