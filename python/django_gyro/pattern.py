"""A regular expression of Python as one of PostgreSQL that takes just the same texts, or none."""

from __future__ import annotations

import re
import sys
from typing import Any

if sys.version_info >= (3, 11):
    from re import _constants as sre  # type: ignore[attr-defined]
    from re import _parser as parser
else:
    import sre_constants as sre
    import sre_parse as parser

#: Classes that mean the same with re.ASCII; without it Python's hold the digits and letters of all scripts.
CLASSES = {sre.CATEGORY_DIGIT: "0-9", sre.CATEGORY_WORD: "A-Za-z0-9_"}
MOST = 255  # PostgreSQL's bound of {m,n}


class UntoldError(Exception):
    """A part of the expression can't be said."""


def postgres(regex: Any) -> str | None:
    """The expression that a whole text has to match where ``regex.search`` is to find it; None where there is none
    that is certainly the same."""
    if not isinstance(getattr(regex, "pattern", None), str) or regex.flags & ~(re.UNICODE | re.ASCII):
        return None
    try:
        parsed: list[Any] = parser.parse(regex.pattern, regex.flags).data
        begins = bool(parsed) and parsed[0] in _BEGINNING
        ends = bool(parsed) and parsed[-1][0] is sre.AT and parsed[-1][1] in _END
        tail = parsed[-1][1] if ends else None
        body = parsed[1 if begins else 0 : len(parsed) - 1 if ends else None]
        text = _sequence(body, bool(regex.flags & re.ASCII))
    except UntoldError:
        return None
    return (
        ("" if begins else ".*") + text + ("" if tail is sre.AT_END_STRING else "\\n?" if tail is sre.AT_END else ".*")
    )


_BEGINNING = ((sre.AT, sre.AT_BEGINNING), (sre.AT, sre.AT_BEGINNING_STRING))
_END = (sre.AT_END, sre.AT_END_STRING)


def _sequence(nodes: Any, only_ascii: bool) -> str:
    return "".join(_node(op, argument, only_ascii) for op, argument in nodes)


def _node(op: Any, argument: Any, only_ascii: bool) -> str:
    if op is sre.LITERAL:
        return _character(argument)
    if op is sre.NOT_LITERAL:
        return f"[^{_character(argument)}]"
    if op is sre.ANY:
        return r"[^\n]"
    if op is sre.IN:
        return _set(argument, only_ascii)
    if op is sre.BRANCH:
        return "(?:" + "|".join(_sequence(branch, only_ascii) for branch in argument[1]) + ")"
    if op is sre.SUBPATTERN and not argument[1] and not argument[2]:
        return f"(?:{_sequence(argument[3], only_ascii)})"
    if op in (sre.MAX_REPEAT, sre.MIN_REPEAT):
        least, most, inner = argument
        if least > MOST or (most is not sre.MAXREPEAT and most > MOST):
            raise UntoldError
        bounds = f"{least}," if most is sre.MAXREPEAT else f"{least},{most}"
        return f"(?:{_sequence(inner, only_ascii)}){{{bounds}}}"
    raise UntoldError


def _set(items: Any, only_ascii: bool) -> str:
    negated = bool(items) and items[0][0] is sre.NEGATE
    text = ""
    for op, argument in items[1:] if negated else items:
        if op is sre.LITERAL:
            text += _character(argument)
        elif op is sre.RANGE:
            text += f"{_character(argument[0])}-{_character(argument[1])}"
        elif op is sre.CATEGORY and only_ascii and argument in CLASSES:
            text += CLASSES[argument]
        else:
            raise UntoldError
    return f"[{'^' if negated else ''}{text}]"


def _character(code: int) -> str:
    """A character as itself where it is a letter or a digit, else by its number: it means nothing else then."""
    if code == 0 or 0xD800 <= code <= 0xDFFF:
        raise UntoldError
    if code < 128 and chr(code).isalnum():
        return chr(code)
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
