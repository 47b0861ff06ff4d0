"""The completeness index: what is filed where, the tree over it, and proofs that nothing was left out (design §2.3)."""

import hashlib
from collections.abc import Callable
from dataclasses import replace

import pytest

from ledger.errors import MalformedError
from ledger.tlog.index import (
    INDEX_LIMIT,
    IndexProof,
    Range,
    Record,
    Roots,
    ShownRecords,
    closure_ranges,
    format_index_proof,
    format_record,
    hash_records,
    index_fault,
    index_of,
    key_of,
    locate,
    make_index_proof,
    parse_index_proof,
    parse_record,
    place_of,
    series_sides,
)
from ledger.tlog.merkle import Hash


def leaf(index: int) -> Hash:
    """Return the leaf hash of a made-up entry."""
    return Hash(hashlib.sha256(b"entry %d" % index).digest())


def record(kind: str, subject: str, index: int) -> bytes:
    """Return the record of a made-up entry."""
    return format_record(kind=kind, subject=subject, index=index, leaf=leaf(index))


LOG = [
    ("charter", "example.org/log"), ("key", "thumbprint"), ("party", "aa"), ("party", "bb"), ("instrument", "deal"),
    ("commitment", "grain"), ("evidence", "series:export/bb/aa"), ("evidence", "series:import/aa/bb"),
    ("evidence", "series:export/bb/cc"), ("position", "grain"), ("commitment", "grain-2"), ("amendment", "grain-2"),
    ("evidence", "series:stock/aa/*"), ("retraction", "series:export/bb/aa"), ("party", "zz"),
    ("party", "mm"), ("party", "nn"), ("party", "oo"), ("evidence", "series:export/dd/ee"),
    ("evidence", "series:export/dd/ee"),
]  # fmt: skip
RECORDS = sorted(record(kind, subject, index) for index, (kind, subject) in enumerate(LOG))
ORDER = [0, 11, 1, 2, 3, 4, 5, 9, 10, 15, 16, 17, 14, 12, 7, 6, 13, 8, 18, 19]
"""The entries by what they are about: by hand, class 0 first, then subjects, then series by reporter and partner."""
RANGES = closure_ranges({"grain", "deal", "aa", "bb"}, {"aa", "bb"})
MEMBERS = [0, 1, 2, 3, 4, 5, 6, 7, 9, 11, 12, 13]
"""Entries of that closure, by hand: all but grain-2, other parties, and series with cc, dd and ee."""


def proof_of(members: list[int] = MEMBERS, records: list[bytes] = RECORDS) -> IndexProof:
    """Return the proof that shows these entries, and their neighbours, made by whoever holds the whole tree."""
    shown = locate(records, RANGES)
    kept = [
        (place, one)
        for place, one in zip(shown.positions, shown.records, strict=True)
        if index_of(one) in members or one not in shown.members
    ]
    fewer = replace(
        shown, positions=tuple(place for place, _ in kept), records=tuple(one for _, one in kept),
        members=tuple(one for one in shown.members if index_of(one) in members),
    )  # fmt: skip
    return make_index_proof(30, fewer, hash_records(records, fewer.gaps).hashes)


def fault(proof: IndexProof, members: list[int] = MEMBERS) -> str | None:
    """Return the code of what is wrong with a proof, for whoever holds the headers of these entries."""
    held = [record(*LOG[index], index) for index in members]
    root = hash_records(RECORDS).root
    found = index_fault(proof, size=len(LOG), root=root, members=held, ranges=RANGES)
    return None if found is None else found.code


# --- records ----------------------------------------------------------------------------------------------------------


KEYS = {
    "a charter": ("charter", "example.org/log", "0example.org/log"),
    "a key": ("key", "thumbprint", "0thumbprint"),
    "an erasure, of a series too": ("erasure", "series:export/aa/bb", "0series:export/aa/bb"),
    "an amendment": ("amendment", "grain", "0grain"),
    "a commitment": ("commitment", "grain", "1grain"),
    "an index": ("index", "example.org/log", "1example.org/log"),
    "a series": ("evidence", "series:export/aa/bb", "2aa/bb/export"),
    "what retracts a series": ("retraction", "series:export/aa/*", "2aa/*/export"),
    "a series with a side too few": ("evidence", "series:export/aa", "1series:export/aa"),
    "a series with a side too many": ("evidence", "series:export/aa/bb/cc", "1series:export/aa/bb/cc"),
    "a series with an empty side": ("evidence", "series:export//bb", "1series:export//bb"),
}


@pytest.mark.parametrize("phrase", KEYS)
def test_entries_are_filed_by_class_and_subject(phrase: str) -> None:
    """What every closure takes comes first, then subjects, then series by the parties between which they are."""
    kind, subject, expected = KEYS[phrase]
    assert key_of(kind, subject) == expected


def test_record_is_key_zero_index_and_leaf_hash() -> None:
    """A record is written by hand: its parts are where the format says (docs/completeness.md)."""
    raw = b"1grain\0" + b"\0\0\0\0\0\0\1\2" + leaf(258)
    assert record("commitment", "grain", 258) == raw
    assert parse_record(raw) == Record("1grain", 258, leaf(258))
    assert index_of(raw) == 258


NO_RECORDS = {
    "nothing": b"",
    "no key": b"\0" * 41,
    "a class that does not exist": b"3grain\0" + bytes(40),
    "a key with a space": b"1gr ain\0" + bytes(40),
    "a key that is not ASCII": b"1gr\xc3\xa4in\0" + bytes(40),
    "no zero byte": b"1grain" + b"x" * 41,
    "a key that is too long": b"1" + b"g" * 4096 + bytes(41),
}


@pytest.mark.parametrize("phrase", NO_RECORDS)
def test_what_is_no_record_is_refused(phrase: str) -> None:
    """Only what can be filed is a record."""
    with pytest.raises(MalformedError, match="no key"):
        parse_record(NO_RECORDS[phrase])


def test_records_sort_by_subject_and_then_by_index() -> None:
    """A subject that begins as another does comes after all entries of that one; and 13 comes after 6."""
    assert [index_of(one) for one in RECORDS] == ORDER


def test_series_key_has_three_sides() -> None:
    """Measure, reporter, partner; anything else is not taken for a series."""
    assert series_sides("series:export/us/cn") == ("export", "us", "cn")
    assert [series_sides(one) for one in ("series:", "series:a/b", "series:a/b/", "grain", "a/b/c")] == [None] * 5


# --- the tree ---------------------------------------------------------------------------------------------------------


def test_root_of_three_records_by_hand() -> None:
    """SHA-256(0x03 ‖ size ‖ head), head by RFC 6962 §2.1 over SHA-256(0x02 ‖ record)."""

    def sha(raw: bytes) -> bytes:
        return hashlib.sha256(raw).digest()

    first, second, third = (sha(b"\x02" + one) for one in RECORDS[:3])
    head = sha(b"\x01" + sha(b"\x01" + first + second) + third)
    assert hash_records(RECORDS[:3]).root == sha(b"\x03" + b"\0\0\0\0\0\0\0\3" + head)


def test_size_is_part_of_the_root() -> None:
    """One head under two sizes would be two roots, so that nobody can say that a tree is larger than it is."""
    assert len({hash_records(RECORDS[:size]).root for size in range(len(RECORDS) + 1)}) == len(RECORDS) + 1


def test_roots_of_several_sizes_come_out_of_one_pass() -> None:
    """Each is the root of the sorted records of the entries below it."""
    roots = Roots((20, 4, 9, 4))
    roots.add(RECORDS[:7])
    roots.add(RECORDS[7:])
    assert roots.sizes == [4, 9, 20]
    for size, root in roots.roots().items():
        assert root == hash_records(one for one in RECORDS if index_of(one) < size).root


# --- ranges and what is located ---------------------------------------------------------------------------------------


def test_closure_asks_for_one_class_its_subjects_and_each_pair() -> None:
    """A pair is asked for whatever the measure, in both directions, and with ``*`` for several parties."""
    assert closure_ranges(["grain"], ["us"]) == (
        Range(b"0", b"1"), Range(b"1grain\0", b"1grain\1"), Range(b"2*/*/", b"2*/*0"), Range(b"2*/us/", b"2*/us0"),
        Range(b"2us/*/", b"2us/*0"), Range(b"2us/us/", b"2us/us0"),
    )  # fmt: skip


def test_located_are_the_members_and_their_neighbours() -> None:
    """All that is in a range, and one record on either side of it, be the range empty or not."""
    found = locate(RECORDS, RANGES)
    assert sorted(index_of(one) for one in found.members) == MEMBERS
    assert sorted(index_of(one) for one in found.records if one not in found.members) == [8, 10, 14]
    assert found.size == 20


EMPTY_RANGES = {
    "before all": (Range(b"!", b'"'), [0]),
    "after all": (Range(b"9", b":"), [19]),
    "between two": (Range(b"1aaa", b"1aab"), [2, 3]),
}


@pytest.mark.parametrize("phrase", EMPTY_RANGES)
def test_absence_is_shown_by_neighbours_or_the_edge(phrase: str) -> None:
    """An empty range is shown by the records on either side, or the one at the tree's end."""
    one, shown = EMPTY_RANGES[phrase]
    found = locate(RECORDS, [one])
    assert (found.members, [index_of(raw) for raw in found.records]) == ((), shown)
    proof = make_index_proof(30, found, hash_records(RECORDS, found.gaps).hashes)
    root = hash_records(RECORDS).root
    assert index_fault(proof, size=20, root=root, members=(), ranges=[one]) is None


def test_nothing_is_located_in_an_empty_index() -> None:
    """Without records there is nothing to show."""
    assert locate([], RANGES).positions == ()


# --- proofs -----------------------------------------------------------------------------------------------------------


def test_whole_closure_is_proved() -> None:
    """Whoever holds all headers of the closure is shown that there are no others."""
    assert fault(proof_of()) is None


@pytest.mark.parametrize("index", MEMBERS)
def test_entry_left_out_is_noticed(index: int) -> None:
    """Left out of the headers under the old proof, or under one that was made without it by who has the whole tree."""
    fewer = [one for one in MEMBERS if one != index]
    assert fault(proof_of(), fewer) == "index.form"
    assert fault(proof_of(fewer), fewer) == "index.gap"
    shown = replace(proof_of(), neighbours=(*proof_of().neighbours, record(*LOG[index], index)))
    assert fault(shown, fewer) == "index.gap"


def test_entry_put_in_is_noticed() -> None:
    """A header that the index does not have fits no place."""
    stranger = record("position", "grain", 99)
    held = [*(record(*LOG[index], index) for index in MEMBERS), stranger]
    root = hash_records(RECORDS).root
    found = index_fault(proof_of(), size=20, root=root, members=held, ranges=RANGES)
    assert found is not None
    assert found.code == "index.form"


SPOILT: dict[str, tuple[Callable[[IndexProof], IndexProof], str]] = {
    "another root": (lambda proof: replace(proof, hashes=(leaf(1), *proof.hashes[1:])), "index.root-mismatch"),
    "a hash too few": (lambda proof: replace(proof, hashes=proof.hashes[1:]), "index.root-mismatch"),
    "a hash too many": (lambda proof: replace(proof, hashes=(*proof.hashes, leaf(1))), "index.root-mismatch"),
    "a neighbour too few": (lambda proof: replace(proof, neighbours=proof.neighbours[1:]), "index.form"),
    "a neighbour twice": (
        lambda proof: replace(proof, neighbours=(*proof.neighbours, proof.neighbours[0])), "index.form",
    ),
    "no runs": (lambda proof: replace(proof, runs=()), "index.form"),
    "a run that goes back": (lambda proof: replace(proof, runs=proof.runs[::-1]), "index.form"),
    "a run beyond the tree": (lambda proof: replace(proof, runs=(*proof.runs[:-1], (19, 2))), "index.form"),
    "runs that touch": (lambda proof: replace(proof, runs=((0, 5), (5, 15))), "index.form"),
    "an empty run": (lambda proof: replace(proof, runs=(*proof.runs, (99, 0))), "index.form"),
    "a run that would fill the memory": (lambda proof: replace(proof, runs=((0, 2**61),)), "index.form"),
}  # fmt: skip


@pytest.mark.parametrize("phrase", SPOILT)
def test_spoilt_proof_is_a_fault(phrase: str) -> None:
    """Whatever a proof says, the answer is a code of ours."""
    spoil, code = SPOILT[phrase]
    assert fault(spoil(proof_of())) == code


def test_larger_or_smaller_tree_is_not_this_one() -> None:
    """The size is bound to the root: a proof cannot be read as one of a tree that ends before what was left out."""
    held = [record(*LOG[index], index) for index in MEMBERS]
    root = hash_records(RECORDS).root
    for size in (19, 21, 0, -1):
        assert index_fault(proof_of(), size=size, root=root, members=held, ranges=RANGES) is not None


def test_denial_shows_what_an_index_lacks() -> None:
    """Out of a proof of many comes the small part that shows one entry to be missing, or another in its stead."""
    held = [record(*LOG[index], index) for index in MEMBERS]
    shown = ShownRecords(proof_of(), size=20, members=held)
    assert all(shown.denial(one) is None for one in RECORDS)
    missing = record("commitment", "grain", 99)
    part = shown.denial(missing)
    assert part is not None
    root = hash_records(RECORDS).root
    assert index_fault(part, size=20, root=root, members=(), ranges=[place_of(missing)]) is None
    changed = format_record(kind="commitment", subject="grain", index=5, leaf=leaf(6))
    part = shown.denial(changed)
    assert part is not None
    assert part.neighbours == (record("commitment", "grain", 5),)
    assert shown.denial(record("party", "nnn", 99)) is None
    assert ShownRecords(proof_of(), size=20, members=held[1:]).denial(missing) is None


# --- the one spelling -------------------------------------------------------------------------------------------------


def test_proof_has_the_spelling_of_the_format() -> None:
    """Lines, an empty line, raw hashes (docs/completeness.md)."""
    raw = format_index_proof(IndexProof(7, ((0, 2), (9, 1)), (record("party", "aa", 2),), (leaf(1), leaf(2))))
    near = raw.split(b"\n")[4]
    assert near.startswith(b"near 1aa 2 ")
    assert len(near.split(b" ")[3]) == 43
    assert raw.split(b"\n")[:4] == [b"pledger-index@v1", b"entry 7", b"run 0 2", b"run 9 1"]
    assert raw.endswith(b"\n\n" + leaf(1) + leaf(2))
    assert parse_index_proof(raw).runs == ((0, 2), (9, 1))


GOOD = format_index_proof(proof_of())
NEAR = next(line for line in GOOD.split(b"\n\n")[0].split(b"\n") if line.startswith(b"near "))
BAD = {
    "nothing": b"",
    "another version": GOOD.replace(b"@v1", b"@v2", 1),
    "no entry": b"pledger-index@v1\n\n",
    "no empty line": b"pledger-index@v1\nentry 7",
    "a hash cut short": GOOD[:-1],
    "a byte too many": GOOD + b"x",
    "an entry that is no number": GOOD.replace(b"entry 30", b"entry 3o"),
    "an entry with a leading zero": GOOD.replace(b"entry 30", b"entry 030"),
    "an entry beyond all logs": GOOD.replace(b"entry 30", b"entry 9223372036854775808"),
    "a run with one number": GOOD.replace(b"entry 30\n", b"entry 30\nrun 1\n"),
    "a run with a sign": GOOD.replace(b"entry 30\nrun ", b"entry 30\nrun +"),
    "a line that is not known": GOOD.replace(b"entry 30\n", b"entry 30\nfar 1\n"),
    "a run after a neighbour": GOOD.replace(NEAR, NEAR + b"\nrun 90 1"),
    "a neighbour without a key": GOOD.replace(NEAR, b"near  2 " + NEAR.split(b" ")[3]),
    "a neighbour of no class": GOOD.replace(NEAR, b"near 4x 2 " + NEAR.split(b" ")[3]),
    "a neighbour whose hash is short": GOOD.replace(NEAR, b"near 1x 2 AAAA"),
    "a neighbour whose hash has stray bits": GOOD.replace(NEAR, b"near 1x 2 " + b"A" * 42 + b"B"),
    "a neighbour whose index is too large": GOOD.replace(NEAR, b"near 1x 99999999999999999999 " + b"A" * 43),
    "lines that are not ASCII": GOOD.replace(NEAR, "near 1ä 2 ".encode() + b"A" * 43),
    "a carriage return": GOOD.replace(b"entry 30\n", b"entry 30\r\n"),
}


@pytest.mark.parametrize("phrase", BAD)
def test_malformed_proof_is_refused(phrase: str) -> None:
    """Only the one spelling is read, and the refusal is ours."""
    assert BAD[phrase] != GOOD
    with pytest.raises(MalformedError, match=r"completeness proof|record of the index"):
        parse_index_proof(BAD[phrase])


def sized(hashes: int, entry: int) -> IndexProof:
    """Return a proof of so many hashes, its entry's number as long as one likes."""
    return IndexProof(entry, (), (), (leaf(0),) * hashes)


def test_proof_has_at_most_64_kilobytes() -> None:
    """65,536 bytes are written and read, one more is neither (issue of the log, part 5)."""
    # 16 bytes of the first line, a line feed, "entry ", the number, two line feeds, and 2,047 hashes of 32 bytes.
    whole = sized(2047, 1_000_000)
    raw = format_index_proof(whole)
    assert (len(raw), INDEX_LIMIT) == (65_536, 65_536)
    assert parse_index_proof(raw) == whole
    with pytest.raises(MalformedError, match="would have 65537 bytes"):
        format_index_proof(sized(2047, 10_000_000))
    with pytest.raises(MalformedError, match="has 65537 bytes"):
        parse_index_proof(raw.replace(b"1000000", b"10000000"))
