"""A text with the placeholders of Python's drivers, %s and %(name)s, as one with PostgreSQL's, $1::type.

The rule of this file: values do not come into the text. A % that stands for itself is written %%, as everywhere in
Django, and only where there are parameters.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from .parameter import Adapt, CannotSendError, Parameter, together

# So many values in one IN become an array: the server takes thousands of arguments slowly, and an array at once.
MANY = 100
PLACEHOLDER = re.compile(
    rf"""(?P<in> (?<!NOT\ ) \bIN\ \( %s (?:,\ %s){{{MANY - 1},}} \) )
      | (?P<tuples> (?<!NOT\ ) \bIN\ \( (?P<tuple> \( %s (?:,\ %s)* \) ) (?:,\ (?P=tuple)){{{MANY - 1},}} \) )
      | (?P<one> %s )
      | %\( (?P<name> [^()]* ) \)s
      | (?P<percent> %% )
      | %""",
    re.VERBOSE,
)
# Where a $1 is none: in strings, quoted names, comments, and in names.
OWN_DOLLAR = re.compile(
    r"""[eE]'(?:[^'\\]|\\.|'')*' | '(?:[^']|'')*' | "(?:[^"]|"")*" | (\$(?:[^\W\d]\w*)?\$).*?\1
      | --[^\n]* | /\*.*?\*/ | [^\W\d][\w$]* | (?P<dollar>\$\d)""",
    re.VERBOSE | re.DOTALL,
)


class TextError(Exception):
    """A text that can't be numbered: the problem and a hint."""


Values = Sequence[Any] | Mapping[str, Any] | None


def number(sql: str, values: Values, adapt: Adapt) -> tuple[str, list[str | None]]:
    """Gives the text with $1, $2, … and the arguments. Without values (None) a % stands for itself."""
    if "$" in sql and any(m["dollar"] for m in OWN_DOLLAR.finditer(sql)):
        raise TextError(
            "the SQL has a $1 of its own, which would be taken for a parameter", "write %s, and its value in params"
        )
    if values is None:
        return sql, []
    numbering = _Numbering(sql, values, adapt)
    text = PLACEHOLDER.sub(numbering.placeholder, sql)
    numbering.end()
    return text, numbering.args


class _Numbering:
    def __init__(self, sql: str, values: Sequence[Any] | Mapping[str, Any], adapt: Adapt) -> None:
        self.values, self.adapt = values, adapt
        self.args: list[str | None] = []
        self.taken = 0
        self.numbers: dict[Parameter, int] = {}
        # An expression stands in GROUP BY as it stands in SELECT only if its parameters are the same ones.
        self.grouped = "GROUP BY" in sql.upper() or "DISTINCT" in sql.upper()

    def placeholder(self, match: re.Match[str]) -> str:
        if match["percent"]:
            return "%"
        if match["one"]:
            return self.write(self.parameter(self.next()))
        if match["name"] is not None:
            return self.write(self.parameter(self.named(match["name"])))
        if match["in"]:
            return self.membership(match["in"])
        if match["tuples"]:
            return self.rows(match["tuples"], match["tuple"].count("%s"))
        raise TextError("a % in the SQL stands for no parameter", "write %% for a % that stands for itself")

    def membership(self, text: str) -> str:
        parameters = [self.parameter(self.next()) for _ in range(text.count("%s"))]
        array = together(parameters)
        if array is None:
            return "IN (" + ", ".join(map(self.write, parameters)) + ")"
        return f"= ANY ({self.write(array)})"

    def rows(self, text: str, width: int) -> str:
        parameters = [self.parameter(self.next()) for _ in range(text.count("%s"))]
        columns = [together(parameters[i::width]) for i in range(width)]
        if all(column and column.type for column in columns):
            return f"IN (SELECT * FROM unnest({', '.join(self.write(column) for column in columns if column)}))"
        written = iter(map(self.write, parameters))
        return "IN (" + ", ".join("(" + ", ".join(group) + ")" for group in zip(*[written] * width, strict=True)) + ")"

    def write(self, parameter: Parameter) -> str:
        shared = self.grouped or parameter.type
        n = self.numbers.get(parameter) if shared else None
        if n is None:
            self.args.append(parameter.text)
            n = self.numbers[parameter] = len(self.args)
        return f"${n}::{parameter.type}" if parameter.type else f"${n}"

    def next(self) -> Any:
        if isinstance(self.values, Mapping):
            raise TextError("the SQL has %s, and its parameters are named", "write %(name)s")
        if self.taken == len(self.values):
            raise TextError(f"the SQL has more placeholders than the {len(self.values)} parameters")
        self.taken += 1
        return self.values[self.taken - 1]

    def named(self, name: str) -> Any:
        if not isinstance(self.values, Mapping):
            raise TextError(f"the SQL has %({name})s, and its parameters have no names", "write %s, or give a dict")
        if name not in self.values:
            raise TextError(f"the parameters have no {name!r}")
        return self.values[name]

    def parameter(self, value: Any) -> Parameter:
        try:
            return self.adapt(value)
        except CannotSendError as err:
            which = f"parameter {self.taken}" if self.taken else "a parameter"
            raise TextError(f"{which} can't be sent: {err}") from None

    def end(self) -> None:
        if not isinstance(self.values, Mapping) and self.taken < len(self.values):
            raise TextError(f"the SQL has {self.taken} placeholders, and {len(self.values)} parameters are given")
