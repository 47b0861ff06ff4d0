"""A verification is an answer that a program can read (design §2.6; issue of the first story, point 8)."""

import json

from ledger.audit.verification import Finding, Rotation, Verification

ANSWER = Verification(
    sound=False,
    trust="given",
    origin="example.com/promises",
    genesis="sha256:" + "0" * 64,
    size=8,
    subjects=("soy",),
    view_size=7,
    as_of="2020-12-31",
    members=12,
    statements=5,
    not_checked=("rendering",),
    findings=(Finding("closure.missing", "entry 3", "It is left out.", 8),),
    rotations=(Rotation(4, 2, 3, is_followed=True),),
)


def test_answer_as_data_has_every_member() -> None:
    """Objects all the way down, never a bare list; findings keep their code, subject, sentence and step."""
    assert json.loads(json.dumps(ANSWER.document())) == {
        "sound": False,
        "trust": "given",
        "origin": "example.com/promises",
        "genesis": "sha256:" + "0" * 64,
        "checkpoint_size": 8,
        "subjects": ["soy"],
        "view": {"size": 7, "as_of": "2020-12-31"},
        "members": 12,
        "statements": 5,
        "rotations": [{"entry": 4, "approvals": 2, "roots": 3, "followed": True}],
        "dating": {"checkpoint": None, "roots": None, "entries": []},
        "signatures": [],
        "not_checked": ["rendering"],
        "findings": [
            {"code": "closure.missing", "subject": "entry 3", "sentence": "It is left out.", "step": 8},
        ],
    }
