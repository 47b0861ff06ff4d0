"""An audit: the publication of a report, by the digests of its renderings, with its view and the subjects it covers."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from ledger.model.determination import MethodVersion, View
from ledger.model.value import Days, Digest, Slug, Text, Value

Rendering = Annotated[
    str, StringConstraints(pattern=r"^((json|html|zip|pdf|xlsx|csv)(-[a-z]{2,3})?|public|tables)$", max_length=8)
]
"""A file of a report: its format, with the language where it is not English; ``public`` is a bundle that withholds,
``tables`` the list of digests (``SHA256SUMS``) of every table as CSV."""


class Audit(Value):
    """A published report: what it is about, what it concludes by which rule, and the digest of each file.

    Attributes:
        period: what falls due in which was audited; left out where all was.
        result: digest of its ``audit.json``, whichever files it was published in; null where it was not said.
        reason: why it stands in the place of the one that it corrects; null for one that stands for itself.
    """

    title: Text
    view: View
    method: MethodVersion
    subjects: Annotated[tuple[Slug, ...], Field(min_length=1, max_length=10_000)]
    opinion: Literal["A1", "A2", "A3", "A4", "A5"]
    files: Annotated[dict[Rendering, Digest], Field(min_length=1, max_length=100)]
    result: Digest | None = None
    reason: Text | None = None
    period: Days | None = Field(default=None, exclude_if=lambda period: period is None)
