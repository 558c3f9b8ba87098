"""A parameter of a query, as PostgreSQL reads it: a text, and the type that it is cast to.

The rule of this file: a parameter means what Django's own cursor would have sent for it. Django puts literals into the
text: a bare number is an integer, a bigint or a numeric by its size, a text is of the type that its place asks for, and
all else says its type. No connection is needed for any of it.

The engine's sessions are in UTC, as Django's are by default. Where Django's are elsewhere (USE_TZ = False), a moment
without a zone is sent with it, and what else hangs on the session's zone is refused.
"""

from __future__ import annotations

import datetime
import decimal
import math
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

NUMBERS = ("integer", "bigint", "numeric")  # each holds those before it
TEXT_OID = 25
UTC = {"UTC", "Etc/UTC", "GMT", "Etc/GMT"}


class CannotSendError(Exception):
    """A value that has no text form here. Its text names types, and never the value."""


@dataclass(frozen=True, slots=True)
class Parameter:
    text: str | None  # None is NULL
    type: str = ""  # as SQL names it; "": what its place asks for


Adapt = Callable[[Any], Parameter]


def adapter(use_tz: bool, timezone: datetime.tzinfo | None, session: str = "UTC") -> Adapt:
    """What turns values into parameters, for the psycopg that Django uses. session is its sessions' zone."""
    from django.db.backends.postgresql import psycopg_any

    special = _psycopg3(psycopg_any, use_tz, timezone) if psycopg_any.is_psycopg3 else _psycopg2(psycopg_any)

    def adapt(value: Any) -> Parameter:
        parameter = None if session in UTC else _in_zone(value, session, adapt)
        parameter = parameter or _plain(value, adapt) or special(value, adapt)
        if parameter.text is not None and "\0" in parameter.text:
            raise CannotSendError("it holds a NUL character, which no text of PostgreSQL's can")
        return parameter

    return adapt


def together(parameters: Sequence[Parameter]) -> Parameter | None:
    """One array instead of many parameters; None where they do not go together."""
    types = {p.type for p in parameters}
    if types <= set(NUMBERS):
        types = {max(types, key=NUMBERS.index)}
    if len(types) != 1 or any(p.text is None for p in parameters) or next(iter(types)).endswith("[]"):
        return None
    one = next(iter(types))
    return Parameter(_array(p.text for p in parameters), one and one + "[]")


def _plain(value: Any, adapt: Adapt) -> Parameter | None:
    """What both drivers take alike; None for what is left to them."""
    if value is None:
        return Parameter(None)
    if isinstance(value, bool):
        return Parameter("true" if value else "false", "boolean")
    if isinstance(value, int):
        return _whole(int(value))
    if isinstance(value, float):
        # A bare number with a point is a numeric for PostgreSQL.
        value = float(value)
        return Parameter(repr(value), "numeric" if math.isfinite(value) else "double precision")
    if isinstance(value, decimal.Decimal):
        text = "NaN" if value.is_nan() else str(value)
        return _whole(int(text)) if text.lstrip("-").isdecimal() else Parameter(text, "numeric")
    if isinstance(value, str):
        return Parameter(str.__str__(value))
    if isinstance(value, (bytes, bytearray, memoryview)):
        return Parameter("\\x" + bytes(value).hex(), "bytea")
    if isinstance(value, uuid.UUID):
        return Parameter(str(value), "uuid")
    if isinstance(value, dict):  # JSON comes wrapped: this is an hstore
        return Parameter(_hstore(value))
    if isinstance(value, (list, tuple)) and any(
        isinstance(leaf, (bytes, bytearray, memoryview)) for leaf in _leaves(value)
    ):
        return _list(value, adapt)
    return None


def _in_zone(value: Any, session: str, adapt: Adapt) -> Parameter | None:
    """What means something else in another session's zone; PostgreSQL itself reads the zone, for its rules of gaps."""
    if isinstance(value, datetime.datetime) and value.tzinfo is None:
        return Parameter(f"{value.isoformat(' ')} {session}", "timestamptz")
    if isinstance(value, datetime.timedelta) and abs(value) >= datetime.timedelta(days=1):
        raise CannotSendError(f"days are counted in the session's time zone, {session}, and the engine's is UTC")
    if isinstance(value, (list, tuple)) and any(isinstance(leaf, datetime.datetime) for leaf in _leaves(value)):
        return _list(value, adapt)
    bounds = (getattr(value, "lower", None), getattr(value, "upper", None))
    if any(isinstance(bound, datetime.datetime) and bound.tzinfo is None for bound in bounds):
        raise CannotSendError(f"a range of moments without a time zone is one of {session}, and the engine's is UTC")
    return None


def _whole(value: int) -> Parameter:
    if -(2**31) <= value < 2**31:
        return Parameter(str(value), "integer")
    return Parameter(str(value), "bigint" if -(2**63) <= value < 2**63 else "numeric")


def _psycopg3(psycopg_any: Any, use_tz: bool, timezone: datetime.tzinfo | None) -> Callable[[Any, Adapt], Parameter]:
    import psycopg
    from psycopg.adapt import PyFormat, Transformer

    adapters = psycopg_any.get_adapters_template(use_tz, timezone)
    transformer = Transformer.from_context(SimpleNamespace(adapters=adapters, connection=None))

    def name(oid: int) -> str:
        known = adapters.types.get(oid)
        if not oid or oid == TEXT_OID or known is None:
            return ""
        return str(known.regtype) + ("[]" if oid == known.array_oid else "")

    def special(value: Any, adapt: Adapt) -> Parameter:
        if isinstance(value, psycopg.Binary):
            return adapt(value.obj)
        try:
            dumper = transformer.get_dumper(value, PyFormat.TEXT)
            text = dumper.dump(value)
        except (psycopg.Error, ValueError, TypeError, OverflowError):
            text = dumper = None  # told below, where the value is not in the error's chain
        if dumper is None or text is None:
            raise CannotSendError(f"psycopg has no text form of this {_kind(value)}")
        return Parameter(bytes(text).decode(), name(dumper.oid))

    return special


def _psycopg2(psycopg_any: Any) -> Callable[[Any, Adapt], Parameter]:
    import psycopg2
    from psycopg2.extras import Json

    jsonb = "" if psycopg_any.Jsonb is Json else "jsonb"  # Django 4.2 says no type
    # Subclasses before what they extend.
    forms: list[tuple[type[Any], Callable[[Any], Parameter | None]]] = [
        (datetime.datetime, lambda v: Parameter(v.isoformat(" "), "timestamptz" if v.tzinfo else "timestamp")),
        (datetime.date, lambda v: Parameter(v.isoformat(), "date")),
        (datetime.time, lambda v: Parameter(v.isoformat(), "timetz" if v.tzinfo else "time")),
        (datetime.timedelta, lambda v: Parameter(f"{v.days} days {v.seconds}.{v.microseconds:06} seconds", "interval")),
        (psycopg_any.Jsonb, lambda v: Parameter(v.dumps(v.adapted), jsonb)),
        (Json, lambda v: Parameter(v.dumps(v.adapted))),
        (psycopg_any.Inet, lambda v: Parameter(v.addr, "inet")),
        (psycopg_any.DateRange, lambda v: Parameter(_range(v), "daterange")),
        (psycopg_any.DateTimeRange, lambda v: Parameter(_range(v), "tsrange")),
        (psycopg_any.DateTimeTZRange, lambda v: Parameter(_range(v), "tstzrange")),
        (psycopg_any.Range, lambda v: Parameter(_range(v))),
    ]
    binary = type(psycopg2.Binary(b""))

    def special(value: Any, adapt: Adapt) -> Parameter:
        if isinstance(value, binary):
            return adapt(value.adapted)
        if isinstance(value, (list, tuple)):
            return _list(value, adapt)
        for kind, form in forms:
            if isinstance(value, kind) and (parameter := form(value)):
                return parameter
        raise CannotSendError(f"there is no text form of this {_kind(value)}; with psycopg 3 there may be one")

    return special


def _kind(value: Any) -> str:
    return f"{type(value).__module__}.{type(value).__qualname__}"


def _leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, (list, tuple)):
        for item in value:
            yield from _leaves(item)
    else:
        yield value


def _list(value: Sequence[Any], adapt: Adapt) -> Parameter:
    """An array, of one type."""
    leaves = [adapt(leaf) for leaf in _leaves(value) if leaf is not None]
    types = {p.type for p in leaves}
    if types and types <= set(NUMBERS):
        types = {max(types, key=NUMBERS.index)}
    if len(types) > 1:
        raise CannotSendError(f"a list of several types: {', '.join(sorted(t or 'text' for t in types))}")
    one = next(iter(types), None)
    kind = "" if one is None else (one or "text") + "[]"

    def nest(item: Any) -> Any:
        return [nest(i) for i in item] if isinstance(item, (list, tuple)) else adapt(item).text

    return Parameter(_array(map(nest, value)), kind)


def _array(items: Any) -> str:
    """The text of an array. A quoted element is that text, whatever it holds."""

    def element(item: Any) -> str:
        if item is None:
            return "NULL"
        return _quoted(item) if isinstance(item, str) else _array(item)

    return "{" + ",".join(map(element, items)) + "}"


def _range(value: Any) -> str:
    if value.isempty:
        return "empty"

    def bound(v: Any) -> str:
        if isinstance(v, datetime.datetime):
            return _quoted(v.isoformat(" "))
        return "" if v is None else str(v)  # a day, or a number

    opening, closing = value._bounds
    return f"{opening}{bound(value.lower)},{bound(value.upper)}{closing}"


def _hstore(value: dict[Any, Any]) -> str:
    return ",".join(f"{_quoted(str(k))}=>{'NULL' if v is None else _quoted(str(v))}" for k, v in value.items())


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
