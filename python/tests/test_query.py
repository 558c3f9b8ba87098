"""The engine takes exactly the keys that Django itself returns, and nothing connects for it."""

import asyncio
import datetime
import socket
import subprocess
import sys
import time
import traceback

import django
import pytest
from django.db.backends.postgresql.base import Database
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import BooleanField, Func, Value
from django.db.models.functions import TruncDay
from django.test import override_settings
from engine import export
from project.accounts.models import Shop, Tenant
from project.kinds.models import Node, Place, Restaurant, Starred
from project.kinds.models import Value as Row
from project.orders.models import Order
from project.rows import at
from querysets import CASES

from django_gyro.errors import QueryError
from django_gyro.query import compile, key_fields  # noqa: A004


@pytest.mark.parametrize("case", CASES)
def test_keys(case, binary, database, tmp_path):
    query = compile(CASES[case]())
    wanted = {tuple(getattr(row, field.attname) for field in key_fields(query.model)) for row in CASES[case]()}
    taken = export(binary, database, tmp_path, query)
    fields = key_fields(query.model)
    got = {tuple(field.to_python(text) for field, text in zip(fields, row, strict=True)) for row in taken}
    assert got == wanted, query.sql


@pytest.mark.parametrize("case", CASES)
def test_nothing_connects(case, monkeypatch):
    """Neither on a dead port, nor in an event loop, nor for an alias of another kind of database."""

    def never(*_):
        raise AssertionError("it connects")

    at_leisure = compile(CASES[case]())
    monkeypatch.setattr(socket.socket, "connect", never)
    monkeypatch.setattr("django.db.backends.postgresql.psycopg_any.mogrify", never)
    monkeypatch.setattr(Database, "connect", never)

    async def compiled(alias):
        assert asyncio.get_running_loop()
        return compile(CASES[case]().using(alias))

    for alias in ("dead", "lite"):
        query = asyncio.run(compiled(alias))
        assert (query.sql, query.args) == (at_leisure.sql, at_leisure.args)


def test_a_hundred_thousand_ids(binary, database, tmp_path):
    queryset = Order.objects.filter(pk__in=range(100_000))
    began = time.monotonic()
    query = compile(queryset)
    assert time.monotonic() - began < 3
    assert len(query.args) == 1
    assert len(query.sql) < 1000
    began = time.monotonic()
    assert len(export(binary, database, tmp_path, query)) == Order.objects.count()
    assert time.monotonic() - began < 5


def test_sql_is_short_and_to_be_read():
    query = compile(Tenant.objects.filter(subdomain="t1", pk__in=[3, 4]).order_by("name"))
    assert query.sql == (
        'SELECT k0 AS "id" FROM (\n'
        'SELECT "accounts_tenant"."id"@ FROM "accounts_tenant" '
        'WHERE ("accounts_tenant"."id" IN ($1::integer, $2::integer) AND "accounts_tenant"."subdomain" = $3)\n'
        ") AS q (k0)"
    ).replace("@", ' AS "id"' if django.VERSION >= (5, 2) else "")
    assert query.args == ["3", "4", "t1"]


@pytest.mark.parametrize(
    ("queryset", "ordered", "sliced"),
    [
        (lambda: Tenant.objects.all(), False, False),
        (lambda: Tenant.objects.all()[:3], False, True),
        (lambda: Tenant.objects.order_by("pk")[:3], True, True),
        (lambda: Tenant.objects.order_by("?")[:3], False, True),
        (lambda: Node.objects.all()[1:], True, True),
        (lambda: Node.objects.order_by()[1:], False, True),
        (lambda: Tenant.objects.raw("SELECT * FROM accounts_tenant"), False, False),
        (lambda: Tenant.objects.none(), True, False),
    ],
)
def test_ordered_and_sliced(queryset, ordered, sliced):
    query = compile(queryset())
    assert (query.ordered, query.sliced) == (ordered, sliced)


def test_model():
    assert compile(Starred.objects.all(), model=Restaurant).model is Starred
    assert compile(Restaurant.objects.all(), model=Starred).model is Restaurant


REFUSED = {
    "values": (lambda: Tenant.objects.values("name"), "leave .values"),
    "values_list": (lambda: Tenant.objects.values_list("pk", flat=True), "leave .values"),
    "values of nothing": (lambda: Tenant.objects.values(), "leave .values"),
    "dates": (lambda: Tenant.objects.dates("created_at", "day"), "leave .values"),
    "lock": (lambda: Tenant.objects.select_for_update(), "leave .select_for_update"),
    "manager": (lambda: Tenant.objects, "write .all() after it"),
    "row": (lambda: Tenant(pk=77123), "write .filter(…) instead of .get(…)"),
    "class": (lambda: Tenant, "write Model.objects.filter"),
    "list": (lambda: [Tenant(pk=77123)], "write Model.objects.filter"),
    "text": (lambda: "SELECT 77123", "write Model.objects.filter"),
    "of another model": (lambda: Shop.objects.filter(pk=77123), "QuerySet model does not match"),
    "raw of another model": (lambda: Shop.objects.raw("SELECT 77123"), "QuerySet model does not match"),
    "single percent": (lambda: Tenant.objects.raw("SELECT id FROM x WHERE name LIKE '77123%'"), "write %%"),
    "own dollar": (lambda: Tenant.objects.raw("SELECT id FROM x WHERE id = $1", [77123]), "write %s"),
    "own dollar, no parameters": (
        lambda: Tenant.objects.raw("SELECT id FROM x WHERE id = $1 AND a = '77123'", None),
        "write %s",
    ),
    "too few": (lambda: Tenant.objects.raw("SELECT %s, %s", [77123]), "more placeholders"),
    "too many": (lambda: Tenant.objects.raw("SELECT %s", [77123, 77123]), "1 placeholders, and 2 parameters"),
    "named for positional": (lambda: Tenant.objects.raw("SELECT %(a)s", [77123]), "have no names"),
    "positional for named": (lambda: Tenant.objects.raw("SELECT %s", {"a": 77123}), "are named"),
    "name that is not there": (lambda: Tenant.objects.raw("SELECT %(b)s", {"a": 77123}), "have no 'b'"),
    "NUL": (lambda: Tenant.objects.filter(name="77123\0"), "parameter 1 can't be sent"),
    "unknown kind": (lambda: Tenant.objects.raw("SELECT %s", [{77123}]), "set"),
    "unknown alias": (lambda: Tenant.objects.using("nowhere").filter(pk=77123), "nowhere"),
    "asks the server": (lambda: Tenant.objects.filter(Asking(Value(77123))), "asks the server"),
    "raises": (lambda: Tenant.objects.filter(Raising(Value(77123))), "Django raises RuntimeError"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused(case):
    """Each with what to write instead, and without a parameter anywhere in the error."""
    queryset, says = REFUSED[case]
    with pytest.raises(QueryError) as caught:
        compile(queryset(), model=Tenant)
    assert says in str(caught.value)
    assert str(caught.value).startswith("compile the query of accounts.Tenant: ")
    assert "77123" not in "".join(
        traceback.TracebackException.from_exception(caught.value, lookup_lines=False).format()
    )
    assert isinstance(caught.value, ValueError)
    assert isinstance(caught.value, TypeError) == (case in {"manager", "row", "class", "list", "text"})


NAIVE = datetime.datetime(2024, 1, 4, 7, 30, 15, 123456)  # at(3), in New York
DAY = datetime.timedelta(days=1)
ZONED = {
    "equal": lambda: Row.objects.filter(moment=NAIVE),
    "range": lambda: Row.objects.filter(moment__range=(NAIVE, NAIVE + 2 * DAY)),
    "year": lambda: Row.objects.filter(moment__year=2024),
    "many": lambda: Row.objects.filter(moment__in=[NAIVE + i * DAY for i in range(-1, 200)]),
    "hours": lambda: Row.objects.filter(moment__gt=Value(NAIVE) + datetime.timedelta(hours=3)),
    "raw": lambda: Row.objects.raw("SELECT id FROM kinds_value WHERE moment = ANY(%s)", [[NAIVE, NAIVE + DAY]]),
    "aware": lambda: Row.objects.raw("SELECT id FROM kinds_value WHERE moment = %s", [at(3)]),
}


@pytest.mark.parametrize("case", ZONED)
def test_keys_where_sessions_are_not_in_utc(case, binary, database, tmp_path):
    with override_settings(USE_TZ=False, TIME_ZONE="America/New_York"):
        query, wanted = compile(ZONED[case]()), {(str(row.pk),) for row in ZONED[case]()}
    assert export(binary, database, tmp_path, query) == wanted
    assert wanted


@pytest.mark.parametrize(
    "queryset",
    [
        lambda: Row.objects.filter(moment__date=NAIVE.date()),
        lambda: Row.objects.filter(moment__month=1),
        lambda: Row.objects.annotate(start=TruncDay("moment")).filter(start=NAIVE),
        lambda: Row.objects.filter(moment__gt=NAIVE - Value(DAY)),
        lambda: Row.objects.raw("SELECT %s", [DateTimeTZRange(NAIVE, None)]),
    ],
)
def test_refused_where_sessions_are_not_in_utc(queryset):
    elsewhere = override_settings(USE_TZ=False, TIME_ZONE="America/New_York")
    with elsewhere, pytest.raises(QueryError, match="engine's is UTC"):
        compile(queryset())
    with override_settings(USE_TZ=False, TIME_ZONE="UTC"):
        assert compile(queryset())


def test_without_a_psycopg():
    """A project on another database, which slices a PostgreSQL."""
    program = """
import sys
sys.modules["psycopg"] = sys.modules["psycopg2"] = None
import django
from django.conf import settings
lite = {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}
settings.configure(DATABASES={"default": lite}, INSTALLED_APPS=["django.contrib.contenttypes"])
django.setup()
from django.contrib.contenttypes.models import ContentType
from django_gyro.query import compile
compile(ContentType.objects.all())
"""
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert ran.stderr.endswith('(pip install "psycopg[binary]")\n')


def test_child_is_not_its_parent():
    with pytest.raises(QueryError, match=r"write Place\.objects\.filter\(pk__in=…\), with this QuerySet in it"):
        compile(Restaurant.objects.all(), model=Place)


def test_one_of_several():
    """The document's filter(tenant=<QuerySet>) never gets here: Django refuses it where it is written."""
    with pytest.raises(ValueError, match="limited to one result"):
        Shop.objects.filter(tenant=Tenant.objects.all())


def test_nothing_shows_parameters():
    query = compile(Tenant.objects.filter(name="secret 77123"))
    assert "77123" not in repr(query)
    assert "77123" not in str(query)
    assert "77123" not in query.sql
    assert query.args == ["secret 77123"]


class Asking(Func):
    output_field = BooleanField()

    def as_sql(self, compiler, connection, **_):
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")


class Raising(Func):
    output_field = BooleanField()

    def as_sql(self, compiler, connection, **_):
        raise RuntimeError("of 77123")
