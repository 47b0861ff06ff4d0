"""RFC 8785's own vectors: written alike where they hold what we admit, refused where they do not (design §2.1)."""

import json
import math
import struct
from pathlib import Path
from typing import Any

import pytest
import rfc8785

from ledger.errors import MalformedError
from ledger.signing.canonical import format_json, parse_canonical, parse_json

VECTORS: dict[str, Any] = json.loads(
    (Path(__file__).parent.parent / "vectors" / "signing" / "rfc8785.json").read_text(encoding="utf-8")
)
WRITTEN = {case["name"]: case for case in VECTORS["documents"] if "output" in case}
REFUSED = {case["name"]: case for case in VECTORS["documents"] if "refused" in case}


@pytest.mark.parametrize("case", WRITTEN.values(), ids=WRITTEN.keys())
def test_document_is_written_as_rfc_8785_writes_it(case: dict[str, str]) -> None:
    """The canonical form equals the published one, and is then read as canonical (RFC 8785 §3.2)."""
    value = parse_json(case["input"].encode(), what="the vector")
    raw = format_json(value)
    assert raw == case["output"].encode()
    assert parse_canonical(raw, what="the vector") == value


@pytest.mark.parametrize("case", REFUSED.values(), ids=REFUSED.keys())
def test_document_beyond_our_profile_is_refused(case: dict[str, str]) -> None:
    """Floats, names beyond ASCII and text that is not NFC are refused although RFC 8785 writes them (design §2.1)."""
    with pytest.raises(MalformedError) as caught:
        parse_json(case["input"].encode(), what="the vector")
    assert case["refused"] in caught.value.message


@pytest.mark.parametrize("case", VECTORS["numbers"], ids=lambda case: str(case["written"]))
def test_no_float_is_written_and_no_float_is_read(case: dict[str, str]) -> None:
    """Of RFC 8785 appendix B nothing passes but the text of zero: quantities are strings (design §2.1)."""
    (number,) = struct.unpack(">d", bytes.fromhex(case["ieee754"]))
    assert math.isfinite(number)
    assert rfc8785.dumps(number) == case["written"].encode()
    with pytest.raises(MalformedError, match="is a float"):
        format_json([number])
    raw = f"[{case['written']}]".encode()
    if case["written"] == "0":
        assert parse_canonical(raw, what="the vector") == [0]
        return
    for read in (parse_json, parse_canonical):
        with pytest.raises(MalformedError, match=r"is not an integer|outside"):
            read(raw, what="the vector")


def test_every_character_of_the_lowest_plane_is_written_as_the_reference_writes_it() -> None:
    """All 63,488 characters of plane 0 that are in NFC, one by one, equal the reference implementation's form."""
    from unicodedata import is_normalized

    written = 0
    for number in (*range(0xD800), *range(0xE000, 0x10000)):
        text = chr(number)
        if is_normalized("NFC", text):
            raw = format_json(text)
            assert raw == rfc8785.dumps(text)
            assert parse_canonical(raw, what="the character") == text
            written += 1
    assert written > 60_000
