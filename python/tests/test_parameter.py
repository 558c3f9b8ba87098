"""A parameter is, for PostgreSQL, what Django's own cursor sends for the value: of the same type, and the same."""

import datetime
import decimal
import ipaddress
import uuid
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.db.backends.postgresql import psycopg_any
from django.db.backends.postgresql.psycopg_any import (
    DateRange,
    DateTimeRange,
    DateTimeTZRange,
    Inet,
    Jsonb,
    NumericRange,
)
from project.kinds.models import Colour, Size
from project.rows import HOSTILE, NAMES

from django_gyro.parameter import CannotSendError, Parameter, adapter, together

UTC = datetime.timezone.utc
MOMENT = datetime.datetime(2024, 3, 31, 1, 59, 59, 999999)
NUMBERS = [
    0,
    1,
    -1,
    32767,
    -32769,
    2**31 - 1,
    2**31,
    -(2**31),
    -(2**31) - 1,
    2**63 - 1,
    2**63,
    -(2**63),
    -(2**63) - 1,
    10**40,
]
TEXTS = [
    *NAMES,
    HOSTILE,
    "\\",
    "\\x41",
    "'",
    "''",
    "\\'",
    "{a}",
    "NULL",
    "\t\r\n",
    "\ufeff",
    "👩‍🚀",
    "e'\\n'",
    "%%",
    "%(x)s",
]
VALUES = [
    None,
    True,
    False,
    *NUMBERS,
    *TEXTS,
    *(0.0, -0.0, 0.1, 1 / 3, 1e300, 5e-324, float("inf"), float("-inf"), float("nan")),
    *(decimal.Decimal(text) for text in ("0", "-1.50", "1E+20", "1e-30", "NaN", "123456789012345678901234567890.123")),
    *(b"", b"\x00\x01\xff'\\", bytearray(b"a\\'"), memoryview(b"\x80")),
    uuid.UUID(int=2**127),
    *(Colour.RED, Size.LARGE),
    *(datetime.date(1, 1, 1), datetime.date(2024, 2, 29), datetime.date(9999, 12, 31)),
    *(MOMENT, MOMENT.replace(tzinfo=UTC), MOMENT.replace(tzinfo=ZoneInfo("Europe/Berlin")), MOMENT.replace(year=1)),
    MOMENT.replace(tzinfo=datetime.timezone(datetime.timedelta(hours=-5, minutes=-30))),
    *(datetime.time(0), datetime.time(23, 59, 59, 1), datetime.time(12, tzinfo=UTC)),
    *(datetime.timedelta(), datetime.timedelta(days=-1, microseconds=1), datetime.timedelta(days=400, hours=30)),
    *(Jsonb(value) for value in (None, True, 1, "x", "O'Brien", {"a'b\\": ["%s", None, 1.5]}, [], "\u00e9")),
    *([1, 2], [70000, 1], [1, None, 2**40], [[1, 2], [3, 4]], ["a", None, 'q"', "\\", "NULL", "", "a,b", "{}"], [0.5, 1.5]),
    *([True, False], [uuid.UUID(int=1)], [datetime.date(2024, 1, 1)], [MOMENT.replace(tzinfo=UTC)], [decimal.Decimal("1.5")]),
    *(NumericRange(1, 5, "[]"), NumericRange(None, 5), NumericRange(empty=True), NumericRange(decimal.Decimal("1.5"), None, "()")),
    *(DateRange(datetime.date(2024, 1, 1), datetime.date(2024, 2, 1)), DateRange(None, datetime.date(2024, 1, 1), "(]")),
    DateTimeTZRange(MOMENT.replace(tzinfo=UTC), None),
]  # fmt: skip
BARE = [Inet("10.0.0.1"), Inet("2001:db8::1"), DateTimeRange(MOMENT, None)]  # which psycopg2 sends in ways of its own


def adapt(value):
    return adapter(use_tz=True, timezone=ZoneInfo("Europe/Berlin"))(value)


def asked(cursor, sql, params):
    cursor.execute(f"SELECT pg_typeof({sql})::text, ({sql})::text", params)
    return cursor.fetchone()


@pytest.mark.parametrize("value", [*VALUES, *BARE], ids=str)
def test_as_the_cursor(value, database):
    parameter = adapt(value)
    with connection.cursor() as cursor:
        wanted = asked(cursor, "%s", [value, value])
        # An escape string, whatever the text holds.
        quoted = "NULL" if parameter.text is None else "'" + parameter.text.replace("'", "''").replace("%", "%%") + "'"
        sql = f"{quoted}::{parameter.type}" if parameter.type else quoted
        got = asked(cursor, sql, ())
    kinds = {wanted[0], got[0]}
    if isinstance(
        value, (list, NumericRange)
    ):  # a list of texts, or of small numbers; a range says no type to psycopg2
        assert wanted[1] == got[1]
    else:
        assert wanted == got, kinds


def test_dict_is_an_hstore():
    assert adapt({"a": "O'B", 'q"\\': None}) == Parameter('"a"=>"O\'B","q\\"\\\\"=>NULL')


def test_list_of_bytes():
    assert adapt([b"\x00'", None]) == Parameter('{"\\\\x0027",NULL}', "bytea[]")


@pytest.mark.parametrize("value", ["a\0b", ["a\0b"]], ids=repr)
def test_nul_is_refused(value):
    with pytest.raises(CannotSendError) as caught:
        adapt(value)
    assert "NUL" in str(caught.value) or "text form" in str(caught.value)
    assert caught.value.__context__ is None


@pytest.mark.parametrize("value", [object(), 1j, {1, 2}, type, [object()]], ids=str)
def test_unknown_kinds_are_refused_by_name(value):
    with pytest.raises(CannotSendError, match=r"builtins\.") as caught:
        adapt(value)
    assert caught.value.__context__ is None


def test_together():
    assert together([Parameter("1", "integer"), Parameter(str(2**40), "bigint")]) == Parameter(
        f'{{"1","{2**40}"}}', "bigint[]"
    )
    assert together([Parameter("a"), Parameter('b"')]) == Parameter('{"a","b\\""}')
    assert together([Parameter("1", "integer"), Parameter("a")]) is None
    assert together([Parameter(None)]) is None
    assert together([Parameter("{1}", "integer[]")]) is None


def test_addresses_by_the_driver():
    address = ipaddress.ip_address("10.0.0.1")
    if psycopg_any.is_psycopg3:
        assert adapt(address) == Parameter("10.0.0.1", "inet")
