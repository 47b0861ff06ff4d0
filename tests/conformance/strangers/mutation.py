"""Single-byte mutations of what the strangers are shown, drawn from a seed, and which of them a format makes fatal.

Each is one byte replaced, taken out or put in, somewhere in a file that was accepted whole. A mutation knows what it
*needs* of a verifier: one that covers any of these is bound by the format to reject. Two kinds are bound by none:

- a signature line is only the business of who verifies signatures of its type: readers of notes ignore unknown signers;
- RFC 4648 §3.5 leaves it to a decoder whether bits of the last letter that carry nothing have to be zero.

Which positions are drawn depends on nothing but the seed and the files.
"""

import base64
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ledger.signing.der import parse_der
from ledger.tlog.tile import TILE_HEIGHT, TILE_WIDTH, Tile, format_tile_path
from tests.conformance.strangers.specimen import Specimen, verifier_keys

SIGNATURES: Final = frozenset({"1", "4", "6"})
TREE: Final = SIGNATURES | {"tree"}
"""Of who holds a proof against the root, whether or not it verifies a signature over it."""

SHARES: Final = (
    ("checkpoint", 320),
    ("proof", 200),
    ("tile", 150),
    ("bundle", 150),
    ("statement", 120),
    ("timestamp", 60),
)
"""How many of a thousand are drawn of each kind."""

_TEXT_LINES: Final = 3
_ATTRIBUTES: Final = 0xA0
"""The tag of signedAttrs (RFC 5652 §5.3)."""

_HASH_LETTERS: Final = 44
_OTHER: Final = (re.compile(rb"[^A-Za-z0-9+/]"), re.compile(rb"[^A-Za-z0-9+/_-]"))
"""Letters that are none of Base64, and of Base64url (whose loose decoders know both)."""


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a file.

    Attributes:
        region: what it is, in a word or two.
        start: of the stretch, and ``stop`` its end.
        needs: a verifier that covers one of these is bound by it; None binds everyone.
    """

    region: str
    start: int
    stop: int
    needs: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Mutation:
    """One byte changed.

    Attributes:
        kind: of the file, as the verb of the question: ``checkpoint``, ``proof``, …
        name: of the file among those of its kind.
        region: in which the byte is.
        position: of the byte.
        change: ``replace``, ``delete`` or ``insert``.
        raw: the file with the change.
        needs: whom the format binds to reject it; None is everyone.
        is_spelling: whether only bits of a Base64 text have changed that carry nothing.
        is_loose: whether a decoder of Base64 that skips what it does not know gets the same bytes.
    """

    kind: str
    name: str
    region: str
    position: int
    change: str
    raw: bytes
    needs: frozenset[str] | None
    is_spelling: bool
    is_loose: bool

    def binds(self, covers: frozenset[str]) -> bool:
        """Tell whether the format binds a verifier of such things to reject it."""
        return not self.is_spelling and (self.needs is None or bool(covers & self.needs))


Question = tuple[object, ...]
"""What is asked of a verifier: a verb and its words."""


def mutations(specimen: Specimen, *, seed: int, count: int) -> Iterator[Mutation]:
    """Yield so many mutations, in the shares of each kind."""
    whole = sum(share for kind, share in SHARES if kind != "timestamp" or specimen.is_stamped)
    for kind, share in SHARES:
        if kind == "timestamp" and not specimen.is_stamped:
            continue
        draw = random.Random(f"{seed} {kind}")  # noqa: S311 - mutations are drawn, not secrets
        found: dict[bytes, Mutation] = {}
        drawn = _endless(specimen, kind, draw)
        while len(found) < max(1, round(count * share / whole)):
            mutation = next(drawn)
            found.setdefault(mutation.raw, mutation)
        yield from found.values()


def question(specimen: Specimen, kind: str, name: str, file: Path | str | None = None) -> Question:
    """Return what is asked about a file of a kind; ``file`` stands in for it."""
    keys = specimen.keys
    match kind:
        case "checkpoint":
            return (kind, keys, file or specimen.checkpoint)
        case "proof":
            return (kind, keys, file or specimen.proof(int(name)), specimen.entry(int(name)))
        case "tile" | "bundle":
            return (kind, keys, specimen.site, name, file or "-")
        case "statement":
            return (kind, specimen.jwk(name), file or specimen.statement(name))
        case "timestamp":
            stamp = specimen.stamp
            return (kind, stamp / "root.pem", file or stamp / "checkpoint.tsr", stamp / "checkpoint")
    raise AssertionError(f"there is no kind {kind}")


def names(specimen: Specimen, kind: str) -> tuple[str, ...]:
    """Return the files of a kind."""
    match kind:
        case "proof":
            return tuple(map(str, specimen.indexes))
        case "tile":
            return tuple(map(format_tile_path, _tiles(specimen.size)))
        case "bundle":
            wide = [tile for tile in _tiles(specimen.size) if tile.level == 0]
            return tuple(format_tile_path(Tile(-1, tile.index, tile.width)) for tile in wide)
        case "statement":
            return ("ES256", "Ed25519", "ML-DSA-44")
    return (kind,)


def parts(specimen: Specimen, kind: str, name: str, raw: bytes) -> tuple[Part, ...]:
    """Return the stretches of a file from which mutations are drawn."""
    match kind:
        case "checkpoint":
            return _note_parts(raw)
        case "proof":
            return _proof_parts(raw)
        case "statement":
            first, second = raw.index(b"."), raw.rindex(b".")
            need = frozenset({name})
            spans = (("header", 0, first), ("dots", first, first + 1), ("payload", first + 1, second),
                     ("dots", second, second + 1), ("signature", second + 1, len(raw)))  # fmt: skip
            return tuple(Part(*span, need) for span in spans)
        case "timestamp":
            return _stamp_parts(raw)
        case "bundle":
            lengths = _lengths(raw)
            heads = tuple(Part("length of an entry", start, start + 2) for start in lengths[:64])
            return (Part("entry", 0, len(raw)), *heads[:1], Part("end", len(raw) - 40, len(raw)))
    return (Part(f"level {name.split('/')[1]}{', partial' if '.p/' in name else ''}", 0, len(raw)),)


# --- drawing ----------------------------------------------------------------------------------------------------------


def _endless(specimen: Specimen, kind: str, draw: random.Random) -> Iterator[Mutation]:
    """Yield mutations of a kind without end: of each region as many as of any other."""
    files = {name: _read(specimen, kind, name) for name in names(specimen, kind)}
    regions: dict[str, list[tuple[str, Part]]] = {}
    for name, raw in files.items():
        for part in parts(specimen, kind, name, raw):
            regions.setdefault(part.region, []).append((name, part))
    while True:
        for places in regions.values():
            name, part = draw.choice(places)
            yield _mutate(kind, name, files[name], part, draw)


def _mutate(kind: str, name: str, raw: bytes, part: Part, draw: random.Random) -> Mutation:
    position = draw.randrange(part.start, part.stop)
    change = draw.choices(("replace", "delete", "insert"), (6, 1, 1))[0]
    fresh = draw.choice((raw[position] ^ 1 << draw.randrange(8), draw.randrange(256), draw.choice(b"09AZaz+/=-_ \n")))
    if change == "replace" and fresh == raw[position]:
        fresh ^= 1
    middle = b"" if change == "delete" else bytes([fresh])
    changed = raw[:position] + middle + raw[position + (change != "insert") :]
    return Mutation(
        kind,
        name,
        part.region,
        position,
        change,
        changed,
        part.needs,
        is_spelling=is_spelling(kind, raw, changed),
        is_loose=is_loose(kind, raw, changed),
    )


def _read(specimen: Specimen, kind: str, name: str) -> bytes:
    match kind:
        case "checkpoint":
            return specimen.checkpoint.read_bytes()
        case "proof":
            return specimen.proof(int(name)).read_bytes()
        case "statement":
            return specimen.statement(name).read_bytes()
        case "timestamp":
            return (specimen.stamp / "checkpoint.tsr").read_bytes()
    return (specimen.site / name).read_bytes()


# --- where the stretches are ------------------------------------------------------------------------------------------


def _note_parts(raw: bytes, offset: int = 0) -> tuple[Part, ...]:
    """Return the stretches of a signed checkpoint: three lines, a blank one, and one for each signature."""
    found: list[Part] = []
    kinds = [str(int(key.type)) for key in verifier_keys()]
    start = offset
    for number, line in enumerate(raw[offset:].splitlines(keepends=True)):
        stop = start + len(line)
        if number < _TEXT_LINES:
            name, needs = (("origin", SIGNATURES), ("size", SIGNATURES), ("root", TREE))[number]
            found.append(Part(name, start, stop, needs))
        elif number == _TEXT_LINES:
            found.append(Part("blank line", start, stop, SIGNATURES))
        else:
            kind = kinds[number - _TEXT_LINES - 1]
            need = frozenset({kind})
            name_at = start + len("— ".encode())
            value_at = start + line.rindex(b" ") + 1
            label = f"signature 0x0{kind}"
            found += (
                Part(f"{label}: dash", start, name_at, need),
                Part(f"{label}: name", name_at, value_at, need),
                Part(f"{label}: key id", value_at, value_at + 5, need),
                Part(f"{label}: value", value_at + 5, stop - 1, need),
                Part(f"{label}: end", stop - 3, stop, need),
            )
        start = stop
    return tuple(found)


def _proof_parts(raw: bytes) -> tuple[Part, ...]:
    blank = raw.index(b"\n\n") + 1
    first = raw.index(b"\n") + 1
    second = raw.index(b"\n", first) + 1
    own = [Part("first line", 0, first), Part("index", first, second), Part("end of the proof", blank, blank + 1)]
    if second < blank:
        own.append(Part("hashes", second, blank))
    return (*own, *(Part(f"checkpoint, {part.region}", part.start, part.stop, part.needs)
                    for part in _note_parts(raw, blank + 1)))  # fmt: skip


def _stamp_parts(raw: bytes) -> tuple[Part, ...]:
    """Return what the authority's signature covers, and the signature; the rest of the answer is bound by nothing."""
    token = parse_der(raw, what="timestamp").parts[1]
    signed = token.parts[1].parts[0]
    signer = signed.parts[-1].parts[0]
    attributes = next(place for place, part in enumerate(signer.parts) if part.tag == _ATTRIBUTES)
    stretches = (
        ("what is signed", signed.parts[2].parts[1].parts[0]),
        ("signed attributes", signer.parts[attributes]),
        ("signature", signer.parts[attributes + 2]),  # after the algorithm
    )
    return tuple(
        Part(name, raw.index(part.content), raw.index(part.content) + len(part.content)) for name, part in stretches
    )


def _lengths(raw: bytes) -> list[int]:
    """Return where the lengths of a bundle's entries stand."""
    found, start = [], 0
    while start < len(raw):
        found.append(start)
        start += 2 + int.from_bytes(raw[start : start + 2], "big")
    return found


def _tiles(size: int) -> tuple[Tile, ...]:
    """Return tiles of every level and width of a log: the first, one between, the last full one, the partial one."""
    found: list[Tile] = []
    level = 0
    while count := size >> TILE_HEIGHT * level:
        full, rest = divmod(count, TILE_WIDTH)
        found += [Tile(level, index) for index in sorted({0, full // 2, full - 1}) if 0 <= index < full]
        found += [Tile(level, full, rest)] if rest else []
        level += 1
    return tuple(found)


# --- Base64 -----------------------------------------------------------------------------------------------------------


def is_spelling(kind: str, raw: bytes, changed: bytes) -> bool:
    """Tell whether only bits of a Base64 text have changed that carry nothing (RFC 4648 §3.5)."""
    texts = _base64(kind, raw, changed)
    return texts is not None and is_loose(kind, raw, changed) and _form(texts[0]) == _form(texts[1])


def is_loose(kind: str, raw: bytes, changed: bytes) -> bool:
    """Tell whether only the spelling of a Base64 text has changed, as a decoder sees it that skips what it can."""
    texts, is_url = _base64(kind, raw, changed), kind == "statement"
    return texts is not None and _loose(texts[0], is_url=is_url) == _loose(texts[1], is_url=is_url)


def _base64(kind: str, raw: bytes, changed: bytes) -> tuple[bytes, bytes] | None:
    """Return the one Base64 text that is changed, before and after; None where more is changed, or something signed."""
    if kind == "statement":
        before, after = raw.split(b"."), changed.split(b".")
        # Header and payload are signed as they are spelt.
        return (before[2], after[2]) if len(before) == len(after) and before[:2] == after[:2] else None
    if kind not in {"checkpoint", "proof"}:
        return None
    before, after = raw.split(b"\n"), changed.split(b"\n")
    unlike = [pair for pair in zip(before, after, strict=False) if pair[0] != pair[1]]
    if len(before) != len(after) or len(unlike) != 1:
        return None
    old, new = unlike[0]
    if old.startswith("— ".encode()):
        (head, old), (other, new) = _last(old), _last(new)
        return (old, new) if head == other else None
    return (old, new) if len(old) == _HASH_LETTERS else None


def _last(line: bytes) -> tuple[bytes, bytes]:
    head, _, value = line.rpartition(b" ")
    return head, value


def _form(text: bytes) -> tuple[int, bytes]:
    """Return what a spelling keeps: its length, and all letters but the last."""
    letters = text.rstrip(b"=")
    return len(text), text if _OTHER[1].search(letters) else letters[:-1]


def _loose(text: bytes, *, is_url: bool) -> bytes:
    """Return what a loose decoder reads: other letters skipped, nothing after the padding, spare bits ignored."""
    letters = _OTHER[is_url].sub(b"", text.split(b"=")[0]).replace(b"-", b"+").replace(b"_", b"/")
    if len(letters) % 4 == 1:
        letters = letters[:-1]
    return base64.b64decode(letters + b"=" * (-len(letters) % 4))
