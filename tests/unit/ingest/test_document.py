"""Drafts are read narrowly, and every refusal names file and line (design §2.1; the first story, points 2 and 9)."""

import json

import pytest

from ledger.errors import MalformedError
from ledger.ingest.document import LIMIT, Draft, check_draft, read_drafts

PARTY = """\
kind: party
subject: cn
issued: 2018-12-01T00:00:00Z
body:
  kind: state
  names: {en: China, zh: 中国}
  iso3166: CN
"""


def read(body: str, *, name: str = "pledges.yaml") -> Draft:
    """Return the only draft of a text."""
    (draft,) = read_drafts(body.encode(), name=name)
    return draft


def value(text: str) -> object:
    """Return what a word after ``x:`` is read as."""
    return read(f"kind: party\nsubject: cn\nbody:\n  x: {text}\n").body["x"]


def test_yaml_document_becomes_draft() -> None:
    """A YAML document is one draft, its body plain data and its place known (design §3)."""
    draft = read(PARTY)
    assert (draft.kind, draft.subject, draft.issued, draft.corrects) == ("party", "cn", "2018-12-01T00:00:00Z", None)
    assert draft.body == {"kind": "state", "names": {"en": "China", "zh": "中国"}, "iso3166": "CN"}
    assert draft.where == "pledges.yaml, line 1"


def test_several_documents_keep_their_order_and_lines() -> None:
    """Documents between lines of --- are several drafts, each with its first line."""
    drafts = read_drafts(f"# parties\n---\n{PARTY}---\n{PARTY.replace('cn', 'us')}".encode(), name="p.yaml")
    assert [(one.subject, one.where) for one in drafts] == [("cn", "p.yaml, line 3"), ("us", "p.yaml, line 11")]


def test_json_object_and_array_are_drafts() -> None:
    """A JSON file holds one object, or an array of them, each with its line (design §3)."""
    one = {"kind": "party", "subject": "cn", "body": {"kind": "state", "names": {"en": "China"}}}
    assert read(json.dumps(one), name="p.json").where == "p.json, line 1"
    text = "[\n " + json.dumps(one) + ",\n\n " + json.dumps(one | {"subject": "us"}) + "\n]"
    drafts = read_drafts(text.encode(), name="p.json")
    assert [(draft.subject, draft.where) for draft in drafts] == [("cn", "p.json, line 2"), ("us", "p.json, line 4")]


def test_json_is_known_by_its_first_character_too() -> None:
    """A text that opens with a brace is JSON whatever the file is called, and read strictly."""
    with pytest.raises(MalformedError, match="occurs twice"):
        read('{"kind": "party", "kind": "party"}', name="draft.txt")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("true", True),
        ("false", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("0", 0),
        ("-12", -12),
        ("9007199254740991", 9007199254740991),
        ("2019-01-31", "2019-01-31"),
        ("2019-01-31T00:01:00Z", "2019-01-31T00:01:00Z"),
        ("6.2.1", "6.2.1"),
        ("83 FR 65198", "83 FR 65198"),
        ("HS2017", "HS2017"),
        ("'12.5'", "12.5"),
        ('"yes"', "yes"),
        ("|-\n    two\n    lines", "two\nlines"),
        ("[1, a, null]", [1, "a", None]),
        ("{no: Kina}", {"no": "Kina"}),
    ],
)
def test_plain_words_are_read_as_they_look(text: str, expected: object) -> None:
    """Text, whole numbers, true, false and null are all there is; dates stay text (design §2.1)."""
    assert value(text) == expected
    assert type(value(text)) is type(expected)


REFUSED = {
    "a fraction": ("x: 12.5", 'line 4: write numbers with a fraction in quotation marks: "12.5"'),
    "a fraction without its zero": ("x: .5", 'quotation marks: ".5"'),
    "scientific notation": ("x: 1e3", 'quotation marks: "1e3"'),
    "a fraction with an exponent": ("x: 1.0E+2", "quotation marks"),
    "infinity": ("x: .inf", "not a number that can be owed"),
    "not a number": ("x: .NaN", "not a number that can be owed"),
    "an octal number": ("x: 0o17", "not read alike everywhere"),
    "an old octal number": ("x: 017", "not read alike everywhere"),
    "a hexadecimal number": ("x: 0xff", "not read alike everywhere"),
    "a binary number": ("x: 0b11", "not read alike everywhere"),
    "an underscored number": ("x: 1_000", "not read alike everywhere"),
    "a sexagesimal number": ("x: 12:30", "not read alike everywhere"),
    "a plus sign": ("x: +5", "not read alike everywhere"),
    "a number beyond 2^53": ("x: 9007199254740992", "too large"),
    "yes": ("x: yes", 'or put the word in quotation marks: "yes"'),
    "off": ("x: Off", "not read alike everywhere"),
    "a capital true": ("x: True", "in small letters"),
    "a capital null": ("x: NULL", "in small letters"),
    "an anchor": ("x: &a 1", "an anchor stands"),
    "an alias": ("x: &a [1]\n  y: *a", "an anchor stands"),
    "an alias alone": ("x: *a", "an alias stands"),
    "a tag": ("x: !!str 1", "the tag"),
    "a tag of Python": ("x: !!python/object/apply:os.system [ls]", "the tag"),
    "a merge key": ("<<: {a: 1}", "a merge key stands"),
    "a doubled name": ("x: 1\n  x: 2", "line 5: the name 'x' occurs twice"),
    "a name that is a list": ("? [a]\n  : 1", "a name is not plain text"),
    "a name that is not ASCII": ("größe: 1", "is not ASCII text"),
    "an empty name": ("'': 1", "is not ASCII text"),
    "a tab": ("x:\n\t- 1", "not YAML that can be read"),
    "an open quotation": ('x: "open', "not YAML that can be read"),
    "text that is not composed": ("x: e\u0301", "line 4: the text is not in NFC"),
    "a control character": ("x: a\u0001b", "line 4: holds a character that YAML does not allow"),
    "a second member on the line": ("x: a: b", "not YAML that can be read"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_doubtful_yaml_is_refused_with_its_line(case: str) -> None:
    """What readers of YAML take differently is refused, in one sentence with file and line (design §2.1)."""
    body, reason = REFUSED[case]
    with pytest.raises(MalformedError) as caught:
        read(f"kind: party\nsubject: cn\nbody:\n  {body}\n")
    message = str(caught.value)
    assert message.startswith("pledges.yaml, line ")
    assert reason in message
    assert message.endswith(".")
    assert "\n" not in message


FRAMES = {
    "an unknown member": (PARTY + "color: red\n", "line 8: 'color' is not a member of a draft"),
    "no kind": ("subject: cn\nbody: {a: 1}\n", "kind is missing"),
    "a kind that does not exist": ("kind: promise\nsubject: cn\nbody: {a: 1}\n", "kind is 'promise'; write one of"),
    "no subject": ("kind: party\nbody: {a: 1}\n", "subject is missing"),
    "a subject that is a number": ("kind: party\nsubject: 12\nbody: {a: 1}\n", "subject is 12"),
    "no body": ("kind: party\nsubject: cn\n", "body is missing"),
    "a body that is text": ("kind: party\nsubject: cn\nbody: China\n", "body is 'China'"),
    "a moment that is a number": ("kind: party\nsubject: cn\nissued: 2019\nbody: {a: 1}\n", "issued is 2019"),
    "a list": ("- a\n- b\n", "is not a draft"),
    "a word": ("hello\n", "is not a draft"),
    "an empty document": (f"{PARTY}---\n", "a document is empty"),
    "nothing": ("", "holds no draft"),
    "only a comment": ("# nothing yet\n", "holds no draft"),
    "a directive": (f"%YAML 1.1\n---\n{PARTY}", "a directive stands"),
    "an empty array": ("[]", "holds no draft"),
    "an array of numbers": ("[1]", "is not a draft"),
    "a float in JSON": (
        '{"kind": "party", "subject": "cn", "body": {"x": 12.5}}',
        "not an integer in its one spelling",
    ),
    "broken JSON": ('{"kind": ', "breaks off"),
}


@pytest.mark.parametrize("case", FRAMES)
def test_what_is_not_a_draft_is_refused(case: str) -> None:
    """A draft has kind, subject and body, and nothing that is not its own to say (design §2.2)."""
    text, reason = FRAMES[case]
    with pytest.raises(MalformedError, match="pledges") as caught:
        read(text)
    assert reason in str(caught.value)


def test_other_encodings_are_refused() -> None:
    """A draft is UTF-8 without a byte order mark (design §2.1)."""
    with pytest.raises(MalformedError, match="line 1: begins with a byte order mark"):
        read_drafts(b"\xef\xbb\xbf" + PARTY.encode(), name="p.yaml")
    with pytest.raises(MalformedError, match="line 2: is not UTF-8"):
        read_drafts(b"kind: party\nsubject: \xff\n", name="p.yaml")


def test_oversized_file_is_refused_before_it_is_read() -> None:
    """A file has at most so many bytes (design §2.1)."""
    with pytest.raises(MalformedError, match="at most 1048576 are read; split it"):
        read_drafts(b"#" * (LIMIT + 1), name="p.yaml")


@pytest.mark.parametrize("opening", ["[", "{a: ", "- "])
def test_hostile_nesting_ends_in_a_sentence(opening: str) -> None:
    """Values nest at most 32 levels deep, and a hundred thousand cost no more to refuse (design §2.1)."""
    with pytest.raises(MalformedError, match="deeper than 32 levels"):
        read(f"kind: party\nsubject: cn\nbody:\n  x:\n    {opening * 100_000}")


def test_checked_draft_is_the_statement_to_be() -> None:
    """A draft that passes is the statement, with genesis and anchor still to be filled by the ledger (design §2.2)."""
    statement = check_draft(read(PARTY))
    assert (statement.subject, statement.genesis, statement.anchor) == ("cn", None, None)
    assert statement.schema_ == "party.v1"
    later = check_draft(read(PARTY.replace("issued: 2018-12-01T00:00:00Z\n", "")), issued="2019-01-01T00:00:00Z")
    assert later.issued == "2019-01-01T00:00:00Z"


def test_whole_number_may_stand_for_a_quantity() -> None:
    """People leave the quotation marks of whole numbers out, so a draft may (issue of the first story, point 2)."""
    statement = check_draft(read(COMMITMENT))
    assert statement.body.terms[0].target == "5"  # type: ignore[union-attr]  # it is a commitment with a quantity


COMMITMENT = """\
kind: commitment
subject: soy
body:
  title: Soybeans
  instrument: talks
  date: 2019-01-31
  obligors: [cn]
  obligees: [us]
  quotes:
    - text: Five million tons of soybeans.
      language: en
  verb: null
  terms:
    - id: soy
      kind: quantity
      title: soybeans
      actor: cn
      unit: Mt
      bound: at_least
      target: 5
      measure: {type: export, reporter: us, partner: cn}
  source:
    title: A transcript
    publisher: A house
    role: obligee
    via: {copy_read: a reprint, how: excerpt}
"""

FAULTS = {
    "a target without a unit": ("      unit: Mt\n", "", "line 14: body.terms[0].unit is missing"),
    "a wrong bound": ("bound: at_least", "bound: atleast", "line 19: body.terms[0].bound"),
    "a day that is not one": ("date: 2019-01-31", "date: 2019-02-30", "line 6: body.date is not a day"),
    "an unknown member": ("verb: null", "verb: null\n  mood: good", "line 13: body.mood is not a member"),
    "words that are not quoted": (
        "      actor: cn\n",
        "      actor: cn\n      shown: {quantity: {quote: 0, words: six million}}\n",
        'the words "six million" are not in quote 0',
    ),
    "a period that ends before it starts": (
        "      actor: cn\n",
        "      actor: cn\n      period: {start: 2020-01-01, end: 2019-01-01}\n",
        "line 18: body.terms[0].period period ends on 2019-01-01, before it starts",
    ),
}


@pytest.mark.parametrize("case", FAULTS)
def test_fault_of_meaning_names_file_line_and_member(case: str) -> None:
    """What a body lacks is said with the line of the value at fault (issue of the first story, point 9)."""
    before, after, reason = FAULTS[case]
    assert before in COMMITMENT
    with pytest.raises(MalformedError) as caught:
        check_draft(read(COMMITMENT.replace(before, after)))
    assert str(caught.value).startswith("pledges.yaml, line ")
    assert reason in str(caught.value)
