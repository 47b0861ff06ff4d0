"""The table of docs/second-verifier.md: which bundle of the vectors shows which finding, step by step."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from ledger.audit.check.code import BY_CODE
from scripts.bench.document import replaced
from scripts.book.told import table

PLACE: Final = Path("second-verifier.md")
INDEX: Final = Path(__file__).resolve().parents[2] / "tests" / "vectors" / "bundles" / "index.json"


def page(text: str) -> str:
    """Return the page with its table made anew."""
    bundles: list[dict[str, Any]] = json.loads(INDEX.read_bytes())["bundles"]
    return replaced(text, "vectors", table(("step", "essential finding", "bundle", "given beside it"), _rows(bundles)))


def _rows(bundles: list[dict[str, Any]]) -> Iterator[tuple[str, str, str, str]]:
    """Yield the good bundles first, and the bad ones in the order of the steps."""
    for one in sorted(bundles, key=lambda one: (_step(one), one["sound"] is False)):
        code = one["essential"]
        beside = one["policy"] or ("a charter's digest" if one["genesis"] else "")
        found = f"`{code}`" if code else "sound" if one["sound"] else "unsound"
        yield (
            str(_step(one) or "all"),
            found,
            f"`{one['file']}`: {one['about']}",
            f"`{beside}`" if one["policy"] else beside,
        )


def _step(one: dict[str, Any]) -> int:
    code = one["essential"]
    return BY_CODE[code].step if code in BY_CODE else 0
