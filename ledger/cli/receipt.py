"""A receipt as a document: what ``--json`` gives of it, and the same bytes that a verifier reads."""

import json
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from ledger.tlog.proof import Receipt


def receipt_document(receipt: "Receipt") -> dict[str, object]:
    """Return a receipt as plain JSON data: index, header, inclusion proof, checkpoint, and ``witnessed`` k of n."""
    from ledger.tlog.proof import format_receipt

    return cast("dict[str, object]", json.loads(format_receipt(receipt)))
