"""A sandbox: a process of its own that reads one workbook, with a limit on its memory and its time.

What reads workbooks is fast, and a damaged or hostile file makes it panic or ask for more memory than there is; whoever
reads evidence must outlive that. So this file is run as a program: it is given a path and the name of a sheet (or
none), and writes lines of JSON: the sheet, its merged areas, then the cells of each row as text; or why it refuses.
It imports nothing of ours. Needs python-calamine.
"""

import json
import resource
import sys
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

MEMORY: Final = 4 << 30
"""Bytes of address space that reading may take."""

SECONDS: Final = 600
"""Seconds of a processor that reading may take."""

EXACT: Final = 2**53
"""From here on a workbook's numbers no longer count by ones."""


def cell_text(value: object) -> str:
    """Return the text of a cell: numbers with the digits that a workbook holds, days as days."""
    if isinstance(value, str):
        return value.replace("\0", "").strip()
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time().isoformat() == "00:00:00" else value.isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def _number(value: float) -> str:
    """Return a number of a workbook as text; one too large to be exact gets an exponent, which is refused later."""
    if value.is_integer():
        return str(int(value)) if abs(value) < EXACT else f"{value:e}"
    return format(Decimal(f"{value:.15g}"), "f")


def read(path: str, wanted: str) -> None:
    """Write what a workbook holds."""
    import python_calamine as calamine  # noqa: PLC0415  (an extra; this program alone needs it)

    try:
        book = calamine.load_workbook(path)
        names = [one.name for one in book.sheets_metadata if one.typ == calamine.SheetTypeEnum.WorkSheet]
        shown = [one.name for one in book.sheets_metadata if one.visible == calamine.SheetVisibleEnum.Visible]
        chosen = _chosen(names, [name for name in names if name in shown], wanted)
        if chosen.startswith("!"):
            _write({"refusal": chosen[1:]})
            return
        _write({"name": chosen})
        sys.stdout.flush()  # whoever asked looks at the sheet while it is laid out here
        sheet = book.get_sheet_by_name(chosen)
        left = sheet.start[1] if sheet.start is not None else 0
        _write({"merged": getattr(sheet, "merged_cell_ranges", None) or []})
        for values in sheet.iter_rows():
            _write([""] * left + [cell_text(value) for value in values])
    except calamine.PasswordError:
        _write({"refusal": "needs a password; save it without one"})
    except calamine.CalamineError as error:
        said = " ".join(str(error).split())[:160]
        _write({"refusal": f"is not a workbook that can be read ({said}); has it a password? save it anew without"})


def _chosen(names: list[str], shown: list[str], wanted: str) -> str:
    """Return the sheet that is named, or the only one that is shown; else why there is none, after a mark."""
    listed = ", ".join(repr(name[:40]) for name in names[:20])
    if wanted:
        return wanted if wanted in names else f"!has no sheet {wanted!r}; its sheets are {listed}"
    if len(shown) == 1:
        return shown[0]
    return f"!has {len(shown)} sheets ({listed}); name the one that is meant in the mapping (table.sheet)"


def _write(value: Any) -> None:  # noqa: ANN401  (JSON is anything)
    sys.stdout.write(json.dumps(value) + "\n")


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    read(sys.argv[1], sys.argv[2])
