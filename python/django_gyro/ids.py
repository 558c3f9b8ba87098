"""Which ids rows get where they are loaded. Whatever they are, references follow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


class IDs:
    """A strategy; by itself none. It names fields of the model, or columns of its table."""

    def columns(self) -> tuple[str, ...]:
        """The names of fields or columns that the strategy knows rows by."""
        return ()

    def document(self, columns: list[str]) -> Any:
        """The strategy as the engine reads it; columns are those of :meth:`columns`, as the database calls them."""
        raise NotImplementedError

    def problem(self) -> str:
        """What is contradictory in the strategy itself, or an empty text."""
        return ""


@dataclass(frozen=True)
class Keep(IDs):
    """The ids of the slice."""

    def document(self, columns: list[str]) -> Any:  # noqa: ARG002
        return "keep"


@dataclass(frozen=True)
class Sequential(IDs):
    """New ids, as the database gives them: of the sequence, a default, or a random uuid."""

    def document(self, columns: list[str]) -> Any:  # noqa: ARG002
        return "sequential"


@dataclass(frozen=True)
class MaxPlusOne(IDs):
    """The highest id that the target has, plus one, two and so on: for numbers that no sequence gives."""

    def document(self, columns: list[str]) -> Any:  # noqa: ARG002
        return "max+1"


@dataclass(frozen=True)
class _ByColumns(IDs):
    names: tuple[str, ...]

    def __init__(self, *names: str) -> None:
        object.__setattr__(self, "names", names)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(map(repr, self.names))})"

    def columns(self) -> tuple[str, ...]:
        return self.names

    def problem(self) -> str:
        if not self.names or not all(isinstance(name, str) and name for name in self.names):
            return f'{type(self).__name__} takes the names of fields: {type(self).__name__}("slug")'
        if len(set(self.names)) < len(self.names):
            return f"{type(self).__name__} names a field twice"
        return ""


class NaturalKey(_ByColumns):
    """Rows are known by other columns: one that is there is reused under its own id, the rest get new ones."""

    def document(self, columns: list[str]) -> Any:
        return {"natural": columns}


class Derived(_ByColumns):
    """Uuids computed from the natural key: the same rows get the same ids wherever they are loaded."""

    def document(self, columns: list[str]) -> Any:
        return {"derived": columns}


@dataclass(frozen=True, init=False)
class Fixed(IDs):
    """The new id of each row by its old one: Fixed({1060: 10})."""

    pairs: Mapping[Any, Any]

    def __init__(self, pairs: Mapping[Any, Any]) -> None:
        object.__setattr__(self, "pairs", dict(pairs) if isinstance(pairs, Mapping) else pairs)

    def __hash__(self) -> int:
        return hash(tuple(self.pairs.items()))

    def __repr__(self) -> str:
        return f"Fixed(<{len(self.pairs)} ids>)"

    def document(self, columns: list[str]) -> Any:  # noqa: ARG002
        return {"fixed": {str(old): str(new) for old, new in self.pairs.items()}}

    def problem(self) -> str:
        if not isinstance(self.pairs, Mapping) or not self.pairs:
            return "Fixed takes old and new ids: Fixed({1060: 10})"
        news = [str(new) for new in self.pairs.values()]
        if None in self.pairs or None in self.pairs.values():
            return "Fixed: an id can't be None"
        return "Fixed gives two rows the same id" if len(set(news)) < len(news) else ""


@dataclass(frozen=True)
class Offset(IDs):
    """A number is added to every id: 7 becomes 1000007 by Offset(1000000)."""

    distance: int

    def document(self, columns: list[str]) -> Any:  # noqa: ARG002
        return {"offset": self.distance}

    def problem(self) -> str:
        if not isinstance(self.distance, int) or isinstance(self.distance, bool):
            return "Offset takes a whole number"
        return "" if self.distance else "an offset of 0 gives no new ids"
