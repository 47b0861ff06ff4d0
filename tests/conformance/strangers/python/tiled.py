"""Driver of aics-tlog: a verifier of C2SP logs, its own notes, keys, tiles and proofs; it wants Python 3.12."""

from collections.abc import Sequence
from pathlib import Path

from tests.conformance.strangers.python.line import absent, check, read_keys, read_proof, read_site, serve

NAME = "aics-tlog"

try:
    import aics_tlog
    from aics_tlog.verified import VerifiedTileReader
except ImportError as error:
    absent(NAME, error)
    raise SystemExit(0) from error


class Files:
    """A site in a directory, as the reader asks for it."""

    def __init__(self, site: str, path: str = "", instead: str = "") -> None:
        self.read = read_site(site, path, instead)

    def read_tile(self, level: int, index: int, width: int | None) -> bytes | None:
        """Return a tile, or None."""
        return self.read(aics_tlog.tiles.tile_path(level, index, width))

    def read_entry_bundle(self, index: int, width: int | None) -> bytes | None:
        """Return a bundle, or None."""
        return self.read(aics_tlog.tiles.entry_bundle_path(index, width))


def opened(keys: str, raw: bytes) -> "aics_tlog.Checkpoint":
    """Return a checkpoint that the log and every witness of a kind known here signed."""
    log = [aics_tlog.parse_vkey(key.text) for key in read_keys(keys, 1)]
    witnesses = [aics_tlog.parse_vkey(key.text) for key in read_keys(keys, 4)]
    note = aics_tlog.parse_note(raw)
    found = aics_tlog.verify_checkpoint(note, log[0], witnesses, len(witnesses), expected_origin=log[0].name)
    check(found.ok, str(found.error))
    return aics_tlog.parse_checkpoint(note.text)


def judge_checkpoint(words: Sequence[str]) -> None:
    """Judge a signed checkpoint."""
    keys, path = words
    opened(keys, Path(path).read_bytes())


def judge_proof(words: Sequence[str]) -> None:
    """Judge a proof of an entry."""
    keys, path, entry = words
    proof = read_proof(path)
    head = opened(keys, proof.checkpoint.encode())
    raw = Path(entry).read_bytes()
    holds = aics_tlog.verify_leaf_inclusion(raw, proof.index, head.size, proof.hashes, head.root)
    check(holds, "the proof does not lead to the root")


def judge_tile(words: Sequence[str]) -> None:
    """Judge a tile of hashes, by reading it beneath the root."""
    keys, site, path, instead = words
    head = opened(keys, Path(site, "checkpoint").read_bytes())
    reader = VerifiedTileReader(Files(site, path, instead), head.size, head.root, max_attempts=1)
    check(reader.read_tile(*aics_tlog.tiles.parse_tile_path(path)) is not None, "no such tile")


def judge_bundle(words: Sequence[str]) -> None:
    """Judge a bundle of entries, by reading it beneath the root."""
    keys, site, path, instead = words
    head = opened(keys, Path(site, "checkpoint").read_bytes())
    reader = VerifiedTileReader(Files(site, path, instead), head.size, head.root, max_attempts=1)
    check(reader.read_entry_bundle(*aics_tlog.tiles.parse_entry_bundle_path(path)) is not None, "no such bundle")


def judge_log(words: Sequence[str]) -> None:
    """Judge a whole site, entry by entry beneath the root."""
    keys, site = words
    head = opened(keys, Path(site, "checkpoint").read_bytes())
    reader = VerifiedTileReader(Files(site), head.size, head.root)
    reader.check_root()
    for index in range(head.size):
        reader.entry(index)


def judge_vkey(words: Sequence[str]) -> None:
    """Judge a verifier key."""
    aics_tlog.parse_vkey(Path(words[0]).read_bytes().decode())


def judge_tilepath(words: Sequence[str]) -> None:
    """Judge the path of a tile or of a bundle."""
    path = Path(words[0]).read_bytes().decode()
    if path.startswith("tile/entries/"):
        aics_tlog.tiles.parse_entry_bundle_path(path)
    else:
        aics_tlog.tiles.parse_tile_path(path)


serve(
    NAME,
    ["aics-tlog"],
    ["1", "4"],
    {
        "checkpoint": judge_checkpoint,
        "proof": judge_proof,
        "tile": judge_tile,
        "bundle": judge_bundle,
        "log": judge_log,
        "vkey": judge_vkey,
        "tilepath": judge_tilepath,
    },
)
