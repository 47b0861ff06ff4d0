"""The routes under ``/v1``, by noun; here is what they share: the view that is asked for, and how they are described.

One word means one thing in commands, routes and schemas, and a route answers the document that its command prints with
``--json``. Source: design §3.
"""

from dataclasses import dataclass
from typing import Annotated, Any, Final

from fastapi import Depends, Query

from ledger.model.determination import View
from ledger.web.served import Served

JSON: Final = "application/json"


@dataclass(frozen=True, slots=True)
class Asked:
    """The view that a request asks for (R1).

    Attributes:
        as_of: the day; today, if not given.
        size: the log's first entries; all of them, if not given.
    """

    as_of: str | None
    size: int | None

    def view(self, state: Served) -> View:
        """Return the view.

        Raises:
            UsageError: the day is none, or the log is not of that size.
        """
        return state.ledger.view(self.as_of, self.size)

    @property
    def is_pinned(self) -> bool:
        """Whether nothing of it is left to the clock or to what is logged next."""
        return self.as_of is not None and self.size is not None


async def _asked(
    as_of: Annotated[
        str | None, Query(description="Only what was known on this day, YYYY-MM-DD; else today's, in UTC.")
    ] = None,
    size: Annotated[
        int | None, Query(ge=1, le=2**53 - 1, description="Only the log's first entries; else all of them.")
    ] = None,
) -> Asked:
    return Asked(as_of, size)


AskedView = Annotated[Asked, Depends(_asked)]
"""The view that a route is asked at: ``?as_of=&size=``."""


def told(description: str, example: object, *, media_type: str = JSON, status: int = 200) -> dict[int | str, Any]:
    """Return how an answer is described: in a sentence, and by an example."""
    schema: dict[str, Any] = {"type": "object"} if media_type == JSON else {"type": "string"}
    if media_type == JSON and isinstance(example, dict):
        schema |= {"required": sorted(example), "properties": {name: {} for name in example}}
    if isinstance(example, bytes):
        schema, example = {"type": "string", "format": "binary"}, None
    content = {"schema": schema, **({} if example is None else {"example": example})}
    return {status: {"description": description, "content": {media_type: content}}}


def view_key(state: Served, view: View) -> tuple[object, ...]:
    """Return all that an answer at a view depends on: what was erased since is not there for an earlier view either."""
    return view.size, view.as_of, state.ledger.erasures()
