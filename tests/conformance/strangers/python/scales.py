"""Driver of tlog-scales: Python tooling for tiled logs, its own checkpoints, keys, tiles and proofs."""

from collections.abc import Sequence
from pathlib import Path

from tests.conformance.strangers.python.line import absent, check, read_keys, read_proof, read_site, serve

NAME = "tlog-scales"

try:
    from tlog_scales.reader import Tile, TilesReader
    from tlog_scales.signing import Vkey
    from tlog_scales.tiles import leaf_hash, level_entries
    from tlog_scales.tlog import Checkpoint, InclusionProof
except ImportError as error:
    absent(NAME, error)
    raise SystemExit(0) from error


class Files:
    """A site in a directory, as the reader asks for it."""

    def __init__(self, site: str, path: str = "", instead: str = "") -> None:
        self.read = read_site(site, path, instead)

    def get(self, *path: str) -> bytes | None:
        """Return a file, or None."""
        return self.read("/".join(path))


def opened(keys: str, text: str) -> Checkpoint:
    """Return a checkpoint that every key signed."""
    checkpoint = Checkpoint.from_text(text)
    for key in read_keys(keys, 1, 4, 6):
        checkpoint.verify(Vkey.from_string(key.text))
    return checkpoint


def judge_checkpoint(words: Sequence[str]) -> None:
    """Judge a signed checkpoint."""
    keys, path = words
    opened(keys, Path(path).read_bytes().decode())


def judge_proof(words: Sequence[str]) -> None:
    """Judge a proof of an entry."""
    keys, path, entry = words
    proof = read_proof(path)
    checkpoint = opened(keys, proof.checkpoint)
    found = InclusionProof(proof.index, checkpoint.size, proof.hashes)
    found.check(leaf_hash(Path(entry).read_bytes()), checkpoint.root_hash)


def judge_tile(words: Sequence[str]) -> None:
    """Judge a tile of hashes: each of them has to lead to the root."""
    keys, site, path, instead = words
    level, number, width = coordinates(path)
    reader, checkpoint = reading(keys, site, path, instead)
    raw = reader.backend.get(*path.split("/"))
    tile = Tile.from_hash_bytes(raw or b"")
    check(tile.length == width, "a tile of another width")
    span = 256**level
    for place in range(tile.length):
        start = (256 * number + place) * span
        # The path of the first leaf below it, above the subtree that the hash stands for.
        proof = reader.get_inclusion_proof(start, checkpoint.size)
        below = 8 * level
        upper = InclusionProof((256 * number + place), -(-checkpoint.size // span), proof.node_hashes[below:])
        upper.check(tile[place], checkpoint.root_hash)


def judge_bundle(words: Sequence[str]) -> None:
    """Judge a bundle of entries: each of them has to lead to the root."""
    keys, site, path, instead = words
    _, number, width = coordinates(path)
    reader, checkpoint = reading(keys, site, path, instead)
    raw = reader.backend.get(*path.split("/"))
    entries = Tile.from_entries_bytes(raw or b"")
    check(entries.length == width, "a bundle of another width")
    for place in range(entries.length):
        index = 256 * number + place
        proof = reader.get_inclusion_proof(index, checkpoint.size)
        proof.check(leaf_hash(entries[place]), checkpoint.root_hash)


def judge_log(words: Sequence[str]) -> None:
    """Judge a whole site: the root by its tiles, and every entry by the tile that it belongs to."""
    keys, site = words
    reader, checkpoint = reading(keys, site)
    check(reader.calculate_root_hash() == checkpoint.root_hash, "another root")
    for index in range(checkpoint.size):
        check(leaf_hash(reader.get_entry(index)) == reader._get_from_tile(0, index // 256, index % 256), "another leaf")


def judge_vkey(words: Sequence[str]) -> None:
    """Judge a verifier key."""
    Vkey.from_string(Path(words[0]).read_bytes().decode()).get_verifier()


def reading(keys: str, site: str, path: str = "", instead: str = "") -> tuple[TilesReader, Checkpoint]:
    """Return a reader of a site, and its checkpoint."""
    reader = TilesReader(Files(site, path, instead))
    checkpoint = opened(keys, (reader.backend.get("checkpoint") or b"").decode())
    reader.set_size(checkpoint.size)
    check(level_entries(checkpoint.size, 0) == checkpoint.size, "another size")
    return reader, checkpoint


def coordinates(path: str) -> tuple[int, int, int]:
    """Return level, number and width of a tile that the harness names; entries are level 0."""
    whole, _, width = path.partition(".p/")
    _, level, *number = whole.split("/")
    return int(level) if level != "entries" else 0, int("".join(number).replace("x", "")), int(width or 256)


serve(
    NAME,
    ["tlog-scales", "cryptography"],
    ["1", "4", "6"],
    {
        "checkpoint": judge_checkpoint,
        "proof": judge_proof,
        "tile": judge_tile,
        "bundle": judge_bundle,
        "log": judge_log,
        "vkey": judge_vkey,
    },
)
