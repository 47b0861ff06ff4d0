"""Archives: what they say of themselves is not believed (issue of evidence, bad input: zip bombs)."""

import io

import pytest

from ledger.errors import MalformedError
from ledger.ingest import zipped
from ledger.ingest.source import Source
from ledger.ingest.zipped import open_archive
from tests.unit.ingest.book import packed, stated


def opened(raw: bytes) -> list[str]:
    """Open an archive, and return the names of its members."""
    return open_archive(io.BytesIO(raw), Source(io.BytesIO(raw), name="x.xlsx")).namelist()


def test_whole_archive_is_opened() -> None:
    """Members that are as they say are let through, packed or not."""
    assert opened(packed({"a.xml": "<a/>", "mimetype": "x"}, stored="mimetype")) == ["a.xml", "mimetype"]


def test_archive_that_would_swell_is_refused_before_it_is_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    """What its members say together is enough to refuse it."""
    monkeypatch.setattr(zipped, "UNPACKED", 1000)
    with pytest.raises(MalformedError, match="would unpack to 1001 bytes where at most 1000 are read"):
        opened(packed({"a": b"0" * 600, "b": b"0" * 401}))


ONE = packed({"a.xml": b"0" * 5000})

REFUSED = {
    "a member larger than it says": (stated(ONE, 100), "more or less than it says in its part 'a.xml'"),
    "a member smaller than it says": (stated(ONE, 6000), "more or less than it says in its part 'a.xml'"),
    "a member that is cut short": (ONE[:20] + ONE[24:], "damaged or cut short"),
    "a member with another check sum": (ONE[:14] + b"\0\0\0\0" + ONE[18:].replace(ONE[14:18], b"\0\0\0\0"), "damaged"),
    "a member under another name": (ONE.replace(b"a.xml", b"b.xml", 1), "damaged or cut short in its part 'a.xml'"),
    "no archive": (b"PK\x03\x04" + b"\0" * 50, "damaged or cut short"),
    "too many members": (packed({f"{n}": "" for n in range(5001)}), "holds 5001 files"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_archive_that_is_not_what_it_says_is_refused(case: str) -> None:
    """Sizes are counted, not believed."""
    raw, reason = REFUSED[case]
    with pytest.raises(MalformedError, match=reason):
        opened(raw)
