"""The first story, as data: what was promised, what was said of it, and what the world recorded; no verdict anywhere.

``story.toml`` says what is recorded in which order; ``story/`` holds the drafts, ``figures/`` the tables, ``STORY.md``
tells it in words. This room only hands out bytes: it signs nothing, reads no meaning, and knows no other room.

Source: issue of the first story, point 7.
"""

import tomllib
from importlib import resources
from importlib.resources.abc import Traversable
from typing import NamedTuple


class DraftFile(NamedTuple):
    """A file of drafts as people wrote them."""

    name: str
    raw: bytes


class FigureFile(NamedTuple):
    """A table of figures, with the name of the mapping that reads it.

    Attributes:
        published: the day of publication where the table does not say it; null leaves it to the importer.
        role: of the publisher towards the pledges. ``copy_read`` and ``how``: which copy was read, and how.
    """

    name: str
    raw: bytes
    format: str
    published: str | None
    role: str
    copy_read: str
    how: str


class Question(NamedTuple):
    """A question about one term whose answer depends on the day it is asked as of."""

    asks: str
    subject: str
    term: str
    as_of: str


class AuditPlan(NamedTuple):
    """An audit to be written: the name of its files, its title, and its subjects."""

    name: str
    title: str
    subjects: tuple[str, ...]


class Story(NamedTuple):
    """Everything the demonstration records, in order.

    Attributes:
        view: the as-of date, which is the day of the last evidence.
    """

    view: str
    drafts: tuple[DraftFile, ...]
    figures: tuple[FigureFile, ...]
    question: Question
    audits: tuple[AuditPlan, ...]


def load() -> Story:
    """Return the story, read from beside this file, in a checkout or in an installed wheel alike."""
    home = resources.files(__name__)
    manifest = tomllib.loads((home / "story.toml").read_text(encoding="utf-8"))
    return Story(
        view=manifest["view"],
        drafts=tuple(DraftFile(name, (home / "story" / name).read_bytes()) for name in manifest["drafts"]),
        figures=tuple(_figures(home / "figures", entry) for entry in manifest["figures"]),
        question=Question(**manifest["question"]),
        audits=tuple(AuditPlan(one["name"], one["title"], tuple(one["subjects"])) for one in manifest["audits"]),
    )


def _figures(folder: Traversable, entry: dict[str, str]) -> FigureFile:
    return FigureFile(
        name=entry["file"],
        raw=(folder / entry["file"]).read_bytes(),
        format=entry["format"],
        published=entry.get("published"),
        role=entry["role"],
        copy_read=entry["copy_read"],
        how=entry["how"],
    )
