"""Timestamps on a static site: how they are found without a listing, written, and read from a stranger (design §2.4).

::

    timestamp/list/<N>     those over checkpoints of 65,536·N to 65,536·N + 65,535 entries: size, authority, digest
    timestamp/roots        the authorities: name and digest of their certificates in PEM
    timestamp/<sha256>     a timestamp as its authority gave it, or a file of roots

A timestamp is over the text of a checkpoint, which follows from origin, size and root; so it needs no checkpoint beside
it, and is held against the tree. What does not verify is left out and named: it stops nobody from following the log.
The roots are the site's own word, unless who verifies brings others. docs/formats.md has the bytes.
"""

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from cryptography.x509 import Certificate

from ledger.errors import MalformedError, RefusedError
from ledger.service.ports import Stamps
from ledger.service.site import Site, Source, read_whole
from ledger.service.stamp import Authority
from ledger.tlog.checkpoint import Checkpoint
from ledger.tlog.timestamp import (
    AUTHORITY,
    AUTHORITY_LIMIT,
    MISSING,
    ROOTS_LIMIT,
    TIMESTAMP_LIMIT,
    format_roots,
    imprint,
    is_installed,
    open_timestamp,
    parse_roots,
)

SPAN: Final = 1 << 16
"""Sizes that one list is about."""

ROOTS_LIST: Final = "timestamp/roots"

LIST_LIMIT: Final = 1 << 26
"""The most bytes of a list: four authorities stamping every size of a span have half of that."""

_AUTHORITIES: Final = 100
_DIGEST: Final = "sha256:[0-9a-f]{64}"
_STAMP_LINE: Final = re.compile(rf"([1-9][0-9]{{0,18}}) ({AUTHORITY.pattern}) ({_DIGEST})")
_ROOT_LINE: Final = re.compile(rf"({AUTHORITY.pattern}) ({_DIGEST})")

CheckpointAt = Callable[[int], Checkpoint]
"""Gives what the log's checkpoint of a size says, worked out from a tree that was verified."""


@dataclass(frozen=True, slots=True)
class Carried:
    """What of a site's timestamps was carried over.

    Attributes:
        held: how many.
        refused: what was left out, a sentence each.
        is_checked: they were verified; otherwise what it takes is not installed here.
    """

    held: int = 0
    refused: tuple[str, ...] = ()
    is_checked: bool = True

    def document(self) -> dict[str, object]:
        """Return it as plain JSON data."""
        return {"held": self.held, "checked": self.is_checked, "refused": list(self.refused)}

    def lines(self) -> tuple[str, ...]:
        """Return it in words; none where there was nothing."""
        if not self.held and not self.refused:
            return ()
        how = "verified by the roots that came with them" if self.is_checked else f"not checked: {MISSING}"
        return (f"  timestamps: {self.held}, {how}", *(f"  timestamp left out: {one}" for one in self.refused))


@dataclass(frozen=True, slots=True)
class _Listed:
    """One timestamp as a list names it."""

    size: int
    authority: str
    digest: str


def write_timestamps(site: Site, stamps: Stamps, authorities: Sequence[Authority], *, before: int, size: int) -> None:
    """Write the timestamps of a ledger to its site, from the span in which the site's checkpoint stood.

    Args:
        site: to be written.
        stamps: where they are kept.
        authorities: whose go out.
        before: entries that the site covered; ``size`` those that it covers now.
    """
    names = {one.name for one in authorities}
    held = [(one, name) for one, name in stamps.held() if name in names and before // SPAN * SPAN <= one <= size]
    for span in range(before // SPAN, size // SPAN + 1):
        listed = []
        for one, name in held:
            raw = stamps.get(one, name) if one // SPAN == span else None
            if raw is not None:
                listed.append(_Listed(one, name, _put(site, raw)))
        _write_list(site, span, listed)
    roots = {one.name: _put(site, format_roots(one.roots)) for one in authorities}
    if roots:
        site.write(ROOTS_LIST, _format_roots_list(roots))


def copy_timestamps(source: Source, site: Site, checkpoint_at: CheckpointAt, *, before: int, size: int) -> Carried:
    """Carry the timestamps of a site over to a copy of it; what the copy has already, it keeps.

    Args:
        source: the site.
        site: the copy, whose tree was verified up to ``size``.
        checkpoint_at: gives its checkpoints.
        before: entries that the copy covered before.
    """
    taken = _Taken(source)
    listed: dict[int, list[_Listed]] = {}
    for one, raw in taken.timestamps(checkpoint_at, first=before // SPAN, size=size):
        listed.setdefault(one.size // SPAN, []).append(_Listed(one.size, one.authority, _put(site, raw)))
    for span, fresh in listed.items():
        there = {(one.size, one.authority): one for one in (*fresh, *_read_list(site, span))}
        _write_list(site, span, sorted(there.values(), key=lambda one: (one.size, one.authority)))
    pems = {name: _put(site, format_roots(roots)) for name, roots in taken.roots.items()}
    if pems:
        site.write(ROOTS_LIST, _format_roots_list({**pems, **_read_roots_list(site)}))
    return taken.carried


def import_timestamps(source: Source, stamps: Stamps, checkpoint_at: CheckpointAt, *, size: int) -> Carried:
    """Carry the timestamps of a site over to a ledger that was rebuilt from it, with their authorities' roots."""
    taken = _Taken(source)
    for one, raw in taken.timestamps(checkpoint_at, first=0, size=size):
        stamps.keep(one.size, one.authority, raw)
    for name, roots in taken.roots.items():
        stamps.keep_root(name, format_roots(roots))
    return taken.carried


class _Taken:
    """Timestamps on their way from a site: read strictly, verified where that can be done here, and counted.

    Attributes:
        roots: of the authorities, as the site has them.
    """

    def __init__(self, source: Source) -> None:
        self.source = source
        self.roots: dict[str, tuple[Certificate, ...]] = {}
        self._held = 0
        self._refused: list[str] = []

    @property
    def carried(self) -> Carried:
        """What was carried over."""
        return Carried(self._held, tuple(self._refused), is_installed())

    def timestamps(self, checkpoint_at: CheckpointAt, *, first: int, size: int) -> Iterator[tuple[_Listed, bytes]]:
        """Yield the timestamps over checkpoints up to a size, with their bytes, from a span on."""
        self._read_roots()
        for span in range(first, size // SPAN + 1):
            try:
                listed = _read_list(self.source, span)
            except MalformedError as error:
                self._refused.append(error.message)
                continue
            for one in listed:
                if one.size <= size and (raw := self._read(one, checkpoint_at)) is not None:
                    self._held += 1
                    yield one, raw

    def _read_roots(self) -> None:
        try:
            for name, digest in _read_roots_list(self.source).items():
                pem = _get(self.source, digest, limit=ROOTS_LIMIT)
                self.roots[name] = parse_roots(pem, what=f"The root of {name} in {self.source.name}")
        except MalformedError as error:
            self._refused.append(error.message)

    def _read(self, one: _Listed, checkpoint_at: CheckpointAt) -> bytes | None:
        """Return a timestamp's bytes, or note why it is left out."""
        try:
            raw = _get(self.source, one.digest, limit=TIMESTAMP_LIMIT)
            roots = self.roots.get(one.authority, ())
            if is_installed():
                open_timestamp(raw, digest=imprint(checkpoint_at(one.size)), roots=roots)
        except (MalformedError, RefusedError) as error:
            self._refused.append(f"{one.authority} over {one.size} entries: {error.message}")
            return None
        return raw


def _path(digest: str) -> str:
    return f"timestamp/{digest.removeprefix('sha256:')}"


def _list_path(span: int) -> str:
    return f"timestamp/list/{span}"


def _put(site: Site, raw: bytes) -> str:
    """Write a file by its digest, and return that."""
    digest = f"sha256:{hashlib.sha256(raw).hexdigest()}"
    site.write(_path(digest), raw)
    return digest


def _get(source: Source, digest: str, *, limit: int) -> bytes:
    """Return a file of the site by its digest.

    Raises:
        MalformedError: it is not there, too large, or another file.
    """
    raw = read_whole(source, _path(digest), limit=limit)
    if raw is None or f"sha256:{hashlib.sha256(raw).hexdigest()}" != digest:
        raise MalformedError(f"{_path(digest)} of {source.name} is not there, or not the file of that digest.")
    return raw


def _write_list(site: Site, span: int, listed: Iterable[_Listed]) -> None:
    """Write a list, unless there is nothing to be listed."""
    text = "".join(f"{one.size} {one.authority} {one.digest}\n" for one in listed)
    if text:
        site.write(_list_path(span), text.encode("ascii"))


def _read_list(source: Source, span: int) -> tuple[_Listed, ...]:
    """Return what a list names, each in its place.

    Raises:
        MalformedError: it is not a list, in its one spelling.
    """
    found: list[_Listed] = []
    for line in _lines(source, _list_path(span)):
        match = _STAMP_LINE.fullmatch(line)
        one = _Listed(int(match[1]), match[2], match[3]) if match is not None else None
        is_next = one is not None and (not found or (found[-1].size, found[-1].authority) < (one.size, one.authority))
        if one is None or not is_next or one.size // SPAN != span or len(one.authority) > AUTHORITY_LIMIT:
            raise MalformedError(f"{_list_path(span)} of {source.name} is not a list of timestamps: {line[:80]!r}.")
        found.append(one)
    return tuple(found)


def _format_roots_list(roots: Mapping[str, str]) -> bytes:
    return "".join(f"{name} {roots[name]}\n" for name in sorted(roots)).encode("ascii")


def _read_roots_list(source: Source) -> dict[str, str]:
    """Return name and digest of each authority's root certificates.

    Raises:
        MalformedError: the list is not one, in its one spelling.
    """
    found: dict[str, str] = {}
    for line in _lines(source, ROOTS_LIST):
        match = _ROOT_LINE.fullmatch(line)
        if (
            match is None
            or len(match[1]) > AUTHORITY_LIMIT
            or len(found) == _AUTHORITIES
            or max(found, default="") >= match[1]
        ):
            raise MalformedError(f"{ROOTS_LIST} of {source.name} is not a list of authorities: {line[:80]!r}.")
        found[match[1]] = match[2]
    return found


def _lines(source: Source, path: str) -> list[str]:
    """Return the lines of a list; none where there is no such file."""
    raw = read_whole(source, path, limit=LIST_LIMIT)
    if raw is None:
        return []
    lines = raw.decode("ascii", "replace").split("\n")
    if lines.pop():
        raise MalformedError(f"{path} of {source.name} does not end in a newline; get it whole.")
    return lines
