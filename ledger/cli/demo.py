"""``pledger demo``: the first story, from what was pledged to verified audits, in a ledger that one can go on with.

Drafts, figures, the view and the question are data (``ledger.demo``); what became of anything is worked out here and
now, by the same calls as every other command. Its view is the day of its last evidence, so nothing depends on the day
on which it runs.
"""

import shlex
import shutil
import tomllib
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from ledger.cli.audit import Written, write_audit
from ledger.cli.option import Json
from ledger.cli.output import Progress, answer, say
from ledger.cli.place import view_words
from ledger.cli.status import deciding_ratios, in_short, tell_table
from ledger.cli.verify import verification_lines, verify_bundle
from ledger.errors import ConflictError, UsageError
from ledger.report.document import status_document, view_document

if TYPE_CHECKING:
    from collections.abc import Callable

    from ledger.assessment.result import CommitmentResult, TermResult
    from ledger.audit.verification import Verification
    from ledger.demo import AuditPlan, Question, Story
    from ledger.model.determination import View
    from ledger.runtime import Ledger

EXAMPLES: Final = """\
\b
Examples:
  pledger demo                      tells it in ./pledger-demo
  pledger demo story                tells it in ./story, which becomes the ledger
  pledger demo story --fresh        tells it anew where it was told before
"""

ANSWER: Final = {
    "directory": "the ledger",
    "origin": "the log's name",
    "genesis": "digest of its charter",
    "recorded": "number of statements recorded from drafts",
    "figures": "number of files submitted",
    "observations": "number of figures read from them",
    "rejected": "number of rows rejected",
    "status": "as of `pledger status --json`, at the story's view",
    "question": "what it `asks`, about which `subject` and `term`, and two `answers`: `view`, `outcome`, `reason`",
    "audits": "as of `pledger audit --json`, each with its `name` and its `verification` (`pledger verify --json`)",
}
ORIGIN: Final = "demo.example/first-story"
"""The name of the demonstration's log; example is a name that nobody can own (RFC 2606)."""

TITLE: Final = "The first story: pledges of trade, 2018 to 2026"
AUDITS: Final = "audits"
PARTS: Final = (
    "ledger.db",
    "ledger.db-wal",
    "ledger.db-shm",
    "blobs",
    "keys",
    "policy",
    "published",
    "pledger.toml",
    AUDITS,
    ".told",
)
"""What the demonstration leaves in its directory; ``--fresh`` removes these and nothing else."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What became of one term at one view."""

    view: "View"
    term: "TermResult"


@dataclass(frozen=True, slots=True)
class Audited:
    """An audit that was written, and what verifying its bundle gave."""

    plan: "AuditPlan"
    written: Written
    verification: "Verification"


@dataclass(frozen=True, slots=True)
class Told:
    """Everything that the demonstration did.

    Attributes:
        drafts, figures: how many statements were recorded, and files submitted; observations and rejected count rows.
        then, now: the question's answers, as of its day and at the story's view.
    """

    directory: Path
    origin: str
    genesis: str
    view: "View"
    drafts: int
    figures: int
    observations: int
    rejected: int
    results: "tuple[CommitmentResult, ...]"
    question: "Question"
    then: Asked
    now: Asked
    audits: tuple[Audited, ...]

    @property
    def is_sound(self) -> bool:
        """Whether every audit was verified and found sound."""
        return all(one.verification.sound for one in self.audits)


def demo(
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="Empty or new; it becomes the ledger.")] = Path(
        "pledger-demo"
    ),
    fresh: Annotated[bool, typer.Option("--fresh", help="Tell it anew in a directory that holds it already.")] = False,
    json: Json = False,
) -> int:
    """Tell the real story: record its pledges, submit its figures, show what became of them, audit, verify offline."""
    from ledger.demo import load

    refuse_taken(directory, fresh=fresh)
    with Progress("Telling the story") as progress:
        told = tell(directory, load(), tells=progress.turn_to)
    if json:
        answer(told_document(told))
    else:
        say_told(told)
    return 0 if told.is_sound else 1


def refuse_taken(directory: Path, *, fresh: bool) -> None:
    """Make sure that a directory can take the demonstration; one that holds it already is emptied only when asked.

    Raises:
        UsageError: it is a file.
        ConflictError: it holds something else, or the demonstration where ``fresh`` is not asked for.
    """
    if directory.exists() and not directory.is_dir():
        raise UsageError(f"{directory} is a file; name a directory that is not there yet.", directory=str(directory))
    if not directory.exists() or not any(directory.iterdir()):
        return
    if not _is_ours(directory):
        message = f"The directory {directory} holds something else; name one that is empty or not there yet."
        raise ConflictError(message, directory=str(directory))
    if not fresh:
        message = (
            f"The directory {directory} holds the demonstration already; look at it with pledger status "
            f"--ledger {shlex.quote(str(directory))}, or tell it anew with --fresh."
        )
        raise ConflictError(message, directory=str(directory))
    for name in PARTS:
        path = directory / name
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def _is_ours(directory: Path) -> bool:
    """Whether a directory is a ledger of the demonstration's origin."""
    try:
        config = tomllib.loads((directory / "pledger.toml").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return config.get("origin") == ORIGIN


def tell(
    directory: Path,
    story: "Story",
    *,
    begin: "Callable[[Path], Ledger] | None" = None,
    tells: "Callable[[str], None]" = lambda _: None,
) -> Told:
    """Return what telling a story in an empty directory gave.

    Args:
        directory: becomes the ledger.
        story: what is recorded, submitted, asked and audited.
        begin: makes the ledger; with the system's clock and randomness, if not given.
        tells: told what is done next, in words.
    """
    from ledger.runtime import init

    with begin(directory) if begin is not None else init(directory, origin=ORIGIN, title=TITLE) as opened:
        tells("Recording what was pledged")
        drafts = _record(opened, story)
        tells("Submitting the figures")
        observations, rejected = _submit(opened, story)
        tells("Reconciling the two")
        view = opened.view(story.view)
        results = opened.results(view)
        then = opened.view(story.question.as_of)
        folder = directory / AUDITS
        folder.mkdir()
        tells("Writing the audits and verifying them")
        audits = tuple(_audit(opened, plan, view, folder, policy=opened.policy()) for plan in story.audits)
        return Told(
            directory=directory, origin=opened.origin, genesis=opened.genesis, view=view, drafts=drafts,
            figures=len(story.figures), observations=observations, rejected=rejected, results=results,
            question=story.question, then=_ask(opened, story.question, then), now=_ask(opened, story.question, view),
            audits=audits,
        )  # fmt: skip


def _record(opened: "Ledger", story: "Story") -> int:
    """Record the drafts, file by file, and return how many there were."""
    from ledger.ingest.document import read_drafts

    return sum(len(opened.record(read_drafts(one.raw, name=one.name))) for one in story.drafts)


def _submit(opened: "Ledger", story: "Story") -> tuple[int, int]:
    """Submit the figures, and return how many observations and rejected rows there were."""
    from datetime import date

    from ledger.runtime import format_mapping

    observations = rejected = 0
    for one in story.figures:
        # The tables travel with the program: nobody fetched them on the day of the demonstration.
        source = {"role": one.role, "retrieved": None, "via": {"copy_read": one.copy_read, "how": one.how}}
        done = opened.submit(
            BytesIO(one.raw), name=one.name, mapping=format_mapping(one.format), mapping_name=f"{one.format}.toml",
            published=None if one.published is None else date.fromisoformat(one.published), source=source,
        )  # fmt: skip
        observations += sum(series.observations.count for series in done.imported.series)
        rejected += done.imported.rejected_count
    return observations, rejected


def _ask(opened: "Ledger", question: "Question", view: "View") -> Asked:
    """Return the answer to the question at a view."""
    (result,) = opened.results(view, (question.subject,))
    return Asked(view, next(term for term in result.terms if term.id == question.term))


def _audit(opened: "Ledger", plan: "AuditPlan", view: "View", folder: Path, *, policy: bytes) -> Audited:
    """Write one audit in every format, and verify its bundle as a stranger with the log's policy would."""
    paths = [folder / f"{plan.name}.{suffix}" for suffix in ("zip", "html", "json")]
    written = write_audit(opened, plan.subjects, view, paths)
    with paths[0].open("rb") as bundle:
        return Audited(plan, written, verify_bundle(bundle, policy=policy, deep=True))


# --- what is said of it -----------------------------------------------------------------------------------------------


def say_told(told: Told) -> None:
    """Print the demonstration as people read it."""
    say(
        f"The first story, in the ledger {told.origin} ({told.directory}).",
        f"Recorded: {told.drafts} statements, as drafted from public documents.",
        f"Submitted: {told.figures} files, {told.observations} observations; {told.rejected} rows rejected.",
        "",
        view_words(told.view),
    )
    tell_table(told.results)
    say("", *question_lines(told), "", "Audits, each verified offline from its bundle alone:")
    for one in told.audits:
        say(*_audit_lines(one))
    say("", *_next_lines(told))


def question_lines(told: Told) -> list[str]:
    """Return the question with both of its answers."""
    then, now = told.then, told.now
    same = then.term.outcome == now.term.outcome
    ending = "The answer is the same." if same else "Nothing was changed in between: more had been published."
    return [f"{told.question.asks}", f"  {_answer_line(then)}", f"  {_answer_line(now)}", f"  {ending}"]


def _answer_line(asked: Asked) -> str:
    term = asked.term
    figures = any(ratio.value is not None for ratio in deciding_ratios(term))
    said = in_short(term) if term.outcome in {"met", "not_met"} and figures else term.reason
    return f"As of {asked.view.as_of}: {term.outcome.replace('_', ' ')}{f' ({said})' if said else ''}"


def _audit_lines(one: Audited) -> list[str]:
    opinion = one.written.result.opinion
    found = one.verification
    lines = [f"  {one.plan.title}: opinion {opinion.code}, {opinion.name}"]
    lines += [f"    {file.path}" for file in one.written.files]
    lines.append(f"    {verification_lines(found)[0]}")
    lines += [f"    not checked: {what}" for what in found.not_checked]
    lines += [f"    {finding.code}, {finding.subject}: {finding.sentence}" for finding in found.findings]
    return lines


def _next_lines(told: Told) -> list[str]:
    place, as_of = shlex.quote(str(told.directory)), told.view.as_of
    bundles = [shlex.quote(str(one.written.files[0].path)) for one in told.audits]
    policy = shlex.quote(str(told.directory / "policy"))
    return [
        "Go on with:",
        f"  pledger status --ledger {place} --as-of {as_of}",
        f"  pledger score {told.question.subject} --ledger {place} --as-of {as_of}",
        *(f"  pledger verify {bundle} --policy {policy}" for bundle in bundles[-1:]),
        f"  pledger log check --ledger {place}",
    ]


def told_document(told: Told) -> dict[str, object]:
    """Return the demonstration as ``--json`` gives it."""
    return {
        "directory": str(told.directory),
        "origin": told.origin,
        "genesis": told.genesis,
        "recorded": told.drafts,
        "figures": told.figures,
        "observations": told.observations,
        "rejected": told.rejected,
        "status": status_document(told.view, told.results),
        "question": {
            "asks": told.question.asks, "subject": told.question.subject, "term": told.question.term,
            "answers": [_asked_document(told.then), _asked_document(told.now)],
        },
        "audits": [
            {"name": one.plan.name, **one.written.document(), "verification": one.verification.document()}
            for one in told.audits
        ],
    }  # fmt: skip


def _asked_document(asked: Asked) -> dict[str, object]:
    return {"view": view_document(asked.view), "outcome": asked.term.outcome, "reason": asked.term.reason}
