"""Trust policies: how freely they may be written, what they refuse, and when a quorum is reached (C2SP tlog-policy)."""

from collections.abc import Collection

import pytest

from ledger.errors import MalformedError, RefusedError
from ledger.signing.key import PrivateKey
from ledger.tlog.checkpoint import add_signatures, cosign_checkpoint
from ledger.tlog.note import SignatureType, VerifierKey, format_verifier_key
from ledger.tlog.policy import (
    NO_QUORUM,
    POLICY_LIMIT,
    Group,
    Log,
    Policy,
    Witness,
    format_policy,
    open_by_policy,
    parse_policy,
    quorum_reached,
    witnessed,
)
from tests.unit.tlog.small_log import AT, LOG_KEYS, WITNESS_1, WITNESS_KEYS, signed


def _witness_key(number: int) -> VerifierKey:
    private = PrivateKey.from_seed("Ed25519", bytes(31) + bytes([0x40 + number]))
    return VerifierKey(f"witness.example/{number}", SignatureType.ED25519_COSIGNATURE, private.public)


KEYS = tuple(_witness_key(number) for number in range(6))
NAMESAKE = VerifierKey("other.example", SignatureType.ED25519_COSIGNATURE, KEYS[0].public)
VKEYS = tuple(format_verifier_key(key) for key in KEYS)
LOG = format_verifier_key(LOG_KEYS[0])

# The example of the specification, with keys in place of those that it leaves out.
EXAMPLE = f"""log {LOG}

witness X1 {VKEYS[0]}
witness X2 {VKEYS[1]}
witness X3 {VKEYS[2]}
group X-witnesses 2 X1 X2 X3

witness Y1 {VKEYS[3]}
witness Y2 {VKEYS[4]}
witness Y3 {VKEYS[5]}
group Y-witnesses any Y1 Y2 Y3

group X-and-Y all X-witnesses Y-witnesses
quorum X-and-Y
""".encode()


def test_example_of_the_specification_is_read() -> None:
    """Logs, witnesses, groups and quorum come out as they are written (tlog-policy, *Example policy*)."""
    policy = parse_policy(EXAMPLE)
    assert policy.logs == (Log(LOG_KEYS[0]),)
    assert [(one.name, one.key) for one in policy.witnesses] == list(
        zip(("X1", "X2", "X3", "Y1", "Y2", "Y3"), KEYS, strict=True)
    )
    assert policy.groups == (
        Group("X-witnesses", 2, ("X1", "X2", "X3")),
        Group("Y-witnesses", 1, ("Y1", "Y2", "Y3")),
        Group("X-and-Y", 2, ("X-witnesses", "Y-witnesses")),
    )
    assert policy.quorum == "X-and-Y"


@pytest.mark.parametrize(
    ("signers", "reached"),
    [
        ((), False),
        ((0, 1), False),
        ((3, 4, 5), False),
        ((0, 3), False),
        ((0, 1, 3), True),
        ((1, 2, 5), True),
        ((0, 1, 2, 3, 4, 5), True),
    ],
    ids=["nobody", "X alone", "Y alone", "one of each", "two of X, one of Y", "others", "all"],
)
def test_quorum_of_two_levels_asks_for_both_groups(signers: Collection[int], *, reached: bool) -> None:
    """Two of X and one of Y are needed, and enough (tlog-policy, *Example policy*)."""
    assert quorum_reached(parse_policy(EXAMPLE), {KEYS[number] for number in signers}) is reached


def test_no_quorum_asks_for_nobody() -> None:
    """``quorum none`` is reached by nobody's signature (tlog-policy, *Defining the quorum*)."""
    policy = parse_policy(b"quorum none\n")
    assert policy == Policy()
    assert quorum_reached(policy, ())


def test_single_witness_can_be_the_quorum() -> None:
    """The quorum may name a witness itself."""
    policy = parse_policy(f"witness W {VKEYS[0]}\nquorum W\n".encode())
    assert quorum_reached(policy, {KEYS[0]})
    assert not quorum_reached(policy, {KEYS[1]})
    assert witnessed(policy, {KEYS[0], KEYS[1]}) == (1, 1)


def test_key_of_a_witness_under_another_name_is_not_that_witness() -> None:
    """Who signed is told by name, type and key together."""
    policy = parse_policy(f"witness W {VKEYS[0]}\nquorum W\n".encode())
    assert not quorum_reached(policy, {NAMESAKE})


def test_policy_is_read_back() -> None:
    """Formatting and parsing undo each other; addresses are kept."""
    policy = Policy(
        logs=(Log(LOG_KEYS[0], "https://example.com/log/"), Log(LOG_KEYS[1])),
        witnesses=(Witness("one", KEYS[0], "https://witness.example/"), Witness("two", WITNESS_KEYS[1])),
        groups=(Group("both", 2, ("one", "two")),),
        quorum="both",
    )
    assert parse_policy(format_policy(policy)) == policy


def test_white_space_and_comments_are_free() -> None:
    """Spaces and tabs in any number, empty lines and comment lines say nothing (tlog-policy, *Structure*)."""
    loose = f"# who is trusted\n\n \t \nwitness\tW   {VKEYS[0]}\t\n  # and what suffices\n\t quorum  W  \n".encode()
    assert parse_policy(loose) == parse_policy(f"witness W {VKEYS[0]}\nquorum W\n".encode())


def test_names_are_octets() -> None:
    """Names that differ in an octet differ, whatever they look like, and survive (tlog-policy, *Character set*)."""
    raw = (
        b"witness K " + VKEYS[0].encode() + b"\n"
        b"witness \xe2\x84\xaa " + VKEYS[1].encode() + b"\n"
        b"witness \xff\xfe " + VKEYS[2].encode() + b"\n"
        b"quorum \xff\xfe\n"
    )
    policy = parse_policy(raw)
    assert len({one.name for one in policy.witnesses}) == 3
    assert format_policy(policy) == raw
    assert quorum_reached(policy, {KEYS[2]})


def test_thirty_two_of_each_are_no_burden() -> None:
    """At least 32 logs, witnesses and groups are supported (tlog-policy, *Implementation limits*)."""
    keys = [PrivateKey.from_seed("Ed25519", bytes(31) + bytes([number])).public for number in range(1, 65)]
    logs = [VerifierKey("log.example", SignatureType.ED25519, key) for key in keys[:32]]
    others = [VerifierKey("w.example", SignatureType.ED25519_COSIGNATURE, key) for key in keys[32:]]
    policy = Policy(
        tuple(Log(key) for key in logs),
        tuple(Witness(f"w{number}", key) for number, key in enumerate(others)),
        tuple(Group(f"g{number}", 1, (f"w{number}",)) for number in range(32)),
        "g31",
    )
    assert parse_policy(format_policy(policy)) == policy


_W = f"witness W {VKEYS[0]}\n"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        pytest.param("", "its end", id="nothing"),
        pytest.param("quorum none", "its end", id="no newline"),
        pytest.param("quorum none\r\n", "byte 11", id="carriage return"),
        pytest.param("quorum\x00none\n", "byte 6", id="zero byte"),
        pytest.param("quorum none \x7f\n", "byte 12", id="delete"),
        pytest.param("# nothing\n", "has no quorum", id="no quorum"),
        pytest.param("quorum none\nquorum none\n", "Line 2 .* second quorum", id="two quorums"),
        pytest.param("quorum W\n" + _W, "Line 1 .* no witness or group", id="quorum before its witness"),
        pytest.param("quorum\n", "Line 1", id="quorum of nothing"),
        pytest.param("quorum a b\n", "Line 1", id="quorum of two"),
        pytest.param("Quorum none\n", "Line 1", id="capital letter"),
        pytest.param("trust everybody\nquorum none\n", "Line 1", id="unknown word"),
        pytest.param("quorum none # at all\n", "Line 1", id="comment behind a word"),
        pytest.param(_W + f"witness V {VKEYS[0]}\nquorum none\n", "Line 2 .* is there already", id="key twice"),
        pytest.param(
            f"{_W}witness V {format_verifier_key(NAMESAKE)}\n",
            "Line 2 .* is there already",
            id="key twice under two names",
        ),
        pytest.param(f"log {LOG}\nlog {LOG}\nquorum none\n", "Line 2 .* is there already", id="log twice"),
        pytest.param(_W + f"witness W {VKEYS[1]}\nquorum W\n", "Line 2 .* defined already", id="name twice"),
        pytest.param(_W + "group W 1 W\nquorum W\n", "Line 2 .* defined already", id="group named as a witness"),
        pytest.param(f"witness none {VKEYS[0]}\nquorum none\n", "no quorum is asked for", id="witness named none"),
        pytest.param(_W + "group none 1 W\nquorum none\n", "no quorum is asked for", id="group named none"),
        pytest.param(_W + "group g 1 none\nquorum g\n", "no witness or group", id="none as a member"),
        pytest.param(_W + "group g 0 W\nquorum g\n", "threshold 0", id="threshold 0"),
        pytest.param(_W + "group g 2 W\nquorum g\n", "threshold 2", id="threshold beyond the members"),
        pytest.param(_W + "group g -1 W\nquorum g\n", "threshold -1", id="negative threshold"),
        pytest.param(_W + "group g 01 W\nquorum g\n", "threshold 01", id="threshold with a leading zero"),
        pytest.param(_W + "group g ١ W\nquorum g\n", "threshold", id="threshold in another script"),
        pytest.param(_W + "group g some W\nquorum g\n", "threshold some", id="threshold in words"),
        pytest.param(_W + "group g any\nquorum g\n", "Line 2", id="group without members"),
        pytest.param(_W + "group g all g\nquorum g\n", "no witness or group", id="group in itself"),
        pytest.param(_W + "group g all W W\nquorum g\n", "member of a group already", id="member twice"),
        pytest.param(
            _W + "group g all W\ngroup h all W\nquorum h\n", "Line 3 .* member of a group already", id="in two groups"
        ),
        pytest.param(f"witness W {LOG}\nquorum W\n", "not for cosignatures", id="log's key as a witness"),
        pytest.param("log example.com+00000000+AAAA\nquorum none\n", "Line 1 .* The id 00000000", id="bad key"),
        pytest.param(f"log {LOG} https://a https://b\nquorum none\n", "Line 1", id="two addresses"),
        pytest.param("#" * POLICY_LIMIT + "\nquorum none\n", "is the most", id="too long"),
    ],
)
def test_policy_that_breaks_a_rule_is_refused(text: str, reason: str) -> None:
    """The line is named, and the rule that it breaks (tlog-policy, *Policy file syntax and structure*)."""
    with pytest.raises(MalformedError, match=reason):
        parse_policy(text.encode())


@pytest.mark.parametrize(
    "policy",
    [
        pytest.param(Policy(quorum="nobody"), id="quorum that is not defined"),
        pytest.param(Policy(witnesses=(Witness("a b", KEYS[0]),)), id="name with a space"),
        pytest.param(Policy(witnesses=(Witness("", KEYS[0]),)), id="no name"),
        pytest.param(Policy(logs=(Log(LOG_KEYS[0], "https://a b"),)), id="address with a space"),
        pytest.param(
            Policy(witnesses=(Witness("w", KEYS[0]),), groups=(Group("g", 2, ("w",)),)), id="threshold too high"
        ),
    ],
)
def test_policy_that_could_not_be_read_back_is_not_written(policy: Policy) -> None:
    """The formatter refuses what the parser would refuse (style §3)."""
    with pytest.raises(MalformedError):
        format_policy(policy)


def _policy(quorum: str = NO_QUORUM) -> Policy:
    return Policy((Log(LOG_KEYS[0]),), (Witness("w", WITNESS_KEYS[0]),), (), quorum)


def test_checkpoint_of_a_log_of_the_policy_opens() -> None:
    """One of the policy's logs suffices where no quorum is asked for (tlog-policy)."""
    assert open_by_policy(signed(5), _policy()).checkpoint.size == 5


def test_checkpoint_short_of_the_quorum_is_refused() -> None:
    """What is witnessed by none of one is refused until the witness has cosigned (tlog-proof, step 3)."""
    raw = signed(5)
    with pytest.raises(RefusedError, match="witnessed by 0 of 1, short of the quorum"):
        open_by_policy(raw, _policy("w"))
    cosigned = add_signatures(raw, [cosign_checkpoint(raw, name=WITNESS_KEYS[0].name, key=WITNESS_1, at=AT)])
    assert WITNESS_KEYS[0] in open_by_policy(cosigned, _policy("w")).signers


def test_witness_alone_does_not_make_a_checkpoint() -> None:
    """A quorum of witnesses is no log: one of the policy's logs must have signed (tlog-proof, step 2)."""
    raw = signed(5)
    cosigned = add_signatures(raw, [cosign_checkpoint(raw, name=WITNESS_KEYS[0].name, key=WITNESS_1, at=AT)])
    policy = Policy((), (Witness("w", WITNESS_KEYS[0]),), (), "w")
    with pytest.raises(RefusedError, match="No log of the policy signed"):
        open_by_policy(cosigned, policy)
