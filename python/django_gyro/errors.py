"""What goes wrong, as the user reads it: the operation, the place, the problem and a hint, and never a row's value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


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


@dataclass(frozen=True)
class Mistake:
    """One thing that is declared wrong. Its code is that of the system check that tells it too."""

    code: str  # "E002"
    place: str  # 'ShopImporter, column "site"'
    problem: str
    hint: str = ""
    obj: Any = None  # what the system check points at: an importer, or a model

    def __str__(self) -> str:
        text = f"{self.place}: {self.problem}"
        return f"{text} ({self.hint})" if self.hint else text


class DeclarationError(GyroError, ValueError):
    """Importers that are declared wrong. All mistakes that were found are in it."""

    def __init__(self, mistakes: Iterable[Mistake]) -> None:
        self.mistakes: Sequence[Mistake] = tuple(mistakes)
        first = self.mistakes[0]
        super().__init__("declare", first.place, first.problem, first.hint)

    def __str__(self) -> str:
        return "\n".join(f"declare {mistake}" for mistake in self.mistakes)


class NoModelError(DeclarationError, AttributeError):
    """An importer without a model."""


class NotAModelError(DeclarationError, TypeError):
    """What should be a model is none."""


class SecondImporterError(DeclarationError):
    """A second importer for one model."""
