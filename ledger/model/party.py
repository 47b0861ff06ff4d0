"""A party: who promises, or is promised to. States, unions, organisations, companies.

Never a natural person (design §2.2).
"""

from typing import Annotated, Final, Literal

from pydantic import Field, StringConstraints

from ledger.model.value import Day, Language, Slug, Source, Text, Value

ALPHA_2: Final = "iso-3166-alpha-2"
"""The classification of the codes that a party itself carries."""

NAME: Final = "name"
"""The system of the names that parties carry, in whatever language, for publishers who write them out."""

PartySystem = Literal["iso-3166-alpha-2", "iso-3166-alpha-3", "m49", "un-comtrade-area", "name"]
"""Words by which publishers name parties.

Codes of the first system and names are a party's own; a table leads from the other codes to those of the first.
"""


class Member(Value):
    """A party inside another, with the days between which it belongs."""

    party: Slug
    since: Day | None = None
    until: Day | None = None


class Party(Value):
    """Somebody who can owe or be owed: its names by language and its public identifiers."""

    kind: Literal["state", "union", "organisation", "company", "body"]
    names: Annotated[dict[Language, Text], Field(min_length=1, max_length=50)]
    iso3166: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")] | None = None
    lei: Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{18}[0-9]{2}$")] | None = None
    members: Annotated[tuple[Member, ...], Field(max_length=500)] = ()
    source: Source | None = None
