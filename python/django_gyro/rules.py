"""What Django validates of a field, as rules for a CSV file that others wrote.

Only what means the same to PostgreSQL, to the letter, is said; and nothing that the database enforces itself: lengths,
uniqueness, CHECK constraints and NOT NULL, which the loader reports row by row without being told.
"""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.core import validators
from django.db import models as fields

from . import model as models
from .declared import written
from .pattern import postgres

if TYPE_CHECKING:
    from django.db.models import Model


#: What an importer says itself of a column that the file is to have.
_OF_THE_FILE = {"from", "one_of", "pattern", "min", "max", "check", "expr"}


def add_rules(columns: dict[str, dict[str, Any]], model: type[Model]) -> None:
    """Add a model's rules to what an importer says of its columns, which goes before. A file need not have a column
    only because Django has rules for it."""
    for field in models.columns(model):
        name = models.column_name(field)
        said = columns.get(name, {})
        if (
            said.keys() & {"by", "expr", "ref", "cases", "each"}
            or models.is_generated(field)
            or models.reference(field)
        ):
            continue
        rules = {k: v for k, v in rules_of(field).items() if k not in said}
        if rules:
            optional = {} if said.keys() & _OF_THE_FILE else {"if_present": True}
            columns[name] = {**said, **rules, **optional}


def rules_of(field: Any) -> dict[str, Any]:
    """The rules of one field: one_of, pattern, min, max, check."""
    text = isinstance(field, (fields.CharField, fields.TextField)) and type(field).get_prep_value in _PLAIN_TEXT
    rules: dict[str, Any] = {}
    checks: list[str] = []
    if choices := [value for value, _ in field.flatchoices if value is not None]:
        if text and all(type(v) is str or isinstance(v, str) for v in choices):
            rules["one_of"] = _unique([*map(_plain, choices), *([""] if field.blank else [])])
        elif isinstance(field, fields.IntegerField) and all(
            isinstance(v, int) and not isinstance(v, bool) for v in choices
        ):
            checks.append(f"{_quoted(field)} IN ({', '.join(_unique([str(int(v)) for v in choices]))})")
    bounds: dict[str, list[Any]] = {"min": [], "max": []}
    patterns: list[str] = []
    for validator in [*field.default_validators, *field._validators]:
        kind = type(validator)
        limit = getattr(validator, "limit_value", None)
        if kind in (validators.MinValueValidator, validators.MaxValueValidator) and _bounds(field, limit):
            bounds["min" if kind is validators.MinValueValidator else "max"].append(limit)
        elif kind in (validators.MinLengthValidator, validators.MaxLengthValidator) and text and isinstance(limit, int):
            sign = ">=" if kind is validators.MinLengthValidator else "<="
            empty = f" OR {_quoted(field)} = ''" if kind is validators.MinLengthValidator and field.blank else ""
            checks.append(f"(char_length({_quoted(field)}) {sign} {limit}{empty})")
        elif (
            kind is validators.RegexValidator
            and text
            and not validator.inverse_match
            and (pattern := postgres(validator.regex)) is not None
        ):
            patterns.append(f"(?:{pattern})?" if field.blank else pattern)
    if bounds["min"]:
        rules["min"] = written(max(bounds["min"]))
    if bounds["max"]:
        rules["max"] = written(min(bounds["max"]))
    if len(patterns) == 1:
        rules["pattern"] = patterns[0]
    elif patterns:
        checks += [f"{_quoted(field)} ~ {_literal(f'^(?:{p})$')}" for p in patterns]
    if checks:
        rules["check"] = " AND ".join(checks)
    return rules


_PLAIN_TEXT = (fields.CharField.get_prep_value, fields.TextField.get_prep_value)


def _plain(value: str) -> str:
    """A choice as it is stored: of an enumeration its value."""
    return str.__str__(getattr(value, "value", value))


def _unique(values: list[str]) -> list[str]:
    return list(dict.fromkeys(values))


def _bounds(field: Any, limit: Any) -> bool:
    """Whether a limit can be said of the field's type: numbers of numbers, dates of dates."""
    if callable(limit) or isinstance(limit, bool):
        return False
    if isinstance(field, (fields.IntegerField, fields.DecimalField)):
        decimal = isinstance(limit, Decimal) and isinstance(field, fields.DecimalField)
        return isinstance(limit, int) or (decimal and limit.is_finite())
    if type(field) is fields.DateField:
        return type(limit) is datetime.date
    return False


def _quoted(field: Any) -> str:
    return '"' + models.column_name(field).replace('"', '""') + '"'


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
