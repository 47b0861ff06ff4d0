"""An audit as somebody holds it: read strictly, and nothing of it believed (design §2.6)."""

import io
import json
import zipfile
from collections.abc import Callable

import pytest

from ledger.audit.comparison.given import open_given, parse_audit
from ledger.audit.procedure import format_result
from ledger.errors import MalformedError
from tests.unit.audit.small_ledger import soy_ledger

LEDGER = soy_ledger(450_000)
RESULT = LEDGER.audit()
RAW = bytes(format_result(RESULT))
BUNDLE = LEDGER.bundle()


def zipped(*members: tuple[str, bytes], method: int = zipfile.ZIP_STORED) -> bytes:
    """An ordinary ZIP file of these members."""
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", method) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return sink.getvalue()


def test_result_is_read_back_as_it_was_written() -> None:
    """Reading and writing undo each other (style §5)."""
    assert parse_audit(RAW) == RESULT


def test_audit_comes_out_of_its_bundle() -> None:
    """A bundle gives the same result, and itself to be looked into."""
    alone, bundled = open_given(io.BytesIO(RAW)), open_given(io.BytesIO(BUNDLE))
    assert (alone.raw, alone.bundle) == (RAW, None)
    assert (bundled.raw, bundled.result) == (RAW, RESULT)
    assert bundled.bundle is not None


def changed(**members: object) -> bytes:
    """The result with members changed, canonical or not."""
    return json.dumps(json.loads(RAW) | members, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


BAD: dict[str, tuple[Callable[[], bytes], str]] = {
    "nothing": (lambda: b"", "no audit that can be read again"),
    "a page": (lambda: b"<!doctype html><title>An audit</title>", "give the .json, .zip or .pdf"),
    "a text": (lambda: b"subject,outcome\n", "no audit that can be read again"),
    "another schema": (lambda: changed(schema="audit-result.v9"), "known are audit-result.v1, audit-result.v2"),
    "a schema that is none": (lambda: b"{}", "no schema"),
    "a member too many": (lambda: changed(forged=1), "forged"),
    "a member too few": (lambda: changed().replace(b'"level":"automated, reproducible",', b""), "level"),
    "spaces": (lambda: RAW.replace(b'":', b'": ', 1), "canonical"),
    "a name twice": (lambda: b'{"schema":"a","schema":"b"}', "twice"),
    "a number that is no integer": (lambda: b'{"schema":1.5}', "1.5"),
    "nested too deep": (lambda: b'{"a":' * 40 + b"1" + b"}" * 40, "deep"),
    "a damaged bundle": (lambda: BUNDLE[:-1], "not a bundle as it was written"),
    "an archive of another kind": (lambda: zipped(("audit.json", RAW)), "not a bundle as it was written"),
    "a path out of the archive": (lambda: zipped(("../../audit.json", RAW)), "not a bundle as it was written"),
    "an absolute path": (lambda: zipped(("/audit.json", RAW)), "not a bundle as it was written"),
    "an archive that unpacks to far more": (
        lambda: zipped(("audit.json", bytes(1 << 24)), method=zipfile.ZIP_DEFLATED),
        "not a bundle as it was written",
    ),
}


@pytest.mark.parametrize("phrase", BAD)
def test_what_is_no_audit_is_refused_in_a_sentence(phrase: str) -> None:
    """Hostile files are read by the strict readers alone, which unpack nothing (design §2.1, §2.6)."""
    make, reason = BAD[phrase]
    with pytest.raises(MalformedError) as caught:
        open_given(io.BytesIO(make()))
    assert reason in caught.value.message
