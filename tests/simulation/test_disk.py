"""The disk of the simulation: what a power cut leaves of files is what POSIX promises of them, and no more."""

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.simulation.disk import Disk
from tests.simulation.world import Death, Fault, Process, World


class Machine:
    """A disk, and what one process does on it."""

    def __init__(self, root: Path) -> None:
        root.mkdir()
        (root / "old").write_bytes(b"as it was")
        self.root = root
        self.world = World(0)
        self.disk = Disk(self.world, root)

    def do(self, act: Callable[[Path], None], *faults: Fault, seed: int = 0) -> None:
        """Let a process act, and where the power went, cut."""
        self.world.begin(seed, faults)
        process = Process(0)

        def body() -> None:
            try:
                act(self.root)
            except Death:
                return

        with self.disk.felt():
            self.world.run([(process, body)])

    def left(self, seed: int) -> dict[str, bytes]:
        """Return the files that a power cut leaves."""
        self.world.begin(seed, ())
        self.disk.cut()
        return {
            path.relative_to(self.root).as_posix(): path.read_bytes() for path in self.root.rglob("*") if path.is_file()
        }


def write(root: Path, *, synced: bool = True, named: bool = True) -> None:
    """Write a file as a careful program does, or leave out a step."""
    with (root / ".new").open("wb") as file:
        file.write(b"as it is now")
        file.flush()
        if synced:
            os.fsync(file.fileno())
    (root / ".new").replace(root / "old")
    if named:
        descriptor = os.open(root, os.O_RDONLY)
        os.fsync(descriptor)
        os.close(descriptor)


def possible(tmp_path: Path, act: Callable[[Path], None]) -> set[tuple[tuple[str, bytes], ...]]:
    """Return everything that power cuts of many seeds leave."""
    found = set()
    for seed in range(60):
        machine = Machine(tmp_path / str(seed))
        machine.do(act)
        found.add(tuple(sorted(machine.left(seed).items())))
    return found


def test_what_was_synced_and_named_stays(tmp_path: Path) -> None:
    """After both syncs nothing else is possible."""
    assert possible(tmp_path, write) == {(("old", b"as it is now"),)}


def test_name_that_was_not_synced_may_be_the_old_one(tmp_path: Path) -> None:
    """Without the directory's sync the rename may be lost, whole; the bytes of either are whole."""
    found = possible(tmp_path, lambda root: write(root, named=False))
    assert (("old", b"as it was"),) in found
    assert (("old", b"as it is now"),) in found
    assert all(dict(one)["old"] in {b"as it was", b"as it is now"} for one in found)


def test_bytes_that_were_not_synced_may_be_torn_or_zeros(tmp_path: Path) -> None:
    """A rename of a file whose bytes were not synced may leave anything under the name."""
    found = {dict(one)["old"] for one in possible(tmp_path, lambda root: write(root, synced=False))}
    assert {b"", bytes(12), b"as it is now"} < found
    assert any(one and one != b"as it is now" and b"as it is now".startswith(one) for one in found)


def test_file_in_a_directory_that_was_not_synced_may_be_gone(tmp_path: Path) -> None:
    """A directory's own name is its parent's to sync."""

    def act(root: Path) -> None:
        (root / "below").mkdir()
        with (root / "below" / "file").open("wb") as file:
            file.write(b"there")
            file.flush()
            os.fsync(file.fileno())

    found = [dict(one) for one in possible(tmp_path, act)]
    assert any("below/file" in one for one in found)
    assert any("below/file" not in one for one in found)


@pytest.mark.parametrize("call", ["file create", "file write", "file sync", "file rename", "directory sync"])
def test_process_that_died_changes_nothing_more(tmp_path: Path, call: str) -> None:
    """What its buffers held and its cleaning up asks for never happens; without a power cut, what happened stays."""
    machine = Machine(tmp_path / "root")

    def act(root: Path) -> None:
        try:
            write(root)
        finally:
            (root / "old").unlink()

    machine.do(act, Fault(call, 1, "die before"))
    is_renamed = call == "directory sync"
    assert (machine.root / "old").read_bytes() == (b"as it is now" if is_renamed else b"as it was")


@pytest.mark.parametrize("seed", range(6))
def test_full_disk_tears_a_write(tmp_path: Path, seed: int) -> None:
    """A write is short, or ends in ENOSPC with a part of it done; the caller sees the error or writes the rest."""
    machine = Machine(tmp_path / "root")
    seen: list[int | None] = []

    def act(root: Path) -> None:
        try:
            with (root / "file").open("wb") as file:
                file.write(b"0123456789")
                file.flush()
        except OSError as error:
            seen.append(error.errno)

    machine.do(act, Fault("file write", 1, "partly"), seed=seed)
    assert seen in ([], [errno.ENOSPC])


def test_files_elsewhere_are_not_felt(tmp_path: Path) -> None:
    """Only what is below the root is simulated."""
    machine = Machine(tmp_path / "root")
    machine.do(lambda _: write_elsewhere(tmp_path), Fault("call", 1, "die before"))
    assert (tmp_path / "elsewhere").read_bytes() == b"whole"


def write_elsewhere(folder: Path) -> None:
    """Write a file outside of the simulated disk."""
    with (folder / "elsewhere").open("wb") as file:
        file.write(b"whole")
