"""A path: where a column stands below a record, written as names with dots and choices between them.

``sourceObjects[type=Location].name`` is the ``name`` of those objects of the array ``sourceObjects`` whose ``type`` is
``Location``. There is no more to the language than that.
"""

import re
from typing import Final

_STEP: Final = re.compile(r"([^.\[\]=]+)((?:\[[^\[\]=]+=[^\[\]]*\])*)(?:\.|$)")
_CHOICE: Final = re.compile(r"\[([^\[\]=]+)=([^\[\]]*)\]")

Step = tuple[str, tuple[tuple[str, str], ...]]
"""A member's name, and what the objects of its array must say to be meant."""


def parse_path(text: str) -> tuple[Step, ...]:
    """Return the steps of a path.

    Raises:
        ValueError: it is no path.
    """
    steps: list[Step] = []
    at = 0
    while at < len(text):
        match = _STEP.match(text, at)
        if match is None:
            break
        steps.append((match[1], tuple((name, said) for name, said in _CHOICE.findall(match[2]))))
        at = match.end()
    if not steps or at < len(text) or text.endswith("."):
        raise ValueError(f"{text!r} is no path; write names with dots between, and [member=text] to choose")
    return tuple(steps)
