"""What every project needs, and nobody writes: importers of Django's own models, of parents and of automatic tables;
and what is left out."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from django.apps import apps

from . import model as models
from .importer import Importer, ImporterType, registered
from .strategy import is_everywhere

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.models import Model

#: What a database has for itself alone. An importer that someone writes for one of them counts all the same.
LEFT_OUT = ("sessions.session", "admin.logentry")
TABLES_LEFT_OUT = ("django_migrations", "django_session", "django_admin_log")

_implicit: dict[type[Model], ImporterType] = {}


def implicit(model: type[Model]) -> ImporterType | None:
    """The importer that nobody wrote, for a model of every project, a parent of a declared model, or an automatic
    table of one; None for any other."""
    model = models.concrete(model)
    if not apps.models_ready or model not in _implied(_declared()):
        return None
    if model not in _implicit:
        namespace = {"model": model, "__module__": __name__, "__qualname__": f"{model.__name__}Importer"}
        _implicit[model] = ImporterType(f"{model.__name__}Importer", (Importer,), namespace, implicit=True)
    return _implicit[model]


def every() -> Iterator[ImporterType]:
    """Every importer: those that were declared, then those that nobody wrote."""
    yield from registered()
    for model in _implied(_declared()) if apps.models_ready else ():
        if (importer := implicit(model)) is not None:
            yield importer


def _declared() -> tuple[type[Model], ...]:
    found = (i.get_model() for i in registered())
    return tuple(models.concrete(m) for m in found if m is not None and not models.no_table(m))


@functools.lru_cache(maxsize=1)
def _implied(declared: tuple[type[Model], ...]) -> dict[type[Model], None]:
    """The models that need an importer where these are declared, in a stable order."""
    all_projects = [m for m in models.with_table() if is_everywhere(m)]
    ends = [*declared, *all_projects]
    for model in declared:
        ends += models.parents(model)
    ends += [through for model in ends for through in models.through_models(model)]
    return dict.fromkeys(m for m in ends if m not in declared)


def is_left_out(model: type[Model]) -> bool:
    """Whether a model's rows are a database's own affair: sessions, the admin's log."""
    return models.concrete(model)._meta.label_lower in LEFT_OUT
