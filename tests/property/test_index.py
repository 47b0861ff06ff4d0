"""Laws of the completeness index: whatever is left out is noticed, by whomever and however it is done (design §2.3).

Three forgers are tried on every record of every generated closure. The first leaves its header out and keeps the proof.
The second has the whole tree, and makes the proof anew, without the record. The third shows the record as a neighbour.
"""

import hashlib
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import MalformedError
from ledger.tlog.index import (
    IndexProof,
    Located,
    Range,
    ShownRecords,
    closure_ranges,
    format_index_proof,
    format_record,
    hash_records,
    index_fault,
    index_of,
    locate,
    make_index_proof,
    parse_index_proof,
    place_of,
)
from ledger.tlog.merkle import Hash

NAMES = ("a", "a-b", "ab", "b", "c")
SIDES = (*NAMES, "*")
subjects = st.sampled_from(NAMES) | st.builds(
    lambda measure, one, other: f"series:{measure}/{one}/{other}",
    st.sampled_from(("export", "stock")),
    st.sampled_from(SIDES),
    st.sampled_from(SIDES),
)
kinds = st.sampled_from(("charter", "key", "erasure", "amendment", "party", "commitment", "evidence", "retraction"))
entries = st.lists(st.tuples(kinds, subjects), min_size=1, max_size=60)
closures = st.tuples(st.sets(st.sampled_from(NAMES), max_size=3), st.sets(st.sampled_from(NAMES), max_size=3))


def leaf(index: int) -> Hash:
    """Return the leaf hash of a made-up entry."""
    return Hash(hashlib.sha256(b"%d" % index).digest())


def sorted_records(log: list[tuple[str, str]]) -> list[bytes]:
    """Return the index of a log."""
    return sorted(
        format_record(kind=kind, subject=subject, index=index, leaf=leaf(index))
        for index, (kind, subject) in enumerate(log)
    )


def belongs(kind: str, subject: str, named: set[str], traders: set[str]) -> bool:
    """Whether an entry belongs to a closure, in other words than those of the product (design §2.3)."""
    if kind in {"charter", "key", "erasure", "amendment"}:
        return True
    if not subject.startswith("series:"):
        return subject in named
    return set(subject.split("/")[1:]) <= {*traders, "*"}


def without(found: Located, record: bytes) -> Located:
    """Return what a forger locates who would rather not show a record."""
    kept = [(place, one) for place, one in zip(found.positions, found.records, strict=True) if one != record]
    members = tuple(one for one in found.members if one != record)
    return Located(found.size, tuple(place for place, _ in kept), tuple(one for _, one in kept), members)


@given(log=entries, closure=closures)
def test_ranges_hold_the_closure_and_nothing_else(
    log: list[tuple[str, str]], closure: tuple[set[str], set[str]]
) -> None:
    """What is located is what the closure takes, entry by entry, and its proof holds."""
    records, ranges = sorted_records(log), closure_ranges(*closure)
    found = locate(records, ranges)
    expected = {index for index, (kind, subject) in enumerate(log) if belongs(kind, subject, *closure)}
    assert {index_of(one) for one in found.members} == expected
    hashed = hash_records(records, found.gaps)
    proof = make_index_proof(len(log), found, hashed.hashes)
    assert parse_index_proof(format_index_proof(proof)) == proof
    assert index_fault(proof, size=len(log), root=hashed.root, members=found.members, ranges=ranges) is None


@given(log=entries, closure=closures)
def test_every_record_left_out_is_noticed(log: list[tuple[str, str]], closure: tuple[set[str], set[str]]) -> None:
    """Each record of the closure in turn, by each of the three forgers, every time (issue of the log, part 5)."""
    records, ranges = sorted_records(log), closure_ranges(*closure)
    whole = locate(records, ranges)
    hashed = hash_records(records, whole.gaps)
    honest = make_index_proof(len(log), whole, hashed.hashes)
    for record in whole.members:
        held = [one for one in whole.members if one != record]
        fewer = without(whole, record)
        remade = make_index_proof(len(log), fewer, hash_records(records, fewer.gaps).hashes)
        shown = IndexProof(honest.entry, honest.runs, (*honest.neighbours, record), honest.hashes)
        for proof in (honest, remade, shown):
            assert index_fault(proof, size=len(log), root=hashed.root, members=held, ranges=ranges) is not None


@given(log=entries, closure=closures, data=st.data())
def test_no_choice_of_what_is_shown_hides_a_record(
    log: list[tuple[str, str]], closure: tuple[set[str], set[str]], data: st.DataObject
) -> None:
    """Whatever other records a forger shows, and however many, the place of the one left out stays open."""
    records, ranges = sorted_records(log), closure_ranges(*closure)
    whole = locate(records, ranges)
    if not whole.members:
        return
    record = data.draw(st.sampled_from(whole.members))
    places = data.draw(st.sets(st.integers(0, len(records) - 1)))
    shown = sorted(places - {records.index(record)})
    chosen = tuple(records[place] for place in shown)
    held = tuple(one for one in chosen if one in whole.members)
    located = Located(len(records), tuple(shown), chosen, held)
    hashed = hash_records(records, located.gaps)
    proof = make_index_proof(len(log), located, hashed.hashes)
    assert index_fault(proof, size=len(log), root=hashed.root, members=held, ranges=ranges) is not None


@given(log=entries, data=st.data())
def test_index_that_lacks_an_entry_is_denied_by_its_own_proof(log: list[tuple[str, str]], data: st.DataObject) -> None:
    """A cheating index omits an entry; whatever audit rests on it shows that, in a proof of its own."""
    gone = data.draw(st.integers(0, len(log) - 1))
    kind, subject = log[gone]
    record = format_record(kind=kind, subject=subject, index=gone, leaf=leaf(gone))
    cheating = [one for one in sorted_records(log) if one != record]
    ranges = [Range(b"0", b"1"), Range(b"1", b"2"), Range(b"2", b"3")]
    found = locate(cheating, ranges)
    hashed = hash_records(cheating, found.gaps)
    proof = make_index_proof(len(log), found, hashed.hashes)
    denial = ShownRecords(proof, size=len(cheating), members=found.members).denial(record)
    if cheating:
        assert denial is not None
        place = place_of(record)
        assert index_fault(denial, size=len(cheating), root=hashed.root, members=(), ranges=[place]) is None


@given(log=entries, closure=closures, bit=st.integers(0), cut=st.integers(1, 40))
def test_changed_proof_is_malformed_or_a_fault(
    log: list[tuple[str, str]], closure: tuple[set[str], set[str]], bit: int, cut: int
) -> None:
    """A flipped bit or a lost end is noticed, but for the number of the entry, which the bundle holds by itself."""
    records, ranges = sorted_records(log), closure_ranges(*closure)
    found = locate(records, ranges)
    hashed = hash_records(records, found.gaps)
    raw = format_index_proof(make_index_proof(len(log), found, hashed.hashes))
    flipped = bytearray(raw)
    flipped[bit // 8 % len(raw)] ^= 1 << bit % 8
    for changed in (bytes(flipped), raw[:-cut]):
        try:
            proof = parse_index_proof(changed)
        except MalformedError:
            continue
        same = replace(proof, entry=len(log)) == parse_index_proof(raw)
        fault = index_fault(proof, size=len(log), root=hashed.root, members=found.members, ranges=ranges)
        assert same or fault is not None


@given(raw=st.binary(max_size=400))
def test_whatever_the_bytes_are_only_our_error_is_raised(raw: bytes) -> None:
    """Arbitrary bytes are refused by name, with or without a true beginning."""
    for start in (b"", b"pledger-index@v1\n", b"pledger-index@v1\nentry 1\n"):
        try:
            parse_index_proof(start + raw)
        except MalformedError:
            continue
