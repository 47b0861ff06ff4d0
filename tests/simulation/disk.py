"""A disk that tears, fills up and forgets: the files of a directory, as a crash of the machine would leave them.

The files are real. While a simulation runs, what Python's code asks of the operating system below the directory is a
call of the world, and so can fail. Beside the files it is noted what is durable: the bytes of a file as of its last
sync, a name once its directory was synced. A power cut leaves what is durable, of the rest an arbitrary part: names in
the order in which they were made or only some of them, the bytes of a file whole, torn, or zeros. What SQLite asks for
does not pass through here. Source: POSIX fsync and rename; design §2.5.
"""

import errno
import fcntl
import io
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

from tests.simulation.world import World

_REAL: Final[dict[str, Any]] = {
    name: getattr(os, name) for name in ("open", "close", "fsync", "sync", "replace", "unlink", "mkdir", "scandir")
}
_OPEN: Final = io.open
_FLOCK: Final = fcntl.flock


@dataclass(eq=False)
class Inode:
    """A file apart from its name.

    Attributes:
        synced: its bytes as of the last sync; None where there was none.
        last: its bytes as it lost its name; None while it has one.
    """

    synced: bytes | None = None
    last: bytes | None = None


@dataclass(frozen=True)
class Change:
    """A name that was made or taken away, or both at once, and is not durable yet."""

    directories: frozenset[str]
    gone: str | None = None
    made: str | None = None
    inode: Inode | None = None


class Disk:
    """The directory of a ledger.

    Attributes:
        root: where it is.
        names: the file of each name, as processes see it; ``durable`` as a power cut leaves it.
        folders: directories whose names are durable.
    """

    def __init__(self, world: World, root: Path) -> None:
        self.world = world
        self.root = root
        self._begin = f"{root}{os.sep}"
        self.names: dict[str, Inode] = {}
        self.durable: dict[str, Inode] = {}
        self.folders: set[str] = set()
        self._pending: list[Change] = []
        self._files: dict[int, Inode | str] = {}
        self.settle()

    def settle(self) -> None:
        """Take everything as durable, without being felt: this is the kernel's work, and nobody's call."""
        asked, self.world.current = self.world.current, None
        try:
            self._settle()
        finally:
            self.world.current = asked

    def _settle(self) -> None:
        self._pending = []
        self.folders = {str(self.root)}
        before, self.names = self.names, {}
        for folder, folders, files in os.walk(self.root):
            self.folders.update(str(Path(folder, name)) for name in folders)
            for name in files:
                path = str(Path(folder, name))
                inode = before.get(path, Inode())
                inode.synced = _read(path)
                self.names[path] = inode
        self.durable = dict(self.names)

    def cut(self) -> None:
        """Leave what a power cut leaves."""
        draw = self.world.random
        kept = self._pending
        if draw.random() < 0.5:
            kept = kept[: draw.randint(0, len(kept))]
        else:
            kept = [change for change in kept if draw.random() < 0.5]
        for change in kept:
            self._make_durable(change)
        held = {str(self.root)}
        for folder in sorted(self.folders):
            if str(Path(folder).parent) in held:
                held.add(folder)
        left = {path: self._after(inode) for path, inode in self.durable.items() if str(Path(path).parent) in held}
        for path in [path for path in self._there() if path not in left]:
            _REAL["unlink"](path)
        for path, raw in left.items():
            with _OPEN(path, "wb") as file:
                file.write(raw)
        for folder, _, _ in sorted(os.walk(self.root), reverse=True):
            if folder not in held:
                Path(folder).rmdir()
        self._files = {}
        self.settle()

    def _after(self, inode: Inode) -> bytes:
        """Return the bytes of a file after a power cut: all, as of the last sync, torn, or zeros."""
        seen = inode.last
        if seen is None:
            seen = next((_read(name) for name, one in self.names.items() if one is inode), b"")
        if seen == inode.synced:
            return seen
        draw = self.world.random
        choices = [seen, seen[: draw.randint(0, len(seen))], bytes(len(seen)), b""]
        return draw.choice(choices if inode.synced is None else [*choices, inode.synced])

    def _there(self) -> Iterator[str]:
        for folder, _, files in os.walk(self.root):
            yield from (str(Path(folder, name)) for name in files)

    def _make_durable(self, change: Change) -> None:
        if change.gone is not None:
            self.durable.pop(change.gone, None)
        if change.made is not None and change.inode is None:
            self.folders.add(change.made)
        elif change.made is not None and change.inode is not None:
            self.durable[change.made] = change.inode

    def _change(self, *, gone: str | None = None, made: str | None = None, inode: Inode | None = None) -> None:
        folders = frozenset(str(Path(path).parent) for path in (gone, made) if path is not None)
        self._pending.append(Change(folders, gone, made, inode))

    # --- what processes ask -------------------------------------------------------------------------------------------

    @contextmanager
    def felt(self) -> Iterator[None]:
        """Put this disk in the place of the system's calls, for the time of a ``with`` block."""
        ours: dict[str, Callable[..., Any]] = {
            "open": self._os_open, "close": self._close, "fsync": self._fsync, "sync": self._sync,
            "replace": self._replace, "unlink": self._unlink, "mkdir": self._mkdir, "scandir": self._scandir,
        }  # fmt: skip
        try:
            for name, function in ours.items():
                setattr(os, name, function)
            io.open = self._open
            fcntl.flock = self._flock
            yield
        finally:
            for name in ours:
                setattr(os, name, _REAL[name])
            io.open = _OPEN
            fcntl.flock = _FLOCK

    def _ours(self, path: Any) -> str | None:
        """Return the path where it is below the root, and somebody runs; others are not felt."""
        if self.world.current is None or isinstance(path, int):
            return None
        name = os.fspath(path)
        return name if isinstance(name, str) and (name.startswith(self._begin) or name == str(self.root)) else None

    def _call(self, name: str, effect: Callable[[], Any], *, error: int = errno.EIO) -> Any:
        return self.world.call(name, effect, failure=lambda: OSError(error, os.strerror(error)))

    def _opening(self, name: str, effect: Callable[[], Any], close: Callable[[Any], None], *, error: int) -> Any:
        """Return what was opened; where its opener never gets it, it is closed, as the end of a process would."""
        opened: list[Any] = []

        def open_it() -> Any:
            opened.append(effect())
            return opened[0]

        try:
            return self._call(name, open_it, error=error)
        except BaseException:
            for one in opened:
                close(one)
            raise

    def _open(self, file: Any, mode: str = "r", buffering: int = -1, *rest: Any, **named: Any) -> Any:
        path = self._ours(file)
        if path is None or named.get("opener") is not None:
            return _OPEN(file, mode, buffering, *rest, **named)
        if "b" not in mode or not set(mode) & set("wx"):
            read = partial(_OPEN, file, mode, buffering, *rest, **named)
            return self._opening("file open", read, lambda one: one.close(), error=errno.EIO)
        create = partial(self._create, path, mode)
        return io.BufferedWriter(self._opening("file create", create, lambda one: one.close(), error=errno.ENOSPC))

    def _create(self, path: str, mode: str) -> "RawFile":
        raw = RawFile(self, path, mode.replace("b", ""))
        self._files[raw.fileno()] = self._made(path)
        return raw

    def _made(self, path: str) -> Inode:
        """Return the file of a name that was opened for writing."""
        if path not in self.names:
            self.names[path] = Inode()
            self._change(made=path, inode=self.names[path])
        return self.names[path]

    def _os_open(self, path: Any, flags: int, *rest: Any, **named: Any) -> int:
        ours = self._ours(path)
        if ours is None:
            return int(_REAL["open"](path, flags, *rest, **named))

        def effect() -> int:
            descriptor = int(_REAL["open"](path, flags, *rest, **named))
            is_new = bool(flags & os.O_CREAT)
            self._files[descriptor] = self._made(ours) if is_new else self.names.get(ours, ours)
            return descriptor

        name = "file create" if flags & os.O_CREAT else "directory open"
        return int(self._opening(name, effect, self._close, error=errno.EIO))

    def _close(self, descriptor: int) -> None:
        # The dead close their files, too.
        self._files.pop(descriptor, None)
        _REAL["close"](descriptor)

    def _fsync(self, descriptor: int) -> None:
        target = self._files.get(descriptor)
        if self.world.current is None or target is None:
            _REAL["fsync"](descriptor)
            return

        def effect() -> None:
            if isinstance(target, Inode):
                target.synced = os.pread(descriptor, 1 << 30, 0) if _is_readable(descriptor) else self._bytes(target)
                return
            done = [change for change in self._pending if target in change.directories]
            self._pending = [change for change in self._pending if target not in change.directories]
            for change in done:
                self._make_durable(change)

        self._call("file sync" if isinstance(target, Inode) else "directory sync", effect)

    def _bytes(self, inode: Inode) -> bytes:
        return next((_read(path) for path, one in self.names.items() if one is inode), b"")

    def _sync(self) -> None:
        if self.world.current is None:
            _REAL["sync"]()
        else:
            # It has no way to fail; but a process can end there.
            try:
                self._call("system sync", self.settle)
            except OSError:
                self.settle()

    def _replace(self, source: Any, target: Any, **named: Any) -> None:
        ours, final = self._ours(source), self._ours(target)
        if ours is None or final is None:
            _REAL["replace"](source, target, **named)
            return

        def effect() -> None:
            self._lose(final)
            _REAL["replace"](source, target, **named)
            inode = self.names.pop(ours)
            self.names[final] = inode
            self._change(gone=ours, made=final, inode=inode)

        self._call("file rename", effect)

    def _unlink(self, path: Any, **named: Any) -> None:
        ours = self._ours(path)
        if ours is None:
            _REAL["unlink"](path, **named)
            return

        def effect() -> None:
            self._lose(ours)
            _REAL["unlink"](path, **named)
            if self.names.pop(ours, None) is not None:
                self._change(gone=ours)

        self._call("file unlink", effect)

    def _lose(self, path: str) -> None:
        if path in self.names:
            self.names[path].last = _read(path)

    def _mkdir(self, path: Any, *rest: Any, **named: Any) -> None:
        ours = self._ours(path)
        if ours is None:
            _REAL["mkdir"](path, *rest, **named)
            return

        def effect() -> None:
            _REAL["mkdir"](path, *rest, **named)
            self._change(made=ours)

        self._call("directory create", effect, error=errno.ENOSPC)

    def _scandir(self, path: Any = ".") -> Any:
        if self._ours(path) is None:
            return _REAL["scandir"](path)
        return self._opening(
            "directory read", partial(_REAL["scandir"], path), lambda one: one.close(), error=errno.EIO
        )

    def _flock(self, file: Any, operation: int) -> None:
        if self.world.current is None:
            _FLOCK(file, operation)
            return

        def is_ours() -> bool:
            try:
                _FLOCK(file, operation | fcntl.LOCK_NB)
            except BlockingIOError:
                if operation & fcntl.LOCK_NB:
                    raise
                return False
            return True

        self._call("file lock", lambda: None)
        self.world.wait(is_ours)


class RawFile(io.FileIO):
    """A file that is being written: a write may be short, torn, or end on a full disk."""

    def __init__(self, disk: Disk, path: str, mode: str) -> None:
        super().__init__(path, mode)
        self._disk = disk
        self._world = disk.world

    def write(self, raw: Any, /) -> int:
        """Write bytes; what a process that has died still holds in its buffer goes nowhere."""
        data = bytes(raw)
        world = self._world
        if world.current is None or world.current.is_dead:
            return len(data)
        write = super().write

        def partly() -> int:
            count = int(write(data[: world.random.randint(0, len(data) - 1)]))
            if count and world.random.random() < 0.5:
                return count
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        return world.call(
            "file write",
            lambda: int(write(data)),
            failure=lambda: OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)),
            partly=partly,
        )

    def close(self) -> None:
        """Close the file, also for the dead."""
        if not self.closed:
            self._disk._files.pop(self.fileno(), None)
        super().close()


def _read(path: str) -> bytes:
    with _OPEN(path, "rb") as file:
        raw: bytes = file.read()
    return raw


def _is_readable(descriptor: int) -> bool:
    return fcntl.fcntl(descriptor, fcntl.F_GETFL) & os.O_ACCMODE != os.O_WRONLY
