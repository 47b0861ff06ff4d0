"""Timestamps on a site: lists of bounded span, files by digest, and nothing believed that does not verify."""

import hashlib

import pytest

from ledger.service import carried
from ledger.service.carried import ROOTS_LIST, Carried, copy_timestamps, import_timestamps, write_timestamps
from ledger.service.stamp import Authority
from ledger.tlog.checkpoint import Checkpoint
from ledger.tlog.merkle import Hash
from ledger.tlog.timestamp import TIMESTAMP_LIMIT, format_roots, imprint
from tests.unit.service.fake import MemorySite, MemoryStamps
from tests.unit.tlog.stamping import root, stamp

pytest.importorskip("rfc3161_client", reason="the extra timestamp is not installed")

CLOCK, OTHER = Authority("clock", (root(),)), Authority("other-clock", (root(),))
SIZES = (1, 3, 4, 6, 9)


def checkpoint(size: int) -> Checkpoint:
    """Return what the checkpoint of a size says; any root will do."""
    return Checkpoint("example.com/log", size, Hash(bytes([size]) * 32))


def kept(*names: str) -> MemoryStamps:
    """Return the timestamps of authorities over each of the sizes."""
    stamps = MemoryStamps()
    for size in SIZES:
        for name in names:
            stamps.keep(size, name, stamp(imprint(checkpoint(size)), nonce=None))
    return stamps


def site(*, size: int = 9, names: tuple[str, ...] = ("clock",)) -> MemorySite:
    """Return a site with the timestamps of a ledger of that size."""
    made = MemorySite()
    write_timestamps(made, kept(*names), [CLOCK, OTHER], before=0, size=size)
    return made


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a list be about four sizes, so that a few entries have several."""
    monkeypatch.setattr(carried, "SPAN", 4)


def lines(of: MemorySite, span: int) -> list[tuple[str, ...]]:
    """Return size and authority of each line of a list."""
    return [tuple(line.split(" ")[:2]) for line in of.files[f"timestamp/list/{span}"].decode().splitlines()]


def test_each_list_has_the_sizes_of_its_span() -> None:
    """A size is found in the list of its span, in order of size and name, by the digest of its file."""
    made = site(names=("other-clock", "clock"))
    assert lines(made, 0) == [("1", "clock"), ("1", "other-clock"), ("3", "clock"), ("3", "other-clock")]
    assert lines(made, 1) == [("4", "clock"), ("4", "other-clock"), ("6", "clock"), ("6", "other-clock")]
    assert lines(made, 2) == [("9", "clock"), ("9", "other-clock")]
    digest = made.files["timestamp/list/2"].decode().split("sha256:")[1][:64]
    assert hashlib.sha256(made.files[f"timestamp/{digest}"]).hexdigest() == digest
    pinned = hashlib.sha256(format_roots((root(),))).hexdigest()
    assert made.files[ROOTS_LIST].decode() == f"clock sha256:{pinned}\nother-clock sha256:{pinned}\n"


def test_sizes_beyond_the_checkpoint_and_strangers_stay_behind() -> None:
    """Nothing is listed that the site's checkpoint does not cover, nor of an authority that nobody named."""
    made = MemorySite()
    write_timestamps(made, kept("clock", "stranger"), [CLOCK], before=0, size=6)
    assert [*lines(made, 0), *lines(made, 1)] == [("1", "clock"), ("3", "clock"), ("4", "clock"), ("6", "clock")]
    assert "timestamp/list/2" not in made.files


def test_export_in_pieces_gives_the_same_files() -> None:
    """From where the site stood, its last list is written again; those before it are not touched."""
    made = site(size=5)
    made.steps.clear()
    write_timestamps(made, kept("clock"), [CLOCK, OTHER], before=5, size=9)
    assert made.files == site().files
    assert not any("list/0" in step for step in made.steps)


def test_ledger_without_authorities_writes_nothing() -> None:
    """No list, no roots, no files."""
    made = MemorySite()
    write_timestamps(made, MemoryStamps(), [], before=0, size=9)
    assert made.files == {}


def test_copy_keeps_what_it_has_and_takes_what_is_new() -> None:
    """A copy that the site's operator would like to forget keeps its timestamps, and adds the fresh ones."""
    copy = MemorySite()
    assert copy_timestamps(site(size=5), copy, checkpoint, before=0, size=5) == Carried(3)
    lost = MemorySite({path: raw for path, raw in site().files.items() if path != "timestamp/list/0"})
    lost.files["timestamp/list/1"] = b"".join(lost.files["timestamp/list/1"].splitlines(keepends=True)[1:])
    assert copy_timestamps(lost, copy, checkpoint, before=5, size=9) == Carried(2)
    assert copy.files == site().files


def test_import_keeps_timestamps_and_roots() -> None:
    """A ledger that was rebuilt has the timestamps of its site, by size and authority."""
    stamps = MemoryStamps()
    assert import_timestamps(site(), stamps, checkpoint, size=9) == Carried(5)
    assert stamps.held() == tuple((size, "clock") for size in SIZES)
    assert stamps.roots() == ("clock", "other-clock")
    assert stamps.root("clock") == format_roots((root(),))


def test_import_takes_nothing_beyond_its_size() -> None:
    """A list may have grown since the checkpoint was read; what lies beyond is left for the next time."""
    stamps = MemoryStamps()
    assert import_timestamps(site(), stamps, checkpoint, size=5).held == 3


def test_without_the_extra_they_are_carried_unchecked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Digests are checked all the same; the answer says that the signatures were not."""
    monkeypatch.setattr(carried, "is_installed", lambda: False)
    stamps = MemoryStamps()
    found = import_timestamps(site(), stamps, lambda size: checkpoint(size + 1), size=9)
    assert (found.held, found.is_checked, found.refused) == (5, False, ())
    assert any("not checked: rfc3161-client is not installed" in line for line in found.lines())


def broken(path: str, raw: bytes | None) -> MemorySite:
    """Return a site with one file replaced, or lost."""
    made = site()
    made.files.pop(path, None)
    if raw is not None:
        made.files[path] = raw
    return made


HEX = "0" * 64
LISTS = {
    "no newline at its end": b"1 clock sha256:" + HEX.encode(),
    "an empty line": b"\n",
    "a size with a leading zero": f"01 clock sha256:{HEX}\n".encode(),
    "the size nought": f"0 clock sha256:{HEX}\n".encode(),
    "a sign": f"+1 clock sha256:{HEX}\n".encode(),
    "two spaces": f"1  clock sha256:{HEX}\n".encode(),
    "a name with a way up": f"1 ../clock sha256:{HEX}\n".encode(),
    "a name that is too long": f"1 {'a' * 61} sha256:{HEX}\n".encode(),
    "another algorithm": f"1 clock sha1:{HEX}\n".encode(),
    "a digest in capitals": f"1 clock sha256:{'A' * 64}\n".encode(),
    "a line twice": f"1 clock sha256:{HEX}\n".encode() * 2,
    "out of order": f"3 clock sha256:{HEX}\n1 clock sha256:{HEX}\n".encode(),
    "of another span": f"4 clock sha256:{HEX}\n".encode(),
    "not ASCII": "1 clöck sha256:{HEX}\n".encode(),
}


@pytest.mark.parametrize("raw", LISTS.values(), ids=LISTS)
def test_list_that_is_none_is_left_out_whole(raw: bytes) -> None:
    """A list has one spelling; a broken one is named, and the others are read all the same."""
    found = import_timestamps(broken("timestamp/list/0", raw), MemoryStamps(), checkpoint, size=9)
    assert (found.held, len(found.refused)) == (3, 1)
    assert "timestamp/list/0 of the site" in found.refused[0]


ROOTS = {
    "out of order": f"b sha256:{HEX}\na sha256:{HEX}\n".encode(),
    "no digest": b"clock\n",
    "a name twice": f"a sha256:{HEX}\na sha256:{HEX}\n".encode(),
    "a root that is not there": f"clock sha256:{HEX}\n".encode(),
}


@pytest.mark.parametrize("raw", [*ROOTS.values(), None], ids=[*ROOTS, "no roots"])
def test_without_roots_nothing_verifies(raw: bytes | None) -> None:
    """An authority whose root is not there dates nothing."""
    found = import_timestamps(broken(ROOTS_LIST, raw), MemoryStamps(), checkpoint, size=9)
    assert found.held == 0
    assert any("No root certificate is given" in one for one in found.refused)


@pytest.mark.parametrize("is_over", [False, True])
def test_file_is_read_up_to_its_limit(is_over: bool) -> None:
    """A byte more than a timestamp may have is refused for its size, up to it for what it is."""
    raw = bytes(TIMESTAMP_LIMIT + is_over)
    digest = hashlib.sha256(raw).hexdigest()
    made = broken("timestamp/list/0", f"1 clock sha256:{digest}\n".encode())
    made.files[f"timestamp/{digest}"] = raw
    found = import_timestamps(made, MemoryStamps(), checkpoint, size=9)
    assert (found.held, len(found.refused)) == (3, 1)
    assert ("more than the" in found.refused[0]) is is_over


def test_list_is_read_up_to_its_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """A list of as many bytes as the limit is read; of one more it is not."""
    made = site(names=("clock", "other-clock"))
    size = len(made.files["timestamp/list/0"])
    assert len(made.files["timestamp/list/1"]) == size
    for limit, held in ((size, 10), (size - 1, 2)):
        monkeypatch.setattr(carried, "LIST_LIMIT", limit)
        assert import_timestamps(made, MemoryStamps(), checkpoint, size=9).held == held
