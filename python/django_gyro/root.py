"""Jobs from one row: that row, and what belongs to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import model as models
from .defaults import every
from .job import ImportJob

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from django.db.models import Model


def jobs_from(roots: Mapping[type[Model], Sequence[Any]]) -> list[ImportJob]:
    """Jobs for rows of these models, by their keys, and for every model with an importer that leads to one of them,
    over however many references: of these the rows whose references lead to rows that were taken.

    What nothing leads from is no job: of it come the rows that others refer to (``missing="include"``). The engine is
    to order them (``order="auto"``).
    """
    starts = {models.concrete(m): list(keys) for m, keys in roots.items()}
    known = list(dict.fromkeys(models.concrete(m) for i in every() if (m := i.get_model()) is not None))
    known = [m for m in known if not models.no_table(m)]
    reached = dict.fromkeys(starts)
    growing = True
    while growing:
        more = [m for m in known if m not in reached and any(to in reached for to in _leads_to(m, known))]
        reached.update(dict.fromkeys(more))
        growing = bool(more)
    return [
        ImportJob(model, model._base_manager.filter(pk__in=starts[model]) if model in starts else None)
        for model in reached
    ]


def _leads_to(model: type[Model], known: Iterable[type[Model]]) -> list[type[Model]]:
    """What a model's rows belong to. A generic foreign key leads to whatever has an importer."""
    leads = [r.to for r in models.references(model)]
    if models.generic_keys(model):
        leads += [m for m in known if m is not model]
    return leads
