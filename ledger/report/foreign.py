"""Text from outside, on its way into a page: nothing of it acts, and nothing of it hides.

A report quotes parties, titles, addresses and file names that strangers wrote. Escaping for HTML is the template's;
here are the two things it does not do: characters that turn, hide or break the text around them are made visible, and
an address becomes a link only where it is plainly one of the web.
"""

import re
import unicodedata
from typing import Final
from urllib.parse import urlsplit

_ACTS: Final = frozenset({"Cc", "Cf", "Co", "Cs", "Zl", "Zp"})
_LAYOUT: Final = frozenset("\n\t")
_ADDRESS: Final = re.compile(r"[Hh][Tt][Tt][Pp][Ss]?://[!#-;=?-\[\]_a-z~%]{1,2000}")


def visible(text: str) -> str:
    """Return the text with every control, format, private or lone surrogate character written out, as ``[U+202E]``.

    The bidirectional controls are among them: a quotation cannot turn the sentence in which it stands.

    Source: Unicode Standard Annex 9, §2; Unicode Technical Report 36, §2.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        f"[U+{ord(character):04X}]" if _acts(character) and character not in _LAYOUT else character
        for character in text
    )


def web_address(text: str) -> str | None:
    """Return the address where it is one of the web, whole and in ASCII, without a user's name in it; else null."""
    if not _ADDRESS.fullmatch(text):
        return None
    try:
        parts = urlsplit(text)
        parts.port  # noqa: B018  # a port that is no number is refused on reading it
    except ValueError:
        return None
    return text if parts.hostname and "@" not in parts.netloc else None


def _acts(character: str) -> bool:
    return unicodedata.category(character) in _ACTS


FORMULA: Final = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""How a text begins that a spreadsheet would reckon with; the last four are their full-width forms."""


def spreadsheet_text(text: str) -> str:
    """Return a text from outside on one line, as a spreadsheet may be given it: nothing in it is a formula."""
    plain = " ".join(visible(text).split())
    return f"'{plain}" if plain.startswith(FORMULA) else plain
