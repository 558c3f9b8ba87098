"""What is known of a Django model, and nobody else knows: its table, its key, what it refers to.

Everything here is about the concrete model: a proxy has no table. Names of tables are as the engine reads them.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db.models import Field, ForeignKey, Model

if TYPE_CHECKING:
    from collections.abc import Iterator

CONTENT_TYPE = "contenttypes.contenttype"


@dataclass(frozen=True)
class Reference:
    """A foreign key, as Django knows it."""

    field: Any
    columns: tuple[str, ...]
    to: type[Model]
    to_columns: tuple[str, ...]
    soft: bool  # the database may not have it
    parent_link: bool  # of multi-table inheritance

    @property
    def to_key(self) -> bool:
        """Whether it leads to the primary key."""
        return self.to_columns == tuple(column_name(f) for f in key_fields(self.to))


@dataclass(frozen=True)
class GenericKey:
    """A generic foreign key: a content type and a key of its model."""

    field: Any
    type_column: str
    key_column: str
    for_concrete_model: bool

    def case(self, model: type[Model]) -> dict[str, Any]:
        """The case of the polymorphic reference in which it leads to a model, which may be a proxy."""
        of = {
            f"{self.type_column}.app_label": model._meta.app_label,
            f"{self.type_column}.model": model._meta.model_name,
        }
        return {"of": of, "ref": table_name(model)}


def concrete(model: type[Model]) -> type[Model]:
    """The model that has the table."""
    return model._meta.concrete_model or model


def label(model: type[Model]) -> str:
    """The model as messages name it."""
    return model._meta.label


def named(name: str, within: type[Model] | None = None) -> type[Model] | None:
    """The model of a name: "accounts.Tenant", "self", or "Tenant" of the same app; None where there is none."""
    if within is not None and name == "self":
        return within
    if within is not None and "." not in name:
        name = f"{within._meta.app_label}.{name}"
    try:
        return apps.get_model(name)
    except (LookupError, ValueError):
        return None


def table_name(model: type[Model]) -> str:
    """The model's table: "accounts_tenant", "sales.orders", with quotes where a part has a dot."""
    parts = _parts(concrete(model)._meta.db_table)
    if len(parts) == 2 and parts[0] == "public":
        parts = parts[1:]
    return ".".join('"' + p.replace('"', '""') + '"' if "." in p or '"' in p else p for p in parts)


def _parts(db_table: str) -> list[str]:
    """The parts of db_table as PostgreSQL reads what Django makes of it: it puts quotes around, unless it has them."""
    quoted = db_table if db_table.startswith('"') and db_table.endswith('"') else f'"{db_table}"'
    if not re.fullmatch(r'"(?:[^"]|"")+"(?:\."(?:[^"]|"")+")*', quoted):
        return [db_table]  # nothing that PostgreSQL reads; the engine does not find it either
    return [part.replace('""', '"') for part in re.findall(r'"((?:[^"]|"")+)"', quoted)]


def column_name(field: Any) -> str:
    """The field's column, less the quotes that db_column may have."""
    column: str = field.column
    if len(column) > 2 and column.startswith('"') and column.endswith('"'):
        return column[1:-1].replace('""', '"')
    return column


def key_fields(model: type[Model]) -> list[Any]:
    """The fields of the primary key; several where it is composite."""
    meta = concrete(model)._meta
    return list(getattr(meta, "pk_fields", None) or [meta.pk])


def columns(model: type[Model]) -> list[Any]:
    """The fields that are columns of the model's own table: not those of the parents' tables."""
    return [f for f in concrete(model)._meta.local_fields if f.column is not None]


def references(model: type[Model]) -> list[Reference]:
    """What the model's own table refers to, composite references among them."""
    return [r for f in concrete(model)._meta.local_fields if (r := reference(f)) is not None]


def reference(field: Any) -> Reference | None:
    """The reference that a field is, or None."""
    remote = getattr(field, "remote_field", None)
    if not (field.many_to_one or field.one_to_one) or remote is None or not isinstance(remote.model, type):
        return None
    own, far = field.local_related_fields, field.foreign_related_fields
    model = concrete(field.model)
    if not own or any(f.column is None or concrete(f.model) is not model for f in own):
        return None
    constrained = isinstance(field, ForeignKey) and field.db_constraint and model._meta.managed
    return Reference(
        field=field,
        columns=tuple(column_name(f) for f in own),
        to=concrete(remote.model),
        to_columns=tuple(column_name(f) for f in far),
        soft=not constrained,
        parent_link=bool(getattr(remote, "parent_link", False)),
    )


def parents(model: type[Model]) -> list[type[Model]]:
    """The models of multi-table inheritance whose rows the model's rows continue, nearest first."""
    found: list[type[Model]] = []
    for link in references(model):
        if link.parent_link and link.to not in found:
            found.append(link.to)
            found += [m for m in parents(link.to) if m not in found]
    return found


def through_models(model: type[Model]) -> list[type[Model]]:
    """The automatic tables of the model's many-to-many fields."""
    throughs = (f.remote_field.through for f in concrete(model)._meta.local_many_to_many)
    return [t for t in throughs if t._meta.auto_created and not t._meta.swapped]


def generic_keys(model: type[Model]) -> list[GenericKey]:
    """The generic foreign keys whose columns stand in the model's own table."""
    own = {f.name: f for f in columns(model)}
    keys = []
    for field in concrete(model)._meta.private_fields:
        names = (getattr(field, "ct_field", None), getattr(field, "fk_field", None))
        if getattr(field, "one_to_many", False) or not all(name in own for name in names):
            continue
        kind, key = own[names[0]], own[names[1]]
        to = reference(kind)
        if to is not None and to.to._meta.label_lower == CONTENT_TYPE:
            keys.append(GenericKey(field, column_name(kind), column_name(key), field.for_concrete_model))
    return keys


def proxies(model: type[Model]) -> list[type[Model]]:
    """The proxies of a model."""
    return [m for m in apps.get_models() if m._meta.proxy and concrete(m) is concrete(model)]


def find(model: type[Model], name: str) -> Any:
    """The field, the column or the generic key that a name means on the model's own table; None where none."""
    model = concrete(model)
    for attribute in ("name", "attname", "column"):
        for field in model._meta.local_fields:
            if getattr(field, attribute) == name:
                return field
    return next((key for key in generic_keys(model) if key.field.name == name), None)


def unknown(model: type[Model], name: str, to: type[Model] | None = None) -> tuple[str, str]:
    """Problem and hint where :func:`find` finds nothing; to is the model that the name is to lead to."""
    model = concrete(model)
    for parent in parents(model):
        if find(parent, name) is not None:
            return f"it is a column of {label(parent)}, the parent", f"declare it at the importer of {label(parent)}"
    if any(f.name == name for f in model._meta.many_to_many):
        return (
            "it is many-to-many, and no column",
            f"leave it out; {model.__name__}.{name}.through is the model of its table",
        )
    for relation in model._meta.related_objects:
        if relation.get_accessor_name() == name or relation.name == name:
            there = relation.related_model
            return (
                f"it is the other end of {label(there)}.{relation.field.name}",
                f"declare it there: in the importer of {label(there)}, {relation.field.name} = {model.__name__}",
            )
    return f"{label(model)} has no such field", suggestion(model, name, to)


def suggestion(model: type[Model], name: str, to: type[Model] | None) -> str:
    """What may have been meant by a name that no field has: what leads to that model, what is spelt alike, or
    where neither helps the foreign keys that there are."""
    keys = [r for r in references(model) if not r.parent_link]
    direct = [r for r in keys if to is not None and r.to is concrete(to)]
    if direct:
        return "did you mean " + " or ".join(f'"{r.field.name}"? {_line(r)}' for r in direct)
    names = [f.name for f in columns(model)] + [key.field.name for key in generic_keys(model)]
    if near := difflib.get_close_matches(name, names, n=1):
        return f'did you mean "{near[0]}"?'
    if to is not None and (path := _path(model, concrete(to))):
        return (
            f"it leads to {label(to)} by {'__'.join(r.field.name for r in path)}: write {_line(path[0])}, "
            f"and in queries {'__'.join(r.field.name for r in path)}"
        )
    if keys and to is not None:
        return f"did you mean {' or '.join(chr(34) + r.field.name + chr(34) for r in keys)}? " + ", ".join(
            map(_line, keys)
        )
    return "known here: " + ", ".join(names)


def _line(reference: Reference) -> str:
    return f"{reference.field.name} = {reference.to.__name__}"


def _path(model: type[Model], to: type[Model]) -> list[Reference]:
    """The shortest way from a model to another along references; the first by name where several are as short."""
    seen, ways = {model}, [[r] for r in references(model)]
    while ways:
        further: list[list[Reference]] = []
        for way in ways:
            if way[-1].to is to:
                return way
            if way[-1].to not in seen:
                seen.add(way[-1].to)
                further += [[*way, r] for r in references(way[-1].to)]
        ways = further
    return []


def no_table(model: type[Model]) -> str:
    """Why a model has no table of its own that rows could travel of, or an empty text."""
    if model._meta.abstract:
        return "it is abstract, and has no table"
    if model._meta.swapped:
        return f"it is swapped out for {model._meta.swapped}"
    return ""


def with_table() -> Iterator[type[Model]]:
    """The models of the project that have tables, automatic ones of many-to-many fields among them."""
    for model in apps.get_models(include_auto_created=True):
        if not model._meta.proxy and not no_table(model):
            yield model


def is_generated(field: Field[Any, Any]) -> bool:
    """Whether the database computes the column."""
    return bool(getattr(field, "generated", False))
