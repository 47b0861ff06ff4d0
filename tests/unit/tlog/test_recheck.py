"""The independent recomputation: it agrees with a sound log and names the first entry that is wrong (design §2.3)."""

import hashlib

import pytest

from ledger.tlog.recheck import FINDINGS_LIMIT, recheck_entries, recheck_log, tree_root
from tests.unit.tlog.small_log import base64url, grown, line, small_log

SIZE = 9


def test_sound_log_has_no_findings() -> None:
    """Size, root and every head agree with what wrote the log."""
    headers, leaves = small_log(SIZE)
    heads = {size: grown(size)[0].root for size in range(SIZE + 1)}
    result = recheck_log(headers, heads=heads, leaves=leaves)
    assert result.findings == ()
    assert result.first is None
    assert (result.size, result.root) == (SIZE, grown(SIZE)[0].root)


def test_empty_log_has_the_empty_root() -> None:
    """Nothing is no fault (RFC 6962 §2.1)."""
    result = recheck_log([])
    assert (result.size, result.root, result.findings) == (0, hashlib.sha256(b"").digest(), ())


def test_root_by_definition_is_that_of_three_leaves() -> None:
    """Three leaves split into two and one (RFC 6962 §2.1)."""
    one, two, three = (hashlib.sha256(b"\x00" + name).digest() for name in (b"a", b"b", b"c"))
    left = hashlib.sha256(b"\x01" + one + two).digest()
    assert tree_root([one, two, three]) == hashlib.sha256(b"\x01" + left + three).digest()


def test_entries_come_with_their_members_and_roots() -> None:
    """Each entry is given as it is read, with the root where one was asked for."""
    headers, leaves = small_log(4)
    checked = list(recheck_entries(headers, sizes={2, 4}))
    assert [one.place for one in checked] == [0, 1, 2, 3]
    assert [one.leaf for one in checked] == leaves
    assert [one.root is not None for one in checked] == [False, True, False, True]
    assert checked[3].root == tree_root(leaves)
    assert checked[1].members is not None
    assert checked[1].members["index"] == 1


FORM = "entry.form"


@pytest.mark.parametrize(
    ("old", "new", "code", "reason"),
    [
        pytest.param(b'"size":1234', b'"size":1234.0', FORM, "type", id="float"),
        pytest.param(b'"size":1234', b'"size":true', FORM, "type", id="truth for a number"),
        pytest.param(b'"size":1234', b'"size":0', FORM, "member size", id="empty statement"),
        pytest.param(b'"size":1234', b'"size":-4', FORM, "member size", id="negative size"),
        pytest.param(b'"size":1234', b'"size":9007199254740992', FORM, "member size", id="beyond 2^53-1"),
        pytest.param(b'"size":1234', b'"size": 1234', FORM, "spelt", id="space"),
        pytest.param(b'"size":1234', b'"size":1234,"size":1234', FORM, "spelt", id="member twice"),
        pytest.param(b'"size":1234,', b"", FORM, "eight members", id="member missing"),
        pytest.param(b'"kind":"commitment"', b'"kind":"c\\u006fmmitment"', FORM, "spelt", id="escaped letter"),
        pytest.param(b'"kind":"commitment"', b'"kind":"Commitment"', FORM, "member kind", id="capital letter"),
        pytest.param(b'{"author"', b'{"subject":"x","author"', FORM, "eight members|spelt", id="order"),
        pytest.param(b"AAAE", b"AAAF", FORM, "member author", id="stray bits in the author"),
        pytest.param(b"AAAE", b"AAA.", FORM, "member author", id="author not base64url"),
        pytest.param(b"sha256:", b"sha512:", FORM, "member statement", id="other digest"),
        pytest.param(b"us-china", b"us china", FORM, "member subject", id="space in the subject"),
        pytest.param(b"us-china", "us-ćhina".encode(), FORM, "member subject", id="letter beyond ASCII"),
        pytest.param(b"2019-02-06", b"2019-02-30", FORM, "names no moment", id="30 February"),
        pytest.param(b"T00:00:00Z", b"T24:00:00Z", FORM, "member received", id="hour 24"),
        pytest.param(b"T00:00:00Z", b"T00:00:00+00:00", FORM, "member received", id="offset instead of Z"),
        pytest.param(b'"index":5', b'"index":6', "chain.index", "numbered 6", id="another index"),
        pytest.param(
            b"2019-02-06", b"2019-02-04", "chain.time", "after an entry received at 2019-02-05", id="time back"
        ),
    ],
)
def test_changed_header_is_named(old: bytes, new: bytes, code: str, reason: str) -> None:
    """The first finding is about the entry that was changed, and says what is wrong with it."""
    headers, _ = small_log(SIZE)
    assert old in headers[5]
    headers[5] = headers[5].replace(old, new, 1)
    first = recheck_log(headers).first
    assert first is not None
    assert (first.code, first.subject) == (code, "entry 5")
    assert any(word in first.sentence for word in reason.split("|"))


@pytest.mark.parametrize("raw", [b"", b"null", b"[]", b"\xff", b"{" * 4096, b"[" * 4096, b"x" * 5000, b'{"a":1}'])
def test_what_is_no_header_is_named(raw: bytes) -> None:
    """Whatever bytes stand in place of a header, the answer is a finding."""
    headers, _ = small_log(SIZE)
    headers[5] = raw
    first = recheck_log(headers).first
    assert first is not None
    assert (first.code, first.subject) == ("entry.form", "entry 5")


def test_well_formed_change_is_found_by_the_next_entry() -> None:
    """A header that reads well no longer hashes to what the next one names: the chain alone detects it."""
    headers, _ = small_log(SIZE)
    headers[5] = headers[5].replace(b"1234", b"1235")
    first = recheck_log(headers).first
    assert first is not None
    assert (first.code, first.subject) == ("chain.prev", "entry 6")
    assert "entry 5: one of the two was changed" in first.sentence


def test_stored_leaves_name_the_changed_entry_itself() -> None:
    """With the leaf hashes as stored, the entry that was changed is named, not only the one after it."""
    headers, leaves = small_log(SIZE)
    headers[5] = headers[5].replace(b"1234", b"1235")
    first = recheck_log(headers, leaves=leaves).first
    assert first is not None
    assert (first.code, first.subject) == ("entry.leaf-mismatch", "entry 5")


def test_missing_leaf_is_found() -> None:
    """A stored leaf that is not there does not hash either."""
    headers, leaves = small_log(SIZE)
    first = recheck_log(headers, leaves=leaves[:-1]).first
    assert first is not None
    assert (first.code, first.subject) == ("entry.leaf-mismatch", f"entry {SIZE - 1}")


def test_changed_last_entry_is_found_by_the_tree() -> None:
    """Nothing stands after the last entry; the signed root detects what the chain cannot."""
    headers, _ = small_log(SIZE)
    headers[-1] = headers[-1].replace(b"1234", b"1235")
    assert recheck_log(headers).findings == ()
    first = recheck_log(headers, heads={SIZE: grown(SIZE)[0].root}).first
    assert first is not None
    assert (first.code, first.subject) == ("tree.root-mismatch", f"checkpoint {SIZE}")


def test_log_written_anew_is_found_by_the_tree() -> None:
    """A whole chain made again from a changed entry on is consistent with itself, and not with what was signed."""
    headers, _ = small_log(4)
    prev = hashlib.sha256(b"\x00" + headers[1]).digest()
    for index in (2, 3):
        headers[index] = line(index, base64url(prev), subject="another")
        prev = hashlib.sha256(b"\x00" + headers[index]).digest()
    assert recheck_log(headers).findings == ()
    heads = {2: grown(2)[0].root, 4: grown(4)[0].root}
    assert [finding.subject for finding in recheck_log(headers, heads=heads).findings] == ["checkpoint 4"]


def test_log_cut_short_is_found() -> None:
    """Entries that a checkpoint signs and the log does not have were lost or withheld."""
    headers, _ = small_log(SIZE)
    first = recheck_log(headers[:-1], heads={SIZE: grown(SIZE)[0].root}).first
    assert first is not None
    assert first.code == "tree.truncated"
    assert first.sentence == "A checkpoint signs 9 entries, and the log has 8."


def test_head_of_size_zero_has_the_empty_root() -> None:
    """A checkpoint of no entries is checked as every other."""
    assert recheck_log([], heads={0: bytes(32)}).findings[0].code == "tree.root-mismatch"


def test_dropped_and_swapped_entries_are_found() -> None:
    """An entry left out shifts those after it; two exchanged are both out of place."""
    headers, _ = small_log(SIZE)
    dropped = recheck_log(headers[:3] + headers[4:])
    assert (dropped.findings[0].code, dropped.findings[0].subject) == ("chain.index", "entry 3")
    swapped = recheck_log([*headers[:3], headers[4], headers[3], *headers[5:]])
    assert (swapped.findings[0].code, swapped.findings[0].subject) == ("chain.index", "entry 3")


def test_first_entry_with_something_before_it_is_found() -> None:
    """``prev`` of entry 0 is 32 zero bytes (design §2.3)."""
    first = recheck_log([line(0, "B" * 42 + "A")]).first
    assert first is not None
    assert (first.code, first.sentence) == ("chain.prev", "Entry 0 names an entry before it.")


def test_findings_are_counted_beyond_the_limit() -> None:
    """A log of rubbish gives a bounded answer that says how much it left out."""
    result = recheck_log(b"rubbish" for _ in range(FINDINGS_LIMIT + 5))
    assert len(result.findings) == FINDINGS_LIMIT
    assert result.unlisted == 5
