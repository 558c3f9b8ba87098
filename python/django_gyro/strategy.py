"""Which ids a model's rows can get, and which they get where nobody says: by what they are found again."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

from django.db import models as fields

from . import model as models
from .errors import Mistake
from .ids import Derived, Fixed, IDs, Keep, MaxPlusOne, NaturalKey, Offset, Sequential

if TYPE_CHECKING:
    from django.db.models import Model

    from .importer import ImporterType

#: A migrated database has rows of these, under ids of its own: they are found again by their natural keys.
NATURAL = {
    "contenttypes.contenttype": ("app_label", "model"),
    "auth.permission": ("content_type", "codename"),
    "auth.group": ("name",),
    "sites.site": ("domain",),
}

#: Trees whose nodes say in numbers or texts of their own where they stand: base class, fields, and the one that is
#: unique. Under new ids such a row would hang below whoever has that place in the target.
TREES = (
    ("MP_Node", ("path", "depth", "numchild"), "path"),
    ("NS_Node", ("lft", "rgt", "tree_id"), None),
    ("MPTTModel", ("lft", "rght", "tree_id"), None),
)


def is_everywhere(model: type[Model]) -> bool:
    """Whether every migrated database has rows of the model."""
    return models.concrete(model)._meta.label_lower in NATURAL


def strategy(importer: ImporterType, run: IDs | None) -> tuple[IDs | None, Mistake | None]:
    """The ids of a model's rows where the run's are ``run``: None leaves them to it. What can't be is a mistake.

    An importer's own ids come first. Where the run keeps ids only the models of every project have others.
    """
    model = importer.get_model()
    if model is None:
        return None, None
    model = models.concrete(model)
    ids = importer.ids if importer.ids is not None else _default(model, run)
    effective = ids if ids is not None else run
    columns = list(effective.columns()) if effective is not None else []
    refusal = tree(model, effective, columns) if importer.ids is None else None
    if refusal is None:
        return ids, None
    return ids, Mistake(refusal[0], importer.__name__, refusal[2], refusal[3], importer)


def _default(model: type[Model], run: IDs | None) -> IDs | None:
    if natural := NATURAL.get(model._meta.label_lower):
        return NaturalKey(*(models.column_name(model._meta.get_field(name)) for name in natural))
    key = models.key_fields(model)
    own = [f for f in key if models.reference(f) is None]
    if not own and any(_found(r.to, run) for f in key if (r := models.reference(f)) is not None):
        return NaturalKey(*map(models.column_name, key))  # where the row is that it continues, it may be too
    if model._meta.auto_created and (_new(run) or any(_found_again(r.to) for r in models.references(model))):
        return NaturalKey(*(c for r in models.references(model) for c in r.columns))
    if not _new(run):
        return None
    said = run
    given = [f for f in own if _given(f)]
    if isinstance(run, (MaxPlusOne, Offset)) and len(own) == 1 and _counted(own[0]):
        given = own
    elif isinstance(run, (MaxPlusOne, Offset)) and (given or not own):
        run = Sequential()  # a uuid is drawn, and what follows a reference follows it whatever is said
    if own and not given and len(own) == len(key):
        return NaturalKey(*map(models.column_name, key))
    if natural_key := declared_key(model):
        return NaturalKey(*natural_key)
    return run if run is not said else None


def _found(model: type[Model], run: IDs | None) -> bool:
    """Whether a model's rows are found again by something else than their ids."""
    from .importer import Importer

    importer = Importer.get_importer_for_model(model)
    ids = importer.ids if importer is not None and importer.ids is not None else _default(model, run)
    return isinstance(ids, (NaturalKey, Derived))


def _new(ids: IDs | None) -> bool:
    return isinstance(ids, (Sequential, MaxPlusOne, Offset))


def _found_again(model: type[Model]) -> bool:
    """Whether a model's rows get other ids although the run keeps them: the rows of an automatic table that refer to
    them may be there then, under ids of their own."""
    from .importer import Importer

    importer = Importer.get_importer_for_model(model)
    ids = importer.ids if importer is not None else None
    return not isinstance(ids, Keep) and (ids is not None or is_everywhere(model))


def _given(field: Any) -> bool:
    """Whether the database gives a key column its value, or the engine can draw one."""
    return isinstance(field, (fields.AutoField, fields.UUIDField)) or _has_database_default(field)


def _has_database_default(field: Any) -> bool:
    return getattr(field, "db_default", fields.NOT_PROVIDED) is not fields.NOT_PROVIDED


def _counted(field: Any) -> bool:
    return isinstance(field, (fields.IntegerField, fields.DecimalField)) and models.reference(field) is None


def declared_key(model: type[Model]) -> tuple[str, ...]:
    """The columns of a model's natural key, where it is declared by fields: ``natural_key()``, a manager whose
    ``get_by_natural_key`` takes nothing but fields, and these unique together. Else none."""
    finder = getattr(model._meta.default_manager, "get_by_natural_key", None)
    if not callable(getattr(model, "natural_key", None)) or finder is None:
        return ()
    parameters = list(inspect.signature(finder).parameters.values())
    own = {f.name: f for f in models.columns(model)}
    names = [p.name for p in parameters]
    if names == ["username"] and (renamed := getattr(model, "USERNAME_FIELD", None)):
        names = [renamed]  # Django's own manager of users finds them by that field
    if not names or any(p.kind is not p.POSITIONAL_OR_KEYWORD for p in parameters) or any(n not in own for n in names):
        return ()
    if not _unique_together(model, set(names)):
        return ()
    if any((r := models.reference(own[n])) is not None and r.to is models.concrete(model) for n in names):
        return ()  # a tree's node is not known by its parent: the engine refuses such a key
    return tuple(models.column_name(own[n]) for n in names)


def _unique_together(model: type[Model], names: set[str]) -> bool:
    meta = models.concrete(model)._meta
    if len(names) == 1 and meta.get_field(next(iter(names))).unique:
        return True
    constraints = [
        c.fields
        for c in meta.constraints
        if isinstance(c, fields.UniqueConstraint) and c.condition is None and not c.expressions and c.deferrable is None
    ]
    return any(set(u) == names for u in [*meta.unique_together, *constraints])


def impossible(model: type[Model], ids: IDs, columns: list[str]) -> tuple[str, str, str, str] | None:
    """Why a model's rows can't have such ids, as far as Django knows: code, column, problem and hint."""
    key = models.key_fields(model)
    own = [f for f in key if models.reference(f) is None]
    names = ", ".join(f.name for f in key)
    if refusal := tree(model, ids, columns):
        return refusal
    missing = [f for f in own if not _given(f) and models.column_name(f) not in columns]
    if isinstance(ids, (Sequential, NaturalKey)) and missing and len(own) == len(key) and len(missing) == len(own):
        hint = f"NaturalKey({', '.join(repr(f.name) for f in key)}) finds rows by their own key; or Keep()"
        if all(_counted(f) for f in missing):
            hint = f"MaxPlusOne() counts on, Offset(1000) adds a number; {hint}"
        return "E008", "", f"nothing gives the key {names} new values", hint
    if isinstance(ids, (MaxPlusOne, Offset)) and not (len(own) == 1 and _counted(own[0])):
        return "E008", "", f"{type(ids).__name__} is for numbers, and the key is {names}", "Sequential() or Keep()"
    if isinstance(ids, Derived) and not (len(key) == 1 and own and isinstance(key[0], fields.UUIDField)):
        return (
            "E008",
            "",
            f"derived ids are uuids, and the key is {names}",
            "NaturalKey finds rows again whatever the type of their ids",
        )
    if isinstance(ids, Fixed) and len(own) != 1:
        return (
            "E008",
            "",
            f"fixed ids are for one column, and the key is {names}",
            "what follows a reference follows it by itself",
        )
    return None


def tree(model: type[Model], ids: IDs | None, columns: list[str]) -> tuple[str, str, str, str] | None:
    """Why the nodes of a tree can't have such ids: code, column, problem and hint."""
    local = {f.name for f in models.columns(model)}
    for base, needed, unique in TREES:
        if base not in {c.__name__ for c in model.__mro__} or not local.issuperset(needed):
            continue
        keys = models.key_fields(model)
        if ids is None or isinstance(ids, Keep) or all(models.column_name(f) in columns for f in keys):
            return None
        if unique and columns == [models.column_name(model._meta.get_field(unique))]:
            return None
        hint = "ids = Keep()" + (
            f', or NaturalKey("{unique}") where equal {unique}s mean the same node' if unique else ""
        )
        where = f"{models.label(model)} is a tree ({base}), whose {', '.join(needed)} say where a row stands"
        return "E009", "", f"{where}: under new ids it would hang below a stranger", hint
    return None
