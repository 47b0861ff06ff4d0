"""Notes, checkpoints, cosignatures, tiles and proofs as others wrote them.

Sources: the C2SP specifications signed-note, tlog-checkpoint, tlog-cosignature, tlog-proof, tlog-tiles, tlog-witness;
Go's ``golang.org/x/mod`` (``sumdb/note`` and ``sumdb/tlog``, BSD licence); a checkpoint of the Go checksum database.
"""

import base64
import hashlib

import pytest

from ledger.errors import MalformedError, RefusedError
from ledger.signing.key import PrivateKey
from ledger.tlog.checkpoint import open_any_checkpoint, parse_checkpoint
from ledger.tlog.cosignature import Head, cosign, cosigned_at
from ledger.tlog.merkle import Hash, format_hash, leaf_hash, parse_hash, verify_consistency
from ledger.tlog.note import (
    Note,
    Signature,
    SignatureType,
    VerifierKey,
    format_note,
    format_signature,
    format_verifier_key,
    open_note,
    parse_note,
    parse_signatures,
    parse_verifier_key,
    sign_text,
)
from ledger.tlog.proof import parse_proof
from ledger.tlog.tile import Tile, format_tile_path, parse_tile_path

# signed-note, *Example* of a verifier key.
FOO_KEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
FOO_NOTE = (
    "This is an example message.\n\n— example.com/foo "
    "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
).encode()

# signed-note, the example at its head. Its key is not given.
POEM = (
    "Ognuno sta solo sul cuor della terra\ntrafitto da un raggio di sole:\n\ned è subito sera.\n\n"
    "— quasimodo.example/salvatore "
    "NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+EhfLW9oJKONrMouFSQU0xMcXxj99ihAQwaqP3ZekRwNtIc=\n"
).encode()

# Go, sumdb/note.
PETER_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
ENOCH_KEY = "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop"
# The seed in PRIVATE+KEY+PeterNeumann+c74f20a3+…, less the type byte before it.
PETER_SEED = base64.b64decode("AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz")[1:]
TEXT = b"If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
PETER = (
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
).encode()
ENOCH = (
    "— EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n"
).encode()

# tlog-cosignature, the example at its head: a checkpoint with a log's signature and a witness's. Keys are not given.
SOFA = (
    "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n"
    "— example.com/behind-the-sofa "
    "Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"
    "— witness.example.com/w1 "
    "jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n"
).encode()

# The Go checksum database at 35,225,469 entries, and its key.
SUMDB_KEY = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"
SUMDB = (
    "go.sum database tree\n35225469\nvt5T6GaLCXvyHFl9VUvvItR43XZxfLgftEcTyO3eJCQ=\n\n"
    "— sum.golang.org Az3grpukl5AXaVfYkLiDGORx/DN2nlcS5kZHR5uYOBV2KA2HgXpD+gu9HHONebHLAyaKbbTM75QTtPydhKCExixSfwQ=\n"
).encode()


def test_example_note_verifies_with_its_key() -> None:
    """The key of the specification verifies the note beside it (signed-note, *Example*)."""
    key = parse_verifier_key(FOO_KEY)
    opened = open_note(FOO_NOTE, [key])
    assert opened.note.text == b"This is an example message.\n"
    assert [one for one, _ in opened.signed] == [key]
    assert format_verifier_key(key) == FOO_KEY
    assert format_note(opened.note) == FOO_NOTE


def test_text_of_a_note_may_have_empty_lines() -> None:
    """The last empty line separates; the poem keeps its own (signed-note, *Format*)."""
    note = parse_note(POEM)
    assert note.text.decode().splitlines()[-1] == "ed è subito sera."
    assert note.text.count(b"\n\n") == 1
    assert note.signatures[0].name == "quasimodo.example/salvatore"
    assert note.signatures[0].id.hex() == "367ba04b"
    assert len(note.signatures[0].value) == 64
    assert format_note(note) == POEM


def test_gos_signer_gives_the_same_signature() -> None:
    """Signing the same text with the same key gives the note of Go's test, byte for byte (TestSign)."""
    key = PrivateKey.from_seed("Ed25519", PETER_SEED)
    assert format_verifier_key(VerifierKey("PeterNeumann", SignatureType.ED25519, key.public)) == PETER_KEY
    signed = format_note(Note(TEXT, (sign_text(TEXT, name="PeterNeumann", key=key),)))
    assert signed == TEXT + b"\n" + PETER


def test_no_part_of_gos_key_is_a_key() -> None:
    """No substring and no character raised by one is accepted (TestNewVerifier)."""
    parts = {PETER_KEY[start:end] for start in range(len(PETER_KEY)) for end in range(start + 1, len(PETER_KEY) + 1)}
    raised = {PETER_KEY[:at] + chr(ord(PETER_KEY[at]) + 1) + PETER_KEY[at + 1 :] for at in range(len(PETER_KEY))}
    for text in (parts | raised) - {PETER_KEY}:
        with pytest.raises(MalformedError):
            parse_verifier_key(text)


@pytest.mark.parametrize(
    "text",
    [
        "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==",
        "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
    ],
    ids=["wrong length", "unknown algorithm"],
)
def test_gos_bad_keys_are_refused(text: str) -> None:
    """A key of another length or type is refused although its id fits (TestNewVerifier)."""
    with pytest.raises(MalformedError):
        parse_verifier_key(text)


def test_gos_notes_open_as_in_go() -> None:
    """One known, both known, repeats dropped (TestOpen)."""
    peter, enoch = parse_verifier_key(PETER_KEY), parse_verifier_key(ENOCH_KEY)
    raw = TEXT + b"\n" + PETER + ENOCH
    assert [key for key, _ in open_note(raw, [peter]).signed] == [peter]
    assert [key for key, _ in open_note(raw, [peter, enoch]).signed] == [peter, enoch]
    assert [key for key, _ in open_note(TEXT + b"\n" + PETER + PETER + ENOCH + ENOCH, [peter]).signed] == [peter]
    with pytest.raises(RefusedError, match="No key that is known"):
        open_note(raw, [])


def test_gos_spoilt_signature_is_an_error() -> None:
    """A known key with a longer signature is an error, whoever else signed (TestOpen)."""
    spoilt = PETER[:60] + b"ABCD" + PETER[60:]
    with pytest.raises(RefusedError, match=r"PeterNeumann\+c74f20a3 is not valid"):
        open_note(TEXT + b"\n" + spoilt, [parse_verifier_key(PETER_KEY)])


@pytest.mark.parametrize(
    "raw",
    [
        TEXT,
        TEXT + b"\n",
        TEXT + b"\n" + PETER[:-1],
        b"\x01" + TEXT + b"\n" + PETER,
        b"\xff" + TEXT + b"\n" + PETER,
        TEXT + b"\n" + PETER.replace(b"PeterNeumann", b"Bad Name"),
        TEXT + b"\n" + PETER + b"Unexpected line.\n",
        TEXT + b"\n" + PETER * 101,
    ],
    ids=["text", "no signature", "no newline", "control", "not UTF-8", "space in name", "line after", "101 signatures"],
)
def test_gos_malformed_notes_are_refused(raw: bytes) -> None:
    """The messages that Go finds malformed are malformed here (TestOpen)."""
    with pytest.raises(MalformedError):
        open_note(raw, [parse_verifier_key(PETER_KEY)])


def test_example_checkpoint_is_read() -> None:
    """Origin, size and root of the checkpoint, id and time of its cosignature (tlog-cosignature)."""
    note = parse_note(SOFA)
    checkpoint = parse_checkpoint(note.text)
    assert (checkpoint.origin, checkpoint.size) == ("example.com/behind-the-sofa", 20852163)
    assert format_hash(checkpoint.root) == "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I="
    log, witness = note.signatures
    assert (len(log.value), len(witness.value)) == (64, 72)
    assert witness.id.hex() == "8d66cf3f"
    # The time in the specification's picture of the signed message.
    assert cosigned_at(witness.value) == 1679315147


def test_example_of_a_signed_message_is_what_is_signed() -> None:
    """The five lines of the specification are the message of an Ed25519 cosignature (tlog-cosignature)."""
    message = (
        b"cosignature/v1\ntime 1679315147\nexample.com/behind-the-sofa\n20852163\n"
        b"CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
    )
    text = parse_note(SOFA).text
    checkpoint = parse_checkpoint(text)
    key = PrivateKey.from_seed("Ed25519", bytes(31) + b"\x07")
    head = Head(text, checkpoint.origin, checkpoint.size, checkpoint.root)
    assert cosign(head, name="w", key=key, at=1679315147).value[8:] == key.sign(message)


@pytest.mark.parametrize("kind", ["Ed25519", "ML-DSA-44"])
def test_cosigner_ids_are_those_of_the_formula(kind: str) -> None:
    """SHA-256(name ‖ newline ‖ 0x04 or 0x06 ‖ key), its first four bytes (tlog-cosignature, *Format*)."""
    type_ = SignatureType.ED25519_COSIGNATURE if kind == "Ed25519" else SignatureType.MLDSA44_COSIGNATURE
    public = PrivateKey.from_seed(type_.algorithm, bytes(31) + b"\x07").public
    byte = b"\x04" if kind == "Ed25519" else b"\x06"
    expected = hashlib.sha256(b"witness.example/w1\n" + byte + public.raw).digest()[:4]
    assert VerifierKey("witness.example/w1", type_, public).id == expected


def test_answer_of_a_witness_is_signature_lines() -> None:
    """Lines that each begin with a dash and end in a newline, and no text (tlog-witness, *add-checkpoint*)."""
    answer = (
        "— witness.example/w1 "
        "CMp+6LWBU0anHGH5aNDTJkH/gj79sG+T6+iP2ThYN5krrDJbR1HDnucjL39QsZTSvVjyQLrdk3DXDqI5G2HgLatVs0pWh6Up69HVOw==\n"
        "— witness.example/w2 "
        "AWui8Sk55XjYLOijihBjhqEH6nS1ndDymE0a+6idX7pLcnoB+dhnz0854aLZgrrKbYKA7nC3HNJhm/kWl7oJlqU3rXXvpysAdyP3wQ==\n"
    )
    lines = parse_signatures(answer.encode())
    assert [line.name for line in lines] == ["witness.example/w1", "witness.example/w2"]
    assert "".join(map(format_signature, lines)) == answer


def test_checkpoint_of_the_go_checksum_database_verifies() -> None:
    """A checkpoint in the world, whose key has another name than its origin, opens with its key."""
    signed = open_any_checkpoint(SUMDB, [parse_verifier_key(SUMDB_KEY)])
    assert (signed.checkpoint.origin, signed.checkpoint.size) == ("go.sum database tree", 35225469)
    with pytest.raises(RefusedError, match="is not valid"):
        open_any_checkpoint(SUMDB.replace(b"35225469", b"35225468"), [parse_verifier_key(SUMDB_KEY)])


def test_gos_tree_description_is_read_but_for_what_trails_it() -> None:
    """Go's golden tree note is a checkpoint; hexadecimal sizes and longer hashes are refused (TestParseTree)."""
    golden = b"go.sum database tree\n123456789012\nTszzRgjTG6xce+z2AG31kAXYKBgQVtCSCE40HmuwBb0=\n"
    checkpoint = parse_checkpoint(golden)
    assert (checkpoint.size, checkpoint.root) == (123456789012, leaf_hash(b"hello world"))
    for bad in (
        golden.replace(b"123456789012", b"0xabcdef"),
        golden.replace(b"Bb0=", b"BTOOBIG="),
        golden + b"JOE",
    ):
        with pytest.raises(MalformedError):
            parse_checkpoint(bad)


def test_consistency_proof_of_a_sigsum_tree_verifies() -> None:
    """A proof from one leaf to five, as a witness's tests hold it (torchwood, sigsum's generator)."""
    first = parse_hash("KgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", what="root")
    fifth = parse_hash("QrtXrQZCCvpIgsSmOsah7HdICzMLLyDfxToMql9WTjY=", what="root")
    proof: list[Hash] = [
        parse_hash(text, what="hash")
        for text in (
            "KgEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
            "+fUDV+k970B4I3uKrqJM4aP1lloPZP8mvr2Z4wRw2LI=",
            "KgQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
        )
    ]
    assert verify_consistency(old=1, new=5, proof=proof, old_root=first, new_root=fifth)
    assert not verify_consistency(old=1, new=4, proof=proof, old_root=first, new_root=fifth)


def test_proof_is_read_as_the_specification_lays_it_out() -> None:
    """The head of the example, with a checkpoint whose signatures are not cut short (tlog-proof)."""
    raw = (
        b"c2sp.org/tlog-proof@v1\nindex 73894\n"
        b"gSKyXoYZUgZ6jduWYrkDOARinOMGJveXjgMkBTcdPlQ=\nB95lDa8R83lS8n0eG+o0buTxRKQTYFi//1U8anccXmA=\n"
        b"EKNzoDWG8LGC0Yp9o+sv3qllpMP9uHQ9B20KNL+Q1zs=\nRoopEkOdqkYqMB4MJXrbt/hMjOxsVn0IrWjpz1ZMMes=\n"
        b"AHCioX9nLjsrse6YhjRRmk1WUEirVOLLRoOQ6vfO5vk=\n\n"
    ) + SOFA
    proof = parse_proof(raw)
    assert (proof.index, len(proof.hashes), proof.extra) == (73894, 5, None)
    assert proof.checkpoint == SOFA


@pytest.mark.parametrize(
    ("tile", "path"),
    [
        (Tile(0, 1234067), "tile/0/x001/x234/067"),
        (Tile(3, 123456078, 2), "tile/3/x123/x456/078.p/2"),
        (Tile(0, 1, 5), "tile/0/001.p/5"),
        (Tile(-1, 3057500), "tile/entries/x003/x057/500"),
    ],
)
def test_tile_paths_are_those_of_the_specification_and_of_go(tile: Tile, path: str) -> None:
    """The index in groups of three digits (tlog-tiles, *Merkle Tree*; Go's TestTilePath without its height)."""
    assert format_tile_path(tile) == path
    assert parse_tile_path(path) == tile


def test_gos_bad_tile_paths_are_refused() -> None:
    """Groups before the last begin with an x, and levels are not negative (TestTilePath)."""
    for path in ("tile/5/123/456/078", "tile/-1/123/456/078"):
        with pytest.raises(MalformedError):
            parse_tile_path(path)


def test_signature_of_another_name_is_by_nobody_known() -> None:
    """A line with a known id and an unknown name is ignored, so that nobody has signed (signed-note)."""
    line = parse_signatures(PETER)[0]
    renamed = Signature("CarmenSandiego", line.id, line.value)
    with pytest.raises(RefusedError, match="No key that is known"):
        open_note(format_note(Note(TEXT, (renamed,))), [parse_verifier_key(PETER_KEY)])
