"""An audit: the publication of a report, by the digests of its renderings, with its view and the subjects it covers."""

from typing import Annotated, Literal

from pydantic import Field

from ledger.model.determination import MethodVersion, View
from ledger.model.value import Digest, Slug, Text, Value


class Audit(Value):
    """A published report: what it is about, what it concludes by which rule, and the digest of each file."""

    title: Text
    view: View
    method: MethodVersion
    subjects: Annotated[tuple[Slug, ...], Field(min_length=1, max_length=10_000)]
    opinion: Literal["A1", "A2", "A3", "A4", "A5"]
    files: Annotated[dict[Literal["json", "html", "zip"], Digest], Field(min_length=1)]
