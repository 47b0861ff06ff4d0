"""One contract for the store on SQLite and on PostgreSQL: what `ledger.service.ports` promises (design §2.5, §4)."""

import os
import pickle
import threading
from contextlib import suppress
from itertools import islice
from typing import Any

import pytest

from ledger.errors import ConflictError, NotFoundError, UnavailableError
from ledger.store.query import name_mark, repeat_mark
from ledger.tlog.stored import EMPTY_HEAD, NOTHING_RECORDED, Head
from tests.conformance.place import WHEN, Place, after, digest, filled, place, row, store

__all__ = ["place", "store"]  # fixtures

NODES = ((1, 0, digest(b"node", 0)), (1, 1, digest(b"node", 1)), (2, 0, digest(b"node", 2)))
KINDS = ("position",)


# --- reading ----------------------------------------------------------------------------------------------------------


def test_new_store_is_empty(store: Any) -> None:
    """Before the charter there is a head of size 0 and nothing else."""
    with store.reading() as reading:
        assert reading.head() == EMPTY_HEAD
        assert set(reading.counts().values()) == {0}
        assert (reading.last(), reading.row(0), list(reading.rows(0, 9)), list(reading.checkpoints())) == (
            -1,
            None,
            [],
            [],
        )
        assert reading.checkpoint_over(0) is None


def test_what_was_written_is_read_back_to_the_byte(store: Any) -> None:
    """Entries, statements, nodes, checkpoints and head come back as they were given, by every way of asking."""
    filled(store, 4, nodes=NODES)
    rows = [row(0, kind="charter"), row(1, kind="erasure"), row(2), row(3)]
    with store.reading() as reading:
        assert reading.head() == Head(4, b"checkpoint of 4", WHEN)
        assert list(reading.rows(0, 9)) == rows
        assert list(reading.rows(1, 3)) == rows[1:3]
        assert list(reading.rows(0, 9, kinds=("charter", "position"))) == [rows[0], *rows[2:]]
        assert (reading.row(3), reading.row(4), reading.last()) == (rows[3], None, 3)
        assert reading.about("grain", ["position"]) == tuple(rows[2:])
        assert reading.about("grain", ["party"]) == reading.about("rice", ["position"]) == ()
        assert reading.named([rows[2].statement, bytes(32)]) == {rows[2].statement: 2}
        payload = rows[2].payload or b""
        assert reading.said([("a" * 43, payload), ("b" * 43, payload)]) == {("a" * 43, payload): 2}
        found = reading.nodes([(0, 1), (0, 9), (1, 1), (2, 0), (7, 7)])
        assert found == {(0, 1): rows[1].leaf, (1, 1): NODES[1][2], (2, 0): NODES[2][2]}
        assert list(reading.leaves(1, 3)) == [(one.index, one.kind, one.subject, one.leaf) for one in rows[1:3]]
        assert list(reading.level(0)) == [(one.index, one.leaf) for one in rows]
        assert list(reading.level(1)) == [(0, NODES[0][2]), (1, NODES[1][2])]
        assert list(reading.level(0, 1, 3)) == [(one.index, one.leaf) for one in rows[1:3]]
        assert list(reading.level(1, 1, 9)) == [(1, NODES[1][2])]
        assert list(reading.level(1, 2, 9)) == []
        assert list(reading.checkpoints()) == [(4, b"checkpoint of 4")]
        assert reading.counts() == {
            "entry": 4, "statement": 4, "erasure": 0, "node": 3, "checkpoint": 1, "mark": 8,
        }  # fmt: skip


def test_first_checkpoint_of_at_least_a_size_is_found(store: Any) -> None:
    """A receipt is under the first checkpoint that covers its entry."""
    for count in (2, 3, 1):
        filled(store, count)
    with store.reading() as reading:
        found = [reading.checkpoint_over(size) for size in (0, 2, 3, 5, 6, 7)]
    assert found == [
        b"checkpoint of 2", b"checkpoint of 2", b"checkpoint of 5", b"checkpoint of 5", b"checkpoint of 6", None,
    ]  # fmt: skip


def test_numbers_of_64_bits_are_kept(store: Any) -> None:
    """Nodes and marks have the numbers of a log of 2⁶² entries and of digests that begin with any byte."""
    far = (62, 2**62, digest(b"node", 62))
    filled(store, 1, nodes=(far,))
    with store.reading() as reading:
        assert reading.nodes([(62, 2**62)]) == {(62, 2**62): far[2]}
    low, high = -(2**63), 2**63 - 1
    assert name_mark(b"\x80" + bytes(31)) == low
    assert name_mark(b"\x7f" + b"\xff" * 31) == high


def test_texts_beyond_the_basic_plane_are_kept_and_impossible_ones_are_not_found(store: Any) -> None:
    """A column holds any text of UTF-8; of a text with a zero or half a pair of surrogates there is nothing (§2.1)."""
    with store.writing() as writing:
        head = writing.head()
        writing.append([row(0, subject="𝄞 grain 粮食")], ())
        assert writing.swap(head, after(head))
        writing.commit()
    with store.reading() as reading:
        assert [one.index for one in reading.about("𝄞 grain 粮食", ["position"])] == [0]
        assert reading.about("grain\x00", ["position"]) == reading.about("\ud834", ["position"]) == ()


def test_texts_are_ordered_by_their_bytes(place: Place, store: Any) -> None:
    """The order of subjects is that of their bytes on every server, whatever its locale (an index rests on it)."""
    subjects = ["b", "a-b", "ab", "a.b", "B", "é", "z", "A", "𝄞", "\uffee", "a"]
    with store.writing() as writing:
        head = writing.head()
        writing.append([row(index, subject=subject) for index, subject in enumerate(subjects)], ())
        assert writing.swap(head, after(head, len(subjects)))
        writing.commit()
    with place.past() as past:
        found = [one for (one,) in past.execute("SELECT subject FROM entry ORDER BY subject").fetchall()]
        below = past.execute("SELECT count(*) FROM entry WHERE subject < 'a'").fetchone()
    assert found == sorted(subjects, key=str.encode)
    assert below == (2,)


def test_long_range_is_read_as_it_is_consumed_while_others_are_asked(store: Any) -> None:
    """A range of more rows than one message holds comes whole and in order, other questions between its rows."""
    filled(store, 5000)
    with store.reading() as reading:
        seen = []
        for one in reading.rows(0, 5000):
            seen.append(one.index)
            if one.index % 1000 == 0:
                assert reading.row(one.index + 1 if one.index < 4999 else 0) is not None
                assert len(list(islice(reading.rows(100, 5000), 3))) == 3
        assert seen == list(range(5000))
        assert len(reading.nodes([(0, index) for index in range(5000)])) == 5000
        assert len(reading.named([digest(b"statement", index) for index in range(5000)])) == 5000


def test_range_that_somebody_holds_unread_keeps_no_old_state(store: Any) -> None:
    """A range lasts no longer than its snapshot: the next who reads sees what was committed, and it ends loudly."""
    filled(store, 9000)
    with store.reading() as reading:
        held = [reading.rows(0, 9000), reading.leaves(0, 9000), reading.level(0), reading.about_from(0, "grain", KINDS)]
        assert [next(one) is not None for one in held] == [True] * 4
    with store.writing() as writing:
        held.append(writing.rows(0, 9000))
        assert next(held[-1]).index == 0
        head = writing.head()
        writing.append([row(9000)], ())
        assert writing.swap(head, after(head, 1))
        writing.commit()
    with store.reading() as reading:
        assert (reading.head().size, reading.last()) == (9001, 9000)
    for one in held:
        with pytest.raises(Exception, match="closed"):
            list(one)


# --- one writer -------------------------------------------------------------------------------------------------------


def test_what_is_not_committed_never_was(store: Any) -> None:
    """Leaving without a commit, by an error or without one, takes everything back (design §2.5)."""
    filled(store, 2)
    with store.writing() as writing:
        writing.append([row(2)], ())
        assert writing.swap(writing.head(), after(writing.head()))
        assert writing.head().size == 3
    with suppress(ZeroDivisionError), store.writing() as writing:
        writing.append([row(2)], ())
        _ = 1 / 0
    with store.reading() as reading:
        assert (reading.head().size, reading.last()) == (2, 1)
    filled(store, 1)


def test_head_is_compared_before_it_is_swapped(store: Any) -> None:
    """A head that is not the one that was read is not written over: the second guard beside the lock (design §2.5)."""
    filled(store, 2)
    with store.writing() as writing:
        head = writing.head()
        stale = (Head(1, head.checkpoint, head.received), Head(2, b"another checkpoint", head.received))
        assert [writing.swap(old, after(head)) for old in stale] == [False, False]
        assert writing.head() == head


def test_snapshot_does_not_see_what_is_written_after_it(store: Any) -> None:
    """A reader keeps what it began with while a writer is at work and after; who begins later sees the new."""
    filled(store, 2)
    with store.reading() as early:
        assert early.head().size == 2
        with store.writing() as writing:
            head = writing.head()
            writing.append([row(2)], ())
            assert writing.swap(head, after(head))
            with store.reading() as meanwhile:
                assert meanwhile.head().size == 2
            writing.commit()
        assert (early.head().size, early.last(), len(list(early.rows(0, 9)))) == (2, 1, 2)
    with store.reading() as late:
        assert (late.head().size, late.last()) == (3, 2)


def test_second_writer_is_refused_after_a_while_and_nothing_is_recorded(place: Place, store: Any) -> None:
    """The lock is one for all processes; who does not get it says so, and is served once it is free (design §2.5)."""
    impatient = place.open(patience=0.05)
    with store.writing() as writing:
        writing.head()
        with pytest.raises(UnavailableError, match="locked by another process") as caught, impatient.writing():
            pytest.fail("two writers at once")
        assert caught.value.facts["outcome"] == NOTHING_RECORDED
    filled(impatient, 2)
    impatient.close()


def test_writer_that_waited_sees_what_the_other_committed(place: Place, store: Any) -> None:
    """Who gets the lock counts from the head as it is then, not as it was when it began to wait (design §2.5)."""
    filled(store, 2)
    other = place.open()
    seen: list[int] = []

    def second() -> None:
        with other.writing() as writing:
            seen.append(writing.head().size)

    with store.writing() as writing:
        thread = threading.Thread(target=second)
        thread.start()
        head = writing.head()
        writing.append([row(2)], ())
        assert writing.swap(head, after(head))
        writing.commit()
    thread.join(10)
    other.close()
    assert seen == [3]


def test_broken_rule_of_our_own_is_a_fault_of_ours_and_records_nothing(store: Any) -> None:
    """A gap in the indexes is refused by the database; the error blames this program, not its caller (style §7)."""
    with pytest.raises(AssertionError, match="refused to break its own rule"), store.writing() as writing:
        writing.append([row(5)], ())
    with store.reading() as reading:
        assert reading.last() == -1


# --- the door of an erasure -------------------------------------------------------------------------------------------


def test_erasure_takes_the_statement_and_leaves_the_entry(store: Any) -> None:
    """The body goes, with the digest of its payload and the way to it; header, leaf and name stay (design §2.3)."""
    filled(store, 4)
    with store.writing() as writing:
        head = writing.head()
        writing.append([row(4, kind="erasure")], ())
        writing.erase([(2, 4)])
        assert writing.swap(head, after(head))
        writing.commit()
    with store.reading() as reading:
        assert reading.row(2) == row(2, jws=None)
        assert (reading.erased(2), reading.erased(3)) == (True, False)
        assert reading.said([("a" * 43, digest(b"said", 2))]) == {}
        assert reading.named([digest(b"statement", 2)]) == {digest(b"statement", 2): 2}
        assert (reading.counts()["statement"], reading.counts()["erasure"], reading.counts()["mark"]) == (4, 1, 9)


def test_statement_that_was_erased_elsewhere_is_written_without_its_body(store: Any) -> None:
    """A ledger that is rebuilt from a site has the entry, and the note by which erasure its body is gone (§2.4)."""
    with store.writing() as writing:
        head = writing.head()
        writing.append([row(0, kind="charter"), row(1, jws=None), row(2, kind="erasure")], ())
        writing.erase([(1, 2)])
        assert writing.swap(head, after(head, 3))
        writing.commit()
    with store.reading() as reading:
        assert (reading.row(1).jws, reading.erased(1), reading.counts()["statement"]) == (None, True, 2)


@pytest.mark.parametrize(("entry", "by"), [(2, 3), (0, 1), (1, 1), (2, 0), (2, 99)])
def test_erasure_that_is_not_logged_or_not_allowed_deletes_nothing(store: Any, entry: int, by: int) -> None:
    """The database opens the door only by an entry that is an erasure, and never for charter, keys or erasures."""
    filled(store, 4)
    with pytest.raises(AssertionError, match="an erasure is logged, and never of"), store.writing() as writing:
        writing.erase([(entry, by)])
    with store.reading() as reading:
        assert reading.counts()["statement"] == 4


def test_space_of_what_was_deleted_is_given_back_where_it_may_be(store: Any) -> None:
    """Asking for it harms nobody, whoever asks; only the owner of the tables gets it done on PostgreSQL."""
    filled(store, 3)
    assert store.purge() is (type(store).__name__ == "SqlStore")
    with store.reading() as reading:
        assert reading.last() == 2


# --- being there ------------------------------------------------------------------------------------------------------


def test_store_is_made_once(place: Place, store: Any) -> None:
    """A place that holds a ledger is never taken for another (design §2.5)."""
    filled(store, 2)
    message = "There is a file" if place.name == "sqlite" else "holds a ledger already"
    if place.name == "postgresql":
        from ledger.store.postgres import PostgresStore

        with pytest.raises(ConflictError, match=message):
            PostgresStore.create(place.url, begun="somebody else")  # type: ignore[attr-defined]
    else:
        with pytest.raises(ConflictError, match=message):
            place.create()
    with store.reading() as reading:
        assert reading.last() == 1


def test_place_without_a_store_is_told(place: Place) -> None:
    """What is not there is named, with what to do about it (style §7)."""
    with pytest.raises(NotFoundError, match=r"There is no (database|ledger in the database)"):
        place.open()


def test_process_that_was_forked_makes_connections_of_its_own(store: Any) -> None:
    """Two processes that speak over one connection break each other's: a child that was forked has its own."""
    filled(store, 2)
    with store.reading() as reading:
        assert reading.last() == 1
    child = os.fork()
    if child == 0:  # pragma: no cover, the other process
        try:
            filled(store, 1)
            os._exit(0)
        except BaseException:  # noqa: BLE001, told by the exit code
            os._exit(1)
    assert os.waitpid(child, 0)[1] == 0
    with store.reading() as reading:
        assert reading.last() == 2
    filled(store, 1)


def test_another_process_reads_the_same_and_writes_nothing(store: Any) -> None:
    """What is sent to a process that helps gives it snapshots of the same store, each of its own moment (design §4)."""
    filled(store, 2, nodes=NODES)
    way = pickle.loads(pickle.dumps(store.elsewhere()))  # noqa: S301, our own bytes
    assert (way, hash(way)) == (store.elsewhere(), hash(store.elsewhere()))
    with way() as first, store.reading() as here:
        assert list(first.rows(0, 9)) == list(here.rows(0, 9))
        assert first.finds_each(list(first.rows(0, 9)))
        assert list(first.level(1, 0, 1)) == [(0, NODES[0][2])]
        assert first.counts() == here.counts()
    filled(store, 1)
    with way() as second:
        assert second.last() == 2


def test_more_callers_than_connections_wait_their_turn(store: Any) -> None:
    """Forty threads read at once over fewer connections; each is answered."""
    filled(store, 3)
    found: list[int] = []

    def read() -> None:
        with store.reading() as reading:
            found.append(reading.head().size)

    threads = [threading.Thread(target=read) for _ in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert found == [3] * 40


def test_marks_of_names_and_repeats_do_not_mix(store: Any) -> None:
    """A mark only points: the row that it points at is read and compared (performance: no index over digests)."""
    filled(store, 2)
    with store.reading() as reading:
        assert repeat_mark("a" * 43, digest(b"said", 1)) != name_mark(digest(b"statement", 1))
        near = digest(b"statement", 1)[:8] + bytes(24)
        assert reading.named([near]) == {}
