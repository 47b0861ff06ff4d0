"""A span: characters of a text, counted from 0; and what was read in one."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Characters of a text, from ``start`` to before ``end``, counted from 0."""

    start: int
    end: int

    def holds(self, other: "Span") -> bool:
        """Whether another span lies within this one."""
        return self.start <= other.start and other.end <= self.end

    def meets(self, other: "Span") -> bool:
        """Whether the two share a character."""
        return self.start < other.end and other.start < self.end
