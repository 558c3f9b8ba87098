"""What may stand in an importer's ``class Columns``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, TypeAlias

from django.db.models import Model

if TYPE_CHECKING:
    from collections.abc import Callable
    from decimal import Decimal

    from typing_extensions import Self

#: A model, or its name: "accounts.Tenant"; "self" is the importer's own.
ModelOrName: TypeAlias = "type[Model] | str"

MISSING = ("restrict", "include", "set_null")


def is_model(value: Any) -> bool:
    return isinstance(value, type) and issubclass(value, Model) and value is not Model


@dataclass(frozen=True)
class Case:
    """One kind of a polymorphic reference: rows for which ``when``, SQL over the row, is true refer to ``ref``."""

    when: str
    ref: ModelOrName
    to: str | None = None


@dataclass(frozen=True)
class Column:
    """What is to be known of a column.

    The first three are about references, and their model is what Django says; the others are for CSV files that
    others wrote, and docs/csv.md says what they mean. Default of each: nothing is said.
    """

    missing: str | None = None  # restrict, include or set_null: of a row whose referred row was not selected
    follow: bool | None = None  # rows that refer to included rows are included as well
    expr: str | None = None  # SQL over "value" that gives what is to be loaded
    mask: Fake | Mask | None = None  # what stands in the value's place

    from_: str | None = None  # the header; default: the column's name
    by: Mapping[str, str] | None = None  # field of the referred model: header
    create_missing: bool | None = None  # make the row that by does not find
    default: str | int | Decimal | bool | None = None
    one_of: Sequence[str | int] | None = None
    pattern: str | None = None  # PostgreSQL's regular expression, of the whole value
    min: Any = None
    max: Any = None
    check: str | None = None  # SQL over the columns of the file
    if_present: bool | None = None  # the rules hold only of a file that has the column

    trim: bool | None = None
    nulls: Sequence[str] | None = None
    empty: str | None = None  # null, text or unquoted
    decimal: str | None = None
    thousands: str | None = None
    currency: str | None = None
    percent: bool | None = None
    negative: str | None = None  # front, behind or parentheses
    date: str | None = None
    language: str | None = None
    true: Sequence[str] | None = None
    false: Sequence[str] | None = None

    def problems(self) -> Iterator[tuple[str, str]]:
        """Problem and hint of each contradiction in the column itself."""
        for name in sorted(self.said()):
            value, kind = getattr(self, name), _KINDS.get(name, "text")
            if not _TYPES[kind](value):
                yield f"{name.rstrip('_')} must be {_WORDS[kind]}", ""
        for name, words in _CHOICES.items():
            value = getattr(self, name)
            if value is not None and value not in words:
                yield f"{name} must be one of these", f"{', '.join(words[:-1])} or {words[-1]}"
        if self.follow and self.missing not in (None, "restrict"):
            yield f"follow is set, and missing={self.missing!r}", "rows follow by a reference that restricts"
        if isinstance(self.mask, _Named) and (problem := self.mask.problem()):
            yield f"mask: {problem}", _AS_LISTED
        if self.by is not None and not self.by:
            yield "by is empty", 'by={"subdomain": "Tenant"}: a field of the referred model, and the header'

    def said(self) -> set[str]:
        """The names of what is set."""
        return {f.name for f in fields(self) if getattr(self, f.name) is not None}


@dataclass(frozen=True)
class Ref(Column):
    """A reference, and the model that it leads to. It is checked: Django must know of it, or it is ``soft``."""

    # The fields of a base come first, so that the model, which is to be the first argument, is set by hand.
    ref: ModelOrName | None = None
    over: Sequence[str] | None = None  # the fields of a composite reference; default: the key's own
    to: str | Sequence[str] | None = None  # the fields referred to; default: what Django says, or the primary key
    soft: bool | None = None  # no foreign key of the database stands behind it
    each: bool | None = None  # the column is an array, each of whose elements refers
    cases: Sequence[Case] | None = None  # a polymorphic reference, in the model's place

    def __init__(
        self,
        ref: ModelOrName | None = None,
        *,
        over: Sequence[str] | None = None,
        to: str | Sequence[str] | None = None,
        soft: bool | None = None,
        each: bool | None = None,
        cases: Sequence[Case] | None = None,
        **column: Any,
    ) -> None:
        Column.__init__(self, **column)
        for name, value in {"ref": ref, "over": over, "to": to, "soft": soft, "each": each, "cases": cases}.items():
            object.__setattr__(self, name, value)

    def problems(self) -> Iterator[tuple[str, str]]:
        yield from super().problems()
        if self.ref is None and not self.cases:
            yield "Ref names no model", "Ref(Tenant), or Column(…) for what is to be known besides the model"
        if self.ref is not None and self.cases:
            yield "Ref has both a model and cases", "keep one"
        if self.each and (self.over or self.missing or self.follow):
            yield "each is set, and over, missing or follow", "elements of an array restrict and include nothing"
        if self.cases and not all(isinstance(case, Case) for case in self.cases):
            yield "cases are to be Case(when=…, ref=…)", 'Case(when="kind = 7", ref=Shop)'


class _Named:
    """A mask by its name; settings by name, or values in their order. docs/masking.md lists all."""

    key = ""

    def __init__(self, name: str, *values: Any, **settings: Any) -> None:
        self.name, self.values, self.settings = name, values, settings
        self.further: dict[str, Any] = {}

    def when(self, condition: str) -> Self:
        """Mask only the rows in which a condition of SQL is not false."""
        return self._and("when", condition)

    def _and(self, key: str, value: str) -> Self:
        other = copy(self)
        other.further = {**self.further, key: value}
        return other

    def problem(self) -> str:
        if not isinstance(self.name, str) or not self.name:
            return "it has no name"
        if not all(isinstance(value, str) and value for value in self.further.values()):
            return f"{' and '.join(self.further)} must be a text"
        return "its settings are given by name, and in their order" if self.values and self.settings else ""

    def document(self) -> dict[str, Any]:
        said = self.settings or list(self.values)
        return {self.key: {self.name: said} if said else self.name, **self.further}


class Fake(_Named):
    """A value that is made up from the row's key: ``Fake("email")``, ``Fake("city", country="DE")``."""

    key = "fake"

    def by_value(self, domain: str) -> Self:
        """Write the same for the same value, in all columns that name the domain."""
        return self._and("domain", domain)


class Mask(_Named):
    """What the source computes in a value's place: ``Mask("partial", 0, 4)``; ``Mask("keep")`` keeps it."""

    key = "mask"

    def document(self) -> dict[str, Any]:
        return {"keep": True, **self.further} if self.name == "keep" else super().document()

    @staticmethod
    def json(paths: Mapping[str, Part]) -> Mask:
        """Mask what stands at paths of a document: ``Mask.json({"$.name": Fake("name"), "$.ssn": None})``."""
        return _Inside("json", paths)

    @staticmethod
    def elements(part: Part) -> Mask:
        """Mask each element of an array: ``Mask.elements(Fake("word"))``."""
        return _Inside("elements", part)

    @staticmethod
    def hstore(keys: Mapping[str, Part]) -> Mask:
        """Mask the values of an hstore's keys: ``Mask.hstore({"phone": Fake("phone"), "note": None})``."""
        return _Inside("hstore", keys)


#: What stands in the place of a part of a value; None is null.
Part: TypeAlias = "Fake | Mask | None"


class _Inside(Mask):
    """Masks of parts of a value, as docs/masking.md has them."""

    def __init__(self, name: str, parts: Any) -> None:
        super().__init__(name)
        self.parts = parts

    def problem(self) -> str:
        if self.name == "elements":
            return _part_problem(self.name, self.parts) or super().problem()
        if not isinstance(self.parts, Mapping) or not self.parts:
            return f'{self.name} is to be a dict, such as {{"{"$." * (self.name == "json")}name": Fake("name")}}'
        for place, part in self.parts.items():
            if not isinstance(place, str):
                return f"{self.name}: {place!r} is no text"
            if problem := _part_problem(place, part):
                return problem
        return super().problem()

    def document(self) -> dict[str, Any]:
        parts = {k: _part(v) for k, v in self.parts.items()} if isinstance(self.parts, Mapping) else _part(self.parts)
        return {self.name: parts, **self.further}


def _part(part: Part) -> dict[str, Any] | None:
    return None if part is None else part.document()


def _part_problem(place: str, part: Any) -> str:
    if part is None:
        return ""
    if not isinstance(part, (Fake, Mask)) or isinstance(part, _Inside):
        return f"{place} is to be a Fake, a Mask or None"
    if "when" in part.further:
        return f"{place}: when is said of the whole"
    return f"{place}: {problem}" if (problem := part.problem()) else ""


_AS_LISTED = 'Fake("email"), Mask("partial", 0, 4): docs/masking.md has them'


def _texts(value: Any) -> bool:
    return isinstance(value, (list, tuple)) and all(isinstance(v, (str, int)) for v in value)


_KINDS: dict[str, str] = {
    **dict.fromkeys(("follow", "create_missing", "trim", "percent", "soft", "each", "if_present"), "boolean"),
    **dict.fromkeys(("one_of", "nulls", "true", "false", "over"), "list"),
    **dict.fromkeys(("min", "max", "default", "cases"), "anything"),
    "by": "mapping",
    "ref": "model",
    "mask": "mask",
    "to": "names",
}
_TYPES: dict[str, Callable[[Any], bool]] = {
    "text": lambda v: isinstance(v, str) and bool(v.strip() or v == " "),
    "boolean": lambda v: isinstance(v, bool),
    "list": _texts,
    "mapping": lambda v: isinstance(v, Mapping) and all(isinstance(t, str) for pair in v.items() for t in pair),
    "model": lambda v: isinstance(v, str) or is_model(v),
    "names": lambda v: isinstance(v, str) or _texts(v),
    "mask": lambda v: isinstance(v, _Named),
    "anything": lambda _: True,
}
_WORDS = {
    "text": "a text",
    "boolean": "True or False",
    "list": "a list of texts",
    "mapping": "a dict of texts",
    "model": 'a model, or its name such as "accounts.Tenant"',
    "names": "the name of a field, or a list of them",
    "mask": 'a mask: Fake("email"), Mask("keep")',
}
_CHOICES = {
    "missing": MISSING,
    "empty": ("null", "text", "unquoted"),
    "negative": ("front", "behind", "parentheses"),
}
