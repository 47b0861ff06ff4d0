"""Headers: one spelling, a strict inverse, and the step of the chain (design §2.3)."""

import hashlib
from itertools import pairwise

import pytest

from ledger.errors import MalformedError
from ledger.signing.canonical import Digest
from ledger.tlog.entry import HEADER_LIMIT, ZERO_HASH, Header, chain_fault, format_header, leaf_hash, parse_header
from ledger.tlog.merkle import Hash
from tests.unit.tlog.small_log import AUTHOR, base64url, small_log

# Written by hand from design §2.3; members in the order of RFC 8785.
LINE = (
    b'{"author":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE","index":42,"kind":"commitment",'
    b'"prev":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA","received":"2026-11-23T10:00:00Z","size":1234,'
    b'"statement":"sha256:0000000000000000000000000000000000000000000000000000000000000000",'
    b'"subject":"series:export/us/cn"}'
)
HEADER = Header(
    author=AUTHOR,
    index=42,
    kind="commitment",
    prev=ZERO_HASH,
    received="2026-11-23T10:00:00Z",
    size=1234,
    statement=Digest("sha256:" + "0" * 64),
    subject="series:export/us/cn",
)


def test_header_is_written_as_canonical_json_on_one_line() -> None:
    """The line is the one written by hand (design §2.3, RFC 8785)."""
    assert format_header(HEADER) == LINE


def test_header_is_read_back_from_its_line() -> None:
    """Parsing undoes formatting (style §3)."""
    assert parse_header(LINE) == HEADER


def test_leaf_hash_prefixes_a_zero_byte() -> None:
    """A leaf is SHA-256(0x00 ‖ header) (RFC 6962 §2.1, design §2.3)."""
    assert leaf_hash(LINE) == hashlib.sha256(b"\x00" + LINE).digest()


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        pytest.param(b'"index":42', b'"index":042', "JSON|integer|number", id="leading zero"),
        pytest.param(b'"index":42', b'"index":42.0', "float|integer", id="float"),
        pytest.param(b'"index":42', b'"index":"42"', "index is not a whole number", id="number as text"),
        pytest.param(b'"index":42', b'"index":-1', "index is not a whole number", id="negative index"),
        pytest.param(b'"index":42', b'"index":true', "index is not a whole number", id="truth for a number"),
        pytest.param(b'"index":42', b'"index":9007199254740992', "outside", id="index beyond 2^53-1"),
        pytest.param(b'"size":1234', b'"size":0', "size is 0", id="empty statement"),
        pytest.param(b'"size":1234', b'"size":null', "size is not", id="no size"),
        pytest.param(b",", b", ", "canonical", id="spaces"),
        pytest.param(b"}", b"}\n", "canonical|follows", id="newline at the end"),
        pytest.param(b"series", b"s\\u0065ries", "canonical", id="escaped letter"),
        pytest.param(b'"author"', b'"Author"', "Author is not known", id="unknown member"),
        pytest.param(b',"size":1234', b"", "size is missing", id="missing member"),
        pytest.param(b'"size":1234', b'"size":1234,"size":1234', "twice", id="member twice"),
        pytest.param(b'"kind":"commitment"', b'"kind":"Commitment"', "kind is not", id="capital in the kind"),
        pytest.param(b'"kind":"commitment"', b'"kind":""', "kind is not", id="no kind"),
        pytest.param(b"AAAE", b"AAAF", "author is not .* stray bits", id="stray bits in the author"),
        pytest.param(b"AAAE", b"AAA+", "author is not", id="base64 of the other alphabet"),
        pytest.param(b'AAAA","received', b'AAAB","received', "stray bits", id="stray bits in prev"),
        pytest.param(b'AAAA","received', b'AAA=","received', "prev is not", id="padded prev"),
        pytest.param(b"sha256:0", b"sha256:g", "statement is not", id="digest that is not hexadecimal"),
        pytest.param(b"sha256:", b"sha512:", "statement is not", id="other digest"),
        pytest.param(b"2026-11-23T", b"2026-02-30T", "names no moment", id="30 February"),
        pytest.param(b"T10:00:00Z", b"T24:00:00Z", "received is not", id="hour 24"),
        pytest.param(b"T10:00:00Z", b"T10:00:60Z", "received is not", id="leap second"),
        pytest.param(b"T10:00:00Z", b"T10:00:00+00:00", "received is not", id="offset instead of Z"),
        pytest.param(b"us/cn", b"us cn", "subject is not", id="space in the subject"),
        pytest.param(b"us/cn", "us/ćn".encode(), "subject is not", id="letter beyond ASCII"),
        pytest.param(b"series:export/us/cn", b"", "subject is not", id="no subject"),
        pytest.param(b"series:export/us/cn", b"x" * 1025, "subject is not", id="long subject"),
        pytest.param(b"series:export/us/cn", b"x" * 4096, "4096 is the most", id="longer than 4 KiB"),
        pytest.param(LINE, b"[]", "not a JSON object", id="array"),
        pytest.param(LINE, b"", "breaks off|JSON|value", id="nothing"),
        pytest.param(LINE, b"\xff" + LINE, "UTF-8", id="not UTF-8"),
    ],
)
def test_line_that_the_formatter_would_not_write_is_refused(old: bytes, new: bytes, reason: str) -> None:
    """The parser refuses what the formatter would not write, and names the member (design §2.1, style §3)."""
    assert old in LINE
    with pytest.raises(MalformedError, match=reason):
        parse_header(LINE.replace(old, new))


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        pytest.param(HEADER._replace(author="short"), "author is not", id="short author"),
        pytest.param(HEADER._replace(index=-1), "index is not", id="negative index"),
        pytest.param(HEADER._replace(size=0), "size is 0", id="empty statement"),
        pytest.param(HEADER._replace(kind='x","y":"'), "spelling", id="kind that closes its quotation"),
        pytest.param(HEADER._replace(prev=Hash(b"short")), "5 bytes", id="short prev"),
        pytest.param(HEADER._replace(received="2026-11-23"), "received is not", id="day instead of a moment"),
        pytest.param(HEADER._replace(statement=Digest("0" * 64)), "statement is not", id="digest without its name"),
        pytest.param(HEADER._replace(subject="soy\nbeans"), "JSON|control|escape", id="line break in the subject"),
        pytest.param(HEADER._replace(subject="\ud800"), "UTF-8", id="half a surrogate pair"),
    ],
)
def test_header_that_could_not_be_read_back_is_not_written(header: Header, reason: str) -> None:
    """The formatter refuses what the parser would refuse (style §3)."""
    with pytest.raises(MalformedError, match=reason):
        format_header(header)


@pytest.mark.parametrize("faulty_first", [True, False])
def test_what_headers_share_is_judged_in_each_of_them(*, faulty_first: bool) -> None:
    """Members that were seen before, sound or not, are refused or written as they were the first time (style §3)."""
    sound, faulty = HEADER._replace(subject="series:export/aa/bb"), HEADER._replace(subject="series export")
    for _ in range(2):
        for header in (faulty, sound) if faulty_first else (sound, faulty):
            if header is sound:
                assert parse_header(format_header(header)) == header
                continue
            with pytest.raises(MalformedError, match="subject is not"):
                format_header(header)


def test_longest_header_stays_below_the_limit() -> None:
    """Every header of legal members fits into 4 KiB (design §2.3)."""
    longest = HEADER._replace(index=2**53 - 1, size=2**53 - 1, kind="k" * 32, subject="s" * 1024)
    assert len(format_header(longest)) <= HEADER_LIMIT
    assert parse_header(format_header(longest)) == longest


def test_log_that_follows_has_no_fault() -> None:
    """Each entry counts on by one, names the leaf before it and is not earlier (design §2.3)."""
    headers = [parse_header(raw) for raw in small_log(4)[0]]
    assert chain_fault(None, headers[0]) is None
    assert [chain_fault(one, two) for one, two in pairwise(headers)] == [None, None, None]


def test_entries_of_one_second_follow_each_other() -> None:
    """Time may stand still; it only never goes back (design §2.3)."""
    first, second = (parse_header(raw) for raw in small_log(2)[0])
    assert chain_fault(first, second._replace(received=first.received)) is None


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        pytest.param({"index": 2}, "numbered 2", id="index skipped"),
        pytest.param({"index": 0}, "numbered 0", id="index repeated"),
        pytest.param({"prev": ZERO_HASH}, "does not name the leaf hash of entry 0", id="other prev"),
        pytest.param({"received": "2019-01-31T23:59:59Z"}, "before the entry it follows", id="time gone back"),
    ],
)
def test_entry_that_does_not_follow_has_a_fault(change: dict[str, object], reason: str) -> None:
    """The chain breaks by count, by hash or in time, and the sentence says which (design §2.3)."""
    first, second = (parse_header(raw) for raw in small_log(2)[0])
    fault = chain_fault(first, second._replace(**change))  # type: ignore[arg-type]
    assert fault is not None
    assert reason in fault


def test_first_entry_names_zeros_before_it() -> None:
    """``prev`` of entry 0 is 32 zero bytes (design §2.3)."""
    first = parse_header(small_log(1)[0][0])
    assert base64url(first.prev) == "A" * 43
    fault = chain_fault(None, first._replace(prev=leaf_hash(b"something")))
    assert fault == "Entry 0 names an entry before it; its prev is 32 zero bytes."


def test_changed_header_breaks_the_chain_after_it() -> None:
    """The next entry no longer names the leaf of a header that was changed (design §2.3)."""
    first, second = (parse_header(raw) for raw in small_log(2)[0])
    assert (
        chain_fault(first._replace(size=1235), second) == "Entry 1 does not name the leaf hash of entry 0 as its prev."
    )
    assert chain_fault(first, second, previous_leaf=leaf_hash(b"changed")) is not None
