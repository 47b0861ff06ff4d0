"""Sources: raw bytes digested as they stream by, and refused where they are no text."""

import io
import re
from hashlib import sha256

import pytest

from ledger.errors import MalformedError, UnavailableError
from ledger.ingest.source import BLOCK, LINE_LIMIT, OPENING, Source


def test_digest_and_size_are_of_the_raw_bytes() -> None:
    """The digest in the evidence is of the file as it came, its byte order mark included (design §2.2)."""
    raw = b"\xef\xbb\xbfa,b\r\n1,2\r\n"
    source = Source(io.BytesIO(raw), name="x.csv")
    assert list(source.lines()) == ["a,b\r\n", "1,2\r\n"]
    assert source.digest == "sha256:" + sha256(raw).hexdigest()
    assert source.size == len(raw)


REFUSED = {
    "nothing at all": (b"", "the file is empty"),
    "UTF-16": ("a,b\n1,2\n".encode("utf-16"), "line 1 is UTF-16"),
    "Latin-1": (b"a,b\n\xe9,2\n", "line 2 is not UTF-8 (byte 1 of the line)"),
    "a broken sequence": (b"a,b\n1,\xe2\x82\n", "line 2 is not UTF-8"),
    "a NUL": (b"a,b\n1,2\x00\n", "line 2 holds a NUL byte"),
    "one endless line": (b"a" * (LINE_LIMIT + 2), "line 1 is longer than"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_no_text_is_refused_with_file_and_line(case: str) -> None:
    """A file that is no UTF-8 text is refused whole, with file and line (style §7)."""
    raw, reason = REFUSED[case]
    with pytest.raises(MalformedError) as caught:
        list(Source(io.BytesIO(raw), name="x.csv").lines())
    assert str(caught.value).startswith("x.csv: ")
    assert reason in str(caught.value)


def test_file_over_the_size_cap_is_refused_before_it_is_read_to_its_end() -> None:
    """No more is read than the cap and one line (design §2.1)."""
    stream = io.BytesIO(b"1,2\n" * 1000)
    with pytest.raises(MalformedError, match="larger than 100 bytes; split it"):
        list(Source(stream, name="x.csv", limit=100).lines())
    assert stream.tell() <= 104


class _Failing(io.BytesIO):
    """A file on a disk that fails."""

    def read(self, _size: int | None = -1, /) -> bytes:
        raise OSError(5, "Input/output error")


def test_file_that_cannot_be_read_is_unavailable() -> None:
    """A disk that fails is said of the file that was read, and of no other (style §7)."""
    with pytest.raises(UnavailableError, match=r"x\.csv cannot be read: Input/output error"):
        list(Source(_Failing(), name="x.csv").lines())


LONG = b"1,2\n" * 100_000
"""More than is looked at together."""


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (LONG + b"1,\0\n" + LONG, "line 100001 holds a NUL byte"),
        (LONG + b"1,\xff\n" + LONG, "line 100001 is not UTF-8 (byte 3 of the line)"),
        (LONG + b"1" * (LINE_LIMIT + 1) + b"\n" + LONG, f"line 100001 is longer than {LINE_LIMIT} bytes"),
        (b"\n" * 10_000 + b" <!DOCTYPE HTML>" + LONG, "line 10001 is a web page"),
    ],
)
def test_what_is_wrong_far_down_is_named_by_its_line(raw: bytes, reason: str) -> None:
    """Lines are looked at many at a time, and one that is not as it should be is told from the others (design §2.1)."""
    source, seen = Source(io.BytesIO(raw), name="x.csv"), 0
    with pytest.raises(MalformedError, match=re.escape(reason)):  # noqa: PT012, how far it came matters too
        for _ in source.lines():
            seen += 1
    assert seen == int(reason.split()[1]) - 1


@pytest.mark.parametrize("size", [1, OPENING - 1, OPENING, OPENING + 1, OPENING + BLOCK, OPENING + BLOCK + 1])
@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
def test_lines_are_those_that_line_feeds_end(size: int, end: str) -> None:
    """However many bytes are read together, a line is what a line feed ends, and nothing else ends one (RFC 4180)."""
    line = "é\r\u2028\x0b\x85"
    raw = (line * (size // len(line.encode()) + 1)).encode()[: size - size % 10].decode("utf-8", "ignore") + end
    text = (raw or "x") + "\n" + "a,b" + end
    source = Source(io.BytesIO(text.encode()), name="x.csv")
    assert list(source.lines()) == [part for part in re.split(r"(?<=\n)", text) if part]
    assert source.size == len(text.encode())
