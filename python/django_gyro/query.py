"""A QuerySet as the engine takes it: a SELECT of the primary key, and its arguments.

    query = compile(Shop.objects.filter(tenant__in=tenants))
    query.sql, query.args

The rule of this file: a QuerySet is compiled and never executed. Nothing here connects, and parameters stay apart from
the text. The engine takes the keys that the QuerySet itself would give, no more and no fewer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .errors import NotAQueryError, QueryError
from .parameter import adapter
from .placeholder import TextError, Values, number
from .unconnected import NeedsServerError, NeedsZoneError, unconnected

OPERATION = "compile the query of"


@dataclass(frozen=True, repr=False)
class Query:
    """The rows of a model whose primary key a SELECT returns. Its repr quotes neither text nor arguments."""

    model: type[Any]
    sql: str  # with $1, $2, …; its columns are called as the key's columns are
    args: list[str | None]  # in PostgreSQL's text form
    ordered: bool  # the rows come in an order that is the same each time
    sliced: bool  # only the first, or a part, of them; where not ordered, other ones each time

    def __repr__(self) -> str:
        return f"<Query of {self.model._meta.label}, {len(self.args)} arguments>"


def compile(queryset: Any, *, model: type[Any] | None = None) -> Query:  # noqa: A001  # query.compile, as re.compile
    """Compiles a QuerySet or a RawQuerySet, which must be one of model's where model is given.

    It connects to no database, and may run inside an event loop. QueryError says what can't be compiled.
    """
    _check(queryset, model)
    label = queryset.model._meta.label
    problem, hint = "", ""
    # The errors are raised outside of the handlers: what Django says of a value, in a chained error, would show it.
    try:
        return _compile(queryset)
    except TextError as err:
        problem, hint = [*err.args, ""][:2]
    except NeedsZoneError:
        problem = "it takes a day or an hour of a moment in the session's time zone, and the engine's is UTC"
        hint = "compare with moments (created_at__gte=…, created_at__lt=…), or set USE_TZ"
    except NeedsServerError:
        problem, hint = "it asks the server before it is executed", "write it without what does, or as raw SQL"
    except Exception as err:  # noqa: BLE001  # whatever an expression of the user's raises
        problem, hint = _problem(err)
    raise QueryError(OPERATION, label, problem, hint)


def _check(queryset: Any, model: type[Any] | None) -> None:
    from django.db.models import Manager, Model, QuerySet
    from django.db.models.query import RawQuerySet

    place = model._meta.label if model is not None else ""
    if not isinstance(queryset, (QuerySet, RawQuerySet)):
        hint = "write Model.objects.filter(…)"
        if isinstance(queryset, Manager):
            what, hint = "a manager", "write .all() after it"
        elif isinstance(queryset, Model):
            what, hint = f"one {type(queryset)._meta.label}", "write .filter(…) instead of .get(…)"
        elif isinstance(queryset, type):
            what = f"the class {queryset.__name__}"
        else:
            what = f"a {type(queryset).__name__}"
        raise NotAQueryError(OPERATION, place or "a job", f"a QuerySet is wanted, and this is {what}", hint)

    own = queryset.model
    place = place or own._meta.label
    if model is not None and own._meta.concrete_model is not model._meta.concrete_model:
        hint = f"write {model.__name__}.objects.filter(…)"
        if issubclass(own, model):
            hint = f"write {model.__name__}.objects.filter(pk__in=…), with this QuerySet in it"
        raise QueryError(OPERATION, place, f"QuerySet model does not match: it is one of {own._meta.label}", hint)
    if isinstance(queryset, RawQuerySet):
        return
    if queryset._fields is not None:
        hint = "leave .values(…), .values_list(…) and .dates(…) out: rows are taken whole"
        raise QueryError(OPERATION, place, "it gives values, not rows", hint)
    if queryset.query.select_for_update:
        hint = "leave .select_for_update() out: a slice is read from a snapshot, which nothing changes"
        raise QueryError(OPERATION, place, "it would lock rows", hint)


def _compile(queryset: Any) -> Query:
    from django.conf import settings
    from django.core.exceptions import EmptyResultSet
    from django.db.models.query import RawQuerySet

    meta, connection = queryset.model._meta, unconnected(queryset.db)
    quote = connection.ops.quote_name
    key = [field.column for field in key_fields(queryset.model)]
    names = ", ".join(map(quote, key))
    values: Values
    if isinstance(queryset, RawQuerySet):
        columns, head, inner, values = _raw(queryset, connection)
    else:
        try:
            columns, head, inner, values = _select(queryset, connection)
        except EmptyResultSet:
            return Query(
                queryset.model,
                f"SELECT {names} FROM {quote(meta.db_table)} WHERE false",
                [],
                ordered=True,
                sliced=False,
            )

    inner, args = number(inner, values, adapter(settings.USE_TZ, connection.timezone, connection.timezone_name))
    selected = ", ".join(f"{column} AS {quote(name)}" for column, name in zip(columns, key, strict=True))
    sql = f"SELECT {selected} FROM (\n{inner}\n) AS {head}"
    return Query(queryset.model, sql, args, ordered=_ordered(queryset), sliced=_sliced(queryset))


def key_fields(model: type[Any]) -> list[Any]:
    """The fields of the model's primary key."""
    return list(getattr(model._meta, "pk_fields", [model._meta.pk]))


def _select(queryset: Any, connection: Any) -> tuple[list[str], str, str, Values]:
    """The key's columns, what the FROM calls them, the text, and its values.

    Columns are called k0, k1, …: what Django calls them is its own affair, and other in each version.
    """
    fields = key_fields(queryset.model)
    query = queryset.query
    # Between whole rows, a union and a DISTINCT of which a part is taken mean something else than between keys.
    whole = bool(query.combinator or (query.distinct and (query.is_sliced or query.distinct_fields)))
    chosen = queryset.all() if whole else queryset.values_list(*(field.attname for field in fields))
    query = chosen.query
    query.clear_ordering(clear_default=True)  # which it keeps where the order decides what is taken
    compiler = query.get_compiler(connection=connection)
    text, values = compiler.as_sql()
    places = list(range(len(fields)))
    if whole:
        targets = [getattr(column, "target", None) for column, _, _ in compiler.select]
        places = [targets.index(field) for field in fields]
    head = ", ".join(f"k{i}" for i in range(max(places) + 1))
    return [f"k{i}" for i in places], f"q ({head})", text, tuple(values)


def _raw(queryset: Any, connection: Any) -> tuple[list[str], str, str, Values]:
    """The key's columns of a raw query are found by the names that it gives them."""
    adapt = connection.ops.adapt_unknown_value
    renamed = {field: column for column, field in queryset.translations.items()}
    quote = connection.ops.quote_name
    columns = [f"q.{quote(renamed.get(field.name, field.column))}" for field in key_fields(queryset.model)]
    values: Values = queryset.params
    if isinstance(values, dict):
        values = {name: adapt(value) for name, value in values.items()}
    elif values is not None:
        values = tuple(adapt(value) for value in values)
    return columns, "q", queryset.raw_query.rstrip().rstrip(";"), values


def _ordered(queryset: Any) -> bool:
    from django.db.models.functions import Random
    from django.db.models.query import RawQuerySet

    if isinstance(queryset, RawQuerySet):
        return False
    order = queryset.query.order_by
    return bool(queryset.ordered) and not any(
        term == "?" or isinstance(getattr(term, "expression", term), Random) for term in order
    )


def _sliced(queryset: Any) -> bool:
    query = getattr(queryset, "query", None)
    return bool(getattr(query, "is_sliced", False))


def _problem(err: Exception) -> tuple[str, str]:
    """What Django says, where it speaks of names alone; else only what kind of error it is."""
    from django.core.exceptions import FieldError, ImproperlyConfigured
    from django.db import NotSupportedError
    from django.utils.connection import ConnectionDoesNotExist

    if isinstance(err, ImproperlyConfigured) and "psycopg" in str(err):
        return "Django finds no psycopg, which writes its PostgreSQL", 'pip install "psycopg[binary]"'
    if isinstance(err, (FieldError, NotSupportedError, ConnectionDoesNotExist)):
        return str(err), ""
    return f"Django raises {type(err).__name__}", "evaluate the QuerySet itself to see what it says"
