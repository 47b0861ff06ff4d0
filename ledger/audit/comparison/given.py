"""An audit as somebody holds it: its ``audit.json``, by itself or out of a bundle, read and nothing of it believed.

Whether it follows from anything is for verification, or for who runs it again. Source: design §2.6.
"""

import io
import json
from dataclasses import dataclass
from typing import BinaryIO, Final, cast

from pydantic import ValidationError

from ledger.audit.bundle import AUDIT, open_bundle
from ledger.audit.check.completeness import AUDIT_LIMIT, AUDIT_PARTS
from ledger.audit.printed import PDF_LIMIT, PDF_START, open_printed
from ledger.audit.procedure import format_result
from ledger.audit.result import AuditResult
from ledger.audit.shape import SHAPES
from ledger.errors import MalformedError
from ledger.model.statement import explain
from ledger.signing.canonical import Json, parse_canonical

_WHAT: Final = "the audit"
_ZIP_START: Final = b"PK"


def parse_audit(raw: bytes, *, what: str = _WHAT) -> AuditResult:
    """Return the result that the bytes of an ``audit.json`` say; `procedure.format_result` is the inverse.

    Raises:
        MalformedError: they are not canonical JSON, or not the result of an audit that this software knows.
    """
    said = parse_canonical(raw, what=what, limit=AUDIT_LIMIT, parts=AUDIT_PARTS)
    schema = said.get("schema") if isinstance(said, dict) else None
    if schema not in SHAPES:
        shown = repr(schema)[:60] if isinstance(schema, str) else "no schema"
        message = (
            f"{what[:1].upper()}{what[1:]} is of {shown}, and known are {', '.join(SHAPES)}; give an audit's .json."
        )
        raise MalformedError(message, schema=schema if isinstance(schema, str) else None)
    try:
        return AuditResult.model_validate_json(raw)
    except ValidationError as error:
        raise explain(error, what=what) from error


def as_data(result: AuditResult) -> Json:
    """Return a result as the plain data that its ``audit.json`` holds, in its own shape."""
    return cast("Json", json.loads(format_result(result)))


def audit_of(bundle: BinaryIO) -> bytes:
    """Return the ``audit.json`` of a bundle, its archive checked.

    Raises:
        MalformedError: the file is no bundle, or that member is too large.
    """
    return open_bundle(bundle).read(AUDIT, limit=AUDIT_LIMIT)


@dataclass(frozen=True, slots=True)
class Given:
    """An audit that somebody gave.

    Attributes:
        raw: its ``audit.json``; ``result`` what that says.
        bundle: the bundle that it came in; null where only the ``audit.json`` was given.
        is_printed: the bundle came inside a printed report.
    """

    raw: bytes
    result: AuditResult
    bundle: BinaryIO | None = None
    is_printed: bool = False


def open_given(file: BinaryIO) -> Given:
    """Return the audit in a seekable file: an ``audit.json``, a bundle, or a printed report that carries one.

    Raises:
        MalformedError: it is none of these, or not as it was written.
        UnavailableError: it is a PDF, and the reader of those is not installed.
    """
    start = file.read(len(PDF_START))
    file.seek(0)
    is_printed = start.startswith(PDF_START)
    if is_printed:
        file = io.BytesIO(open_printed(file.read(PDF_LIMIT + 1)).bundle)
    elif not start.startswith(_ZIP_START):
        if start.lstrip()[:1] != b"{":
            message = "This is no audit that can be read again; give the .json, .zip or .pdf that pledger audit wrote."
            raise MalformedError(message)
        raw = file.read(AUDIT_LIMIT + 1)
        return Given(raw, parse_audit(raw))
    raw = audit_of(file)
    return Given(raw, parse_audit(raw, what=AUDIT), file, is_printed=is_printed)
