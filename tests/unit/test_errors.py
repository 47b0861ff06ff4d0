"""The tree of errors: every face says the same thing about the same failure (style §7, RFC 9457)."""

import re
from pathlib import PurePosixPath

import pytest

from ledger import errors

# Typed from the table of style §7: class, parent, problem type, HTTP status, exit code.
TABLE = {
    "PledgerError": ("Exception", "about:blank", 500, 70),
    "UsageError": ("PledgerError", "usage", 400, 2),
    "MalformedError": ("PledgerError", "malformed", 400, 3),
    "UnitError": ("MalformedError", "unit", 400, 3),
    "RefusedError": ("PledgerError", "refused", 403, 4),
    "NotFoundError": ("PledgerError", "not-found", 404, 5),
    "ConflictError": ("PledgerError", "conflict", 409, 6),
    "ForkError": ("ConflictError", "fork", 409, 7),
    "UnavailableError": ("PledgerError", "unavailable", 503, 8),
}


def every_error() -> tuple[type[errors.PledgerError], ...]:
    """The classes that the module defines, in its order."""
    members = vars(errors).values()
    return tuple(value for value in members if isinstance(value, type) and issubclass(value, errors.PledgerError))


@pytest.mark.parametrize("name", TABLE)
def test_error_carries_problem_type_status_and_exit_code_of_the_table(name: str) -> None:
    """Each class has the problem type, HTTP status and exit code that style §7 gives it."""
    error = getattr(errors, name)
    parent, problem, status, exit_code = TABLE[name]
    assert (error.__base__.__name__, error.problem, error.status, error.exit_code) == (
        parent,
        problem,
        status,
        exit_code,
    )


def test_no_error_is_missing_from_the_table() -> None:
    """A class that is added has to be given its line in style §7 and here."""
    assert {error.__name__ for error in every_error()} == set(TABLE)


def test_docstring_shows_the_tree_as_it_is() -> None:
    """The tree in the module's docstring names each class with its problem type, status and exit code (style §7)."""
    assert errors.__doc__ is not None
    rows = re.findall(r"^[ │├└─]*(\w+Error) +(\S+) +(\d{3}) +(\d+)\b", errors.__doc__, re.MULTILINE)
    assert {name: (problem, int(status), int(code)) for name, problem, status, code in rows} == {
        name: row[1:] for name, row in TABLE.items()
    }


def test_problem_types_differ() -> None:
    """A program that has only the problem type knows the class (RFC 9457 §3.1.1)."""
    problems = [error.problem for error in every_error()]
    assert len(problems) == len(set(problems))


@pytest.mark.parametrize("error", every_error(), ids=lambda error: error.__name__)
def test_message_is_what_is_printed(error: type[errors.PledgerError]) -> None:
    """An error prints its one sentence and nothing else, whatever facts it carries (style §7)."""
    raised = error("The page is torn: scan it again.", page=3)
    assert str(raised) == "The page is torn: scan it again."
    assert raised.facts == {"page": 3}


def test_document_holds_type_title_status_detail_and_facts() -> None:
    """The facts of an error are members of its problem document (RFC 9457 §3.2)."""
    raised = errors.NotFoundError("No instrument is named phase-9.", subject="phase-9", size=41)
    assert raised.document() == {
        "type": "urn:pledger:problem:not-found",
        "title": "NotFoundError",
        "status": 404,
        "detail": "No instrument is named phase-9.",
        "subject": "phase-9",
        "size": 41,
    }


def test_document_of_an_unknown_failure_is_about_blank() -> None:
    """A failure of no known type is about:blank, not a type of ours (RFC 9457 §4.2.1)."""
    assert errors.PledgerError("Something broke.").document()["type"] == "about:blank"


@pytest.mark.parametrize("name", ["type", "title", "status", "detail"])
def test_fact_never_hides_a_member_of_the_document(name: str) -> None:
    """A fact that is called like a standard member does not replace it (RFC 9457 §3.2)."""
    told = errors.ConflictError("The head has moved: read it again.", **{name: "other"}).document()
    assert told == errors.ConflictError("The head has moved: read it again.").document()


FACTS: dict[str, tuple[object, object]] = {
    "nothing": (None, None),
    "a truth value": (True, True),
    "a number": (17, 17),
    "text": ("USD", "USD"),
    "a path": (PurePosixPath("a/b.csv"), "a/b.csv"),
    "a binary float, which canonical JSON refuses": (0.5, "0.5"),
    "a tuple": ((1, PurePosixPath("a")), [1, "a"]),
    "a nested list": ([[1], None], [[1], None]),
    "a mapping with keys that are no text": ({1: (True,)}, {"1": [True]}),
}


@pytest.mark.parametrize(("fact", "plain"), FACTS.values(), ids=FACTS.keys())
def test_facts_become_plain_values(fact: object, plain: object) -> None:
    """Whatever a fact is, the problem document holds it as JSON can (RFC 9457 §3.2)."""
    assert errors.MalformedError("Wrong.", fact=fact).document()["fact"] == plain
