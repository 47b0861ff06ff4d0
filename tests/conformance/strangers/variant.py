"""Structure-aware variants of what the product parses, drawn from a seed: to find where it is laxer than a stranger.

Each is put together from pieces, most of them as the formatter would write them and one or two odd, and then signed
with the true key, so that nothing but its form decides. What the product takes, every stranger has to take that reads
such a thing; what strangers take and the product does not is counted by the odd piece: that is where it is strict.
"""

import base64
import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Final

from ledger.signing.canonical import encode_base64url
from ledger.tlog.note import format_verifier_key
from scripts.bench import ground
from tests.conformance.strangers import ours
from tests.conformance.strangers.specimen import Specimen, policy, verifier_keys
from tests.conformance.strangers.stranger import Stranger

Pieces = Mapping[str, Mapping[str, bytes]]
"""For each place of a grammar its choices by name; the first is what the formatter writes."""


@dataclass(frozen=True, slots=True)
class Variant:
    """Something put together.

    Attributes:
        grammar: of which it is a variant.
        odd: names of its odd pieces.
        raw: the bytes.
        words: how it is asked about: a verb and its words, with None for the file that holds it.
        needs: a stranger that covers none of these is not asked; empty where all are.
    """

    grammar: str
    odd: tuple[str, ...]
    raw: bytes
    words: tuple[str | Path | None, ...]
    needs: frozenset[str] = frozenset()


@dataclass(slots=True)
class Compared:
    """What came of the variants.

    Attributes:
        counts: variants of each grammar, and ``taken`` how many of them the product took.
        lax: what the product took and a stranger refused, for a reason that is not known: each with the stranger's.
        narrow: the same where it is known that the stranger is narrower than the format, by stranger and sentence.
        strict: what a stranger took and the product refused, counted by grammar, stranger and odd pieces.
    """

    counts: Counter[str] = field(default_factory=Counter)
    taken: Counter[str] = field(default_factory=Counter)
    lax: list[tuple[Variant, str, str]] = field(default_factory=list)
    narrow: Counter[tuple[str, str]] = field(default_factory=Counter)
    strict: Counter[tuple[str, str, str]] = field(default_factory=Counter)


NARROW: Final = (
    ("tlog-scales", "extension line", "it knows no extension lines, which tlog-checkpoint has"),
    (
        "aics-tlog",
        "the same signature twice",
        "its own rules refuse a second line of a known signer; signed-note has none",
    ),
)
"""Stranger, words of an odd piece, and the sentence: where strangers are known to take less than the format has."""


def compare(specimen: Specimen, strangers: Sequence[Stranger], *, seed: int, count: int, scratch: Path) -> Compared:
    """Ask the product and the strangers about so many variants."""
    found, file, keys = Compared(), scratch / "variant", scratch / "key"
    keys.write_text(f"{format_verifier_key(verifier_keys()[0])}\n")
    for variant in variants(specimen, keys, seed=seed, count=count):
        file.write_bytes(variant.raw)
        verb, *words = (str(file if word is None else word) for word in variant.words)
        is_taken = ours.ask(verb, *words).accepts
        found.counts[variant.grammar] += 1
        found.taken[variant.grammar] += bool(is_taken)
        for stranger in strangers:
            if variant.needs and not variant.needs <= stranger.covers:
                continue
            answer = stranger.ask(verb, *words)
            if is_taken and answer.accepts is False:
                why = _narrow(stranger.name, variant)
                if why is None:
                    found.lax.append((variant, stranger.name, answer.reason))
                else:
                    found.narrow[stranger.name, why] += 1
            elif not is_taken and answer.accepts:
                found.strict[variant.grammar, " and ".join(variant.odd), stranger.name] += 1
    return found


def variants(specimen: Specimen, keys: Path, *, seed: int, count: int) -> Iterator[Variant]:
    """Yield so many variants, of each grammar as many as of any other."""
    draw = random.Random(f"{seed} variants")  # noqa: S311 - variants are drawn, not secrets
    grammars = (_checkpoint, _vkey, _tilepath, _proof, _policy, _statement)
    for number in range(count):
        yield grammars[number % len(grammars)](specimen, keys, draw)


def _narrow(name: str, variant: Variant) -> str | None:
    """Return why a stranger is known to refuse such a thing; None where it is not known."""
    for stranger, words, why in NARROW:
        if stranger == name and any(words in piece for piece in variant.odd):
            return why
    return None


def _pick(pieces: Pieces, draw: random.Random, *, most: int = 2) -> tuple[dict[str, bytes], tuple[str, ...]]:
    """Return a choice for every place, up to two of them odd, and the names of those."""
    odd = set(draw.sample(sorted(pieces), min(draw.choice(range(most + 1)), len(pieces))))
    names = {
        place: draw.choice([*choices][1:]) if place in odd else next(iter(choices)) for place, choices in pieces.items()
    }
    return {place: pieces[place][name] for place, name in names.items()}, tuple(names[place] for place in sorted(odd))


# --- the grammars -----------------------------------------------------------------------------------------------------


def _checkpoint(specimen: Specimen, keys: Path, draw: random.Random) -> Variant:
    """Return a note that the log's Ed25519 key signed, whatever its text is."""
    origin, size, root, *_ = specimen.checkpoint.read_bytes().split(b"\n")
    texts: Pieces = {
        "origin": {
            "": origin, "another origin": b"other.example/log", "an origin with a space": origin + b" ",
            "no origin": b"", "an origin after a byte order mark": b"\xef\xbb\xbf" + origin,
        },
        "size": {
            "": size, "a size with leading zeros": b"0" + size, "a size with a plus sign": b"+" + size,
            "a size with an underscore": size[:1] + b"_" + size[1:], "a size of other digits": "٧٠٠".encode(),
            "a size before a space": size + b" ", "a negative size": b"-" + size, "no size": b"",
            "a size of 2^62": b"4611686018427387904", "a size above 2^62": b"4611686018427387905",
            "a size of 2^63": b"9223372036854775808", "a size of 2^64": b"18446744073709551616",
            "a size in hexadecimal": b"0x2bc", "an empty tree with a root": b"0",
        },
        "root": {
            "": root, "a root with spare bits": root[:-2] + bytes([_next(root[-2])]) + b"=",
            "a root without padding": root[:-1], "a root of 31 bytes": base64.b64encode(b"r" * 31),
            "a root of 33 bytes": base64.b64encode(b"r" * 33), "a root before a space": root + b" ",
            "a root in Base64url": base64.urlsafe_b64encode(b"\xfb" * 32), "no root": b"",
        },
        "extension": {
            "": b"", "an extension line": b"more\n", "two extension lines": b"more\nand more\n",
            "an extension line with a space": b"more and more\n", "an extension line of other letters": "é\n".encode(),
            "an empty line": b"\n", "an extension line with a tab": b"a\tb\n", "text that is no UTF-8": b"\xff\n",
            "an extension line with a delete": b"a\x7fb\n",
            "an extension line with a line separator": "a\u2028b\n".encode(),
            "an extension line with a next line": "a\u0085b\n".encode(),
        },
        "end": {"": b"\n", "carriage returns": b"\r\n"},
    }  # fmt: skip
    text, odd = _pick(texts, draw)
    lines = text["end"].join((text["origin"], text["size"], text["root"], text["extension"]))
    key = verifier_keys()[0]
    value = base64.b64encode(key.id + ground.ED25519.sign(lines))
    name = key.name.encode()
    line = b"\xe2\x80\x94 " + name + b" " + value + b"\n"
    other = b"\xe2\x80\x94 else.example " + base64.b64encode(b"else" + b"s" * 64) + b"\n"
    wrong = b"\xe2\x80\x94 " + name + b" " + base64.b64encode(key.id + b"s" * 64) + b"\n"
    blocks: Pieces = {
        "signatures": {
            "": line, "an unknown signer before": other + line, "an unknown signer after": line + other,
            "the same signature twice": line + line, "a bad signature after a good one": line + wrong,
            "a bad signature before a good one": wrong + line, "a hundred signatures": line + other * 99,
            "a hundred and one signatures": line + other * 100, "a blank line after": line + b"\n",
            "a line that is none": line + b"x\n", "a line that is none before": b"x\n" + line,
            "two spaces": line.replace(b" " + value, b"  " + value), "another dash": b"\xe2\x80\x93" + line[3:],
            "a signature with spare bits": line[:-3] + bytes([_next(line[-3])]) + b"=\n",
            "a signature without padding": line[:-2] + b"\n", "no newline at the end": line[:-1],
            "a space at the end": line[:-1] + b" \n", "a carriage return at the end": line[:-1] + b"\r\n",
            "a signature without a name": b"\xe2\x80\x94  " + value + b"\n",
            "an unknown signature of nothing": line + b"\xe2\x80\x94 else.example ZWxzZQ==\n",
            "an unknown signature in odd Base64": line + b"\xe2\x80\x94 else.example ZWxz!WVlZWU=\n",
            "an unknown name with a plus": line + other.replace(b"else.", b"el+e."),
            "an unknown name with a no-break space": line + other.replace(b"else.", "el\u00a0e.".encode()),
            "no signature": b"",
        },
    }  # fmt: skip
    block, more = _pick(blocks, draw, most=1)
    raw = lines + b"\n" + block["signatures"]
    return Variant("checkpoint", odd + more, raw, ("checkpoint", keys, None), frozenset({"1"}))


def _vkey(_specimen: Specimen, _keys: Path, draw: random.Random) -> Variant:
    """Return a verifier key whose id is that of its name and material, or is not."""
    key = draw.choice(verifier_keys())
    material = bytes([key.type]) + key.public.raw
    spelt = base64.b64encode(material)
    pieces: Pieces = {
        "name": {
            "": key.name.encode(), "a name with a space": b"a b", "no name": b"",
            "a name of other letters": "é.example".encode(),
            "a name with a no-break space": "a\u00a0b".encode(), "a name with a newline": b"a\nb",
            "a name with a tab": b"a\tb",
            "a name with a delete": b"a\x7fb",
        },
        "id": {"": b"%s", "an id in capitals": b"%S", "another id": b"00000000", "a short id": b"0", "no id": b""},
        "key": {
            "": spelt, "a key without padding": spelt.rstrip(b"="), "a key with more padding": spelt + b"=",
            "a key that is too short": base64.b64encode(material[:-3]),
            "a key that is too long": base64.b64encode(material + b"k"),
            "a key before a newline": spelt + b"\n", "a key in two lines": spelt[:8] + b"\n" + spelt[8:], "no key": b"",
            "a key with a space": spelt[:8] + b" " + spelt[8:],
            "a key of an unknown type": base64.b64encode(b"\x7f" + material[1:]),
            "a key of small order": base64.b64encode(material[:1] + b"\x01" + bytes(31)),
            "a key that is not canonical": base64.b64encode(material[:1] + b"\xee" + b"\xff" * 30 + b"\x7f"),
        },
        "between": {"": b"+", "a space between": b" "},
    }  # fmt: skip
    piece, odd = _pick(pieces, draw)
    try:
        decoded = base64.b64decode(piece["key"])
    except ValueError:
        decoded = material

    identifier = sha256(piece["name"] + b"\n" + decoded).digest()[:4].hex().encode()
    spelling = piece["id"].replace(b"%s", identifier).replace(b"%S", identifier.upper())
    raw = piece["between"].join((piece["name"], spelling, piece["key"]))
    return Variant("verifier key", odd, raw, ("vkey", None), frozenset({str(int(key.type))}))


def _tilepath(_specimen: Specimen, _keys: Path, draw: random.Random) -> Variant:
    number = draw.choice((0, 1, 67, 234, 999))
    pieces: Pieces = {
        "start": {
            "": b"tile/", "a leading slash": b"/tile/", "two slashes": b"tile//", "other letters": b"Tile/",
            "no start": b"",
        },
        "level": {
            "": draw.choice((b"0", b"1", b"7", b"63", b"entries")), "level 64": b"64",
            "a level with a leading zero": b"01",
            "a negative level": b"-1", "a level in another word": b"data", "no level": b"",
            "a level with a plus sign": b"+1",
            "a level of other digits": "١".encode(),
        },
        "high": {
            "": draw.choice((b"", b"x001/", b"x001/x234/")), "superfluous zeros": b"x000/",
            "a high part without x": b"001/",
            "a high part of two digits": b"x01/", "more than can be": b"x999/" * 6, "capital X": b"X001/",
            "a high part of other digits": "x٠٠١/".encode(),
        },
        "last": {
            "": b"%03d" % number, "two digits": b"%02d" % (number % 100), "four digits": b"0%03d" % number,
            "an x before the last": b"x%03d" % number, "no last": b"", "a last with a space": b"%03d " % number,
        },
        "width": {
            "": draw.choice((b"", b".p/1", b".p/8", b".p/255")), "width 0": b".p/0", "width 256": b".p/256",
            "width 257": b".p/257", "a width with a leading zero": b".p/08", "no width": b".p/",
            "a width with a plus": b".p/+8",
            "a width without a slash": b".p8", "a slash at the end": b"/", "a newline at the end": b"\n",
        },
    }  # fmt: skip
    piece, odd = _pick(pieces, draw)
    raw = piece["start"] + piece["level"] + b"/" + piece["high"] + piece["last"] + piece["width"]
    return Variant("tile path", odd, raw, ("tilepath", None))


def _proof(specimen: Specimen, _keys: Path, draw: random.Random) -> Variant:
    index = draw.choice(specimen.indexes)
    top, _, note = specimen.proof(index).read_bytes().partition(b"\n\n")
    first, line, *hashes = top.split(b"\n")
    number = line.removeprefix(b"index ")
    rows = b"".join(one + b"\n" for one in hashes)
    _, _, others = rows.partition(b"\n")
    pieces: Pieces = {
        "first": {
            "": first + b"\n", "another version": b"c2sp.org/tlog-proof@v2\n",
            "a space after the version": first + b" \n",
            "a carriage return after the version": first + b"\r\n", "no version": b"",
        },
        "extra": {
            "": b"", "extra data": b"extra ZXh0cmE=\n", "extra data of nothing": b"extra \n",
            "extra data in odd Base64": b"extra ZXh0cmF=\n", "extra data twice": b"extra ZXh0cmE=\nextra ZXh0cmE=\n",
            "a line of another word": b"more ZXh0cmE=\n",
        },
        "index": {
            "": number, "an index with a leading zero": b"0" + number, "an index with a plus sign": b"+" + number,
            "an index with an underscore": b"1_0", "another index": b"%d" % (int(number) + 1), "no index": b"",
            "an index before a space": number + b" ", "an index of other digits": "٣".encode(),
            "a negative index": b"-1",
        },
        "hashes": {
            "": rows, "one hash less": b"".join(one + b"\n" for one in hashes[:-1]),
            "one hash more": rows + b"%s\n" % hashes[0],
            "sixty-three hashes": b"%s\n" % hashes[0] * 63,
            "hashes that end in carriage returns": rows.replace(b"\n", b"\r\n"),
            "a hash with spare bits": hashes[0][:-2] + bytes([_next(hashes[0][-2])]) + b"=\n" + others,
            "a hash without padding": hashes[0][:-1] + b"\n" + others,
            "a hash before a space": hashes[0] + b" \n" + others,
        },
        "blank": {"": b"\n", "two blank lines": b"\n\n", "no blank line": b"", "a blank line with a space": b" \n"},
    }  # fmt: skip
    piece, odd = _pick(pieces, draw)
    raw = piece["first"] + piece["extra"] + b"index " + piece["index"] + b"\n" + piece["hashes"] + piece["blank"] + note
    if "extra data" in odd:
        # Only who has a reader of proofs of its own knows of it: the frames that drivers read have none.
        return Variant("proof", odd, raw, ("proof", specimen.keys, None, specimen.entry(index)), frozenset({"extra"}))
    return Variant("proof", odd, raw, ("proof", specimen.keys, None, specimen.entry(index)))


def _policy(_specimen: Specimen, _keys: Path, draw: random.Random) -> Variant:
    given = policy()
    one, two = (format_verifier_key(each.key).encode() for each in given.witnesses)
    log = format_verifier_key(given.logs[0].key).encode()
    witness, group = b"witness one " + one + b" https://one.example/\n", b"group both 1 one two\n"
    pieces: Pieces = {
        "log": {
            "": b"log " + log + b"\n", "no log": b"", "the log twice": (b"log " + log + b"\n") * 2,
            "a log without a key": b"log\n",
        },
        "one": {
            "": witness, "a witness twice": witness * 2, "a witness without a key": b"witness one\n",
            "a witness with two addresses": witness[:-1] + b" https://more.example/\n",
            "tabs": witness.replace(b" ", b"\t"),
            "a witness with the log's key": b"witness one " + log + b" https://one.example/\n",
            "a witness with a comment": witness[:-1] + b" # known\n", "spaces around": b"  " + witness[:-1] + b"  \n",
        },
        "two": {
            "": b"witness two " + two + b" https://two.example/\n",
            "a witness named none": b"witness none " + two + b"\n",
        },
        "group": {
            "": group, "a group of any": b"group both any one two\n", "a group of all": b"group both all one two\n",
            "a group of none of them": b"group both 0 one two\n", "a group of three of two": b"group both 3 one two\n",
            "a threshold with a leading zero": b"group both 01 one two\n",
            "a threshold with a plus sign": b"group both +1 one two\n",
            "a group of nobody": b"group both all\n", "a member twice": b"group both 1 one one\n",
            "a member that is unknown": b"group both 1 one three\n",
            "a group within itself": b"group both 1 one both\n",
            "a group of groups": b"group few 1 one two\ngroup both 1 few\n",
        },
        "quorum": {
            "": b"quorum both\n", "quorum none": b"quorum none\n", "a quorum of one": b"quorum one\n", "no quorum": b"",
            "two quorums": b"quorum both\nquorum one\n", "an unknown quorum": b"quorum three\n",
            "a quorum of two words": b"quorum one two\n",
        },
        "end": {
            "": b"", "a comment": b"# more\n", "empty lines": b"\n\n", "no newline at the end": b"# more",
            "another word": b"more\n",
            "carriage returns": b"\r\n", "a control character": b"# \x01\n", "a comment that is no UTF-8": b"# \xff\n",
        },
    }  # fmt: skip
    piece, odd = _pick(pieces, draw)
    raw = b"".join(piece[place] for place in ("log", "one", "two", "group", "quorum", "end"))
    return Variant("policy", odd, raw, ("policy", None))


def _statement(specimen: Specimen, _keys: Path, draw: random.Random) -> Variant:
    """Return a JWS that the recorder signed, whatever its header and payload are."""
    header, payload, _ = specimen.statement("Ed25519").read_bytes().split(b".")
    said = _url(header)
    body = _url(payload)
    pieces: Pieces = {
        "header": {
            "": header, "a header with spaces": _spelt(said.replace(b":", b": ")),
            "a header in another order": _spelt(b'{"typ":"pledger+jws",' + said[1:-21] + b"}"),
            "a header with one member more": _spelt(said[:-1] + b',"x":1}'),
            "a header of EdDSA": _spelt(said.replace(b"Ed25519", b"EdDSA")),
            "a header with a member twice": _spelt(b'{"alg":"Ed25519",' + said[1:]),
            "a header of another alg": _spelt(said.replace(b"Ed25519", b"none")),
            "a header with padding": header + b"=" * (-len(header) % 4 or 4),
            "a header with crit": _spelt(said[:-1] + b',"crit":["x"],"x":1}'),
            "a header that is no object": _spelt(b"[]"),
            "a header of another typ": _spelt(said.replace(b"pledger+jws", b"JOSE")),
            "a header with a byte order mark": _spelt(b"\xef\xbb\xbf" + said),
        },
        "payload": {
            "": payload, "a payload with spaces": _spelt(body + b" "), "a payload that is no JSON": _spelt(b"soybeans"),
            "a payload of another order": _spelt(b'{"z":1,"a":2}'), "no payload": b"",
            "a payload with a float": _spelt(b'{"a":1.5}'),
            "a payload that is no UTF-8": _spelt(b"\xff"), "a payload with spare bits": _spelt(b"{}")[:-1] + b"1",
        },
        "signature": {
            "": b"%s", "a signature with padding": b"%s==", "a signature with spare bits": b"%spare",
            "a fourth part": b"%s.", "no signature": b"",
            "a signature before a newline": b"%s\n", "a signature in Base64": b"%64",
        },
    }  # fmt: skip
    piece, odd = _pick(pieces, draw)
    signed = piece["header"] + b"." + piece["payload"]
    value = ground.RECORDER.sign(signed)
    plain = encode_base64url(value).encode()
    spare = plain[:-1] + bytes([_next(plain[-1])])
    spelling = (
        piece["signature"].replace(b"%spare", spare).replace(b"%64", base64.b64encode(value)).replace(b"%s", plain)
    )
    raw = signed + b"." + spelling
    return Variant("statement", odd, raw, ("statement", specimen.jwk("Ed25519"), None), frozenset({"Ed25519"}))


_ALPHABET: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"


def _next(letter: int) -> int:
    """Return the letter after one of Base64: the same but for the last bit, which carries nothing where it is used."""
    place = _ALPHABET.find({ord("-"): ord("+"), ord("_"): ord("/")}.get(letter, letter))
    return _ALPHABET[place ^ 1]


def _url(text: bytes) -> bytes:
    return base64.urlsafe_b64decode(text + b"=" * (-len(text) % 4))


def _spelt(raw: bytes) -> bytes:
    return encode_base64url(raw).encode()
