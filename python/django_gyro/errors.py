"""What goes wrong, as the user reads it: the operation, the place, the problem and a hint, and never a row's value."""

from __future__ import annotations


class GyroError(Exception):
    """An operation that failed: what was done, on what, why, and what to do."""

    def __init__(self, operation: str, place: str, problem: str, hint: str = "") -> None:
        self.operation, self.place, self.problem, self.hint = operation, place, problem, hint
        super().__init__(operation, place, problem, hint)

    def __str__(self) -> str:
        text = " ".join(part for part in (self.operation, self.place) if part) + ": " + self.problem
        return f"{text} ({self.hint})" if self.hint else text


class QueryError(GyroError, ValueError):
    """A query that can't be compiled. It quotes no parameter: Django's own error, which may, is not chained to it."""


class NotAQueryError(QueryError, TypeError):
    """What should be a QuerySet is none."""
