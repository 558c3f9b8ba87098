"""Importers as the document's "importers"."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import model as models
from .declared import Declared
from .defaults import every
from .errors import DeclarationError
from .importer import Importer, ImporterType, collected, settle
from .rules import add_rules
from .strategy import strategy

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from django.db.models import Model

    from .ids import IDs


def document(
    importers: Iterable[ImporterType] | None = None,
    *,
    ids: IDs | None = None,
    jobs: Collection[type[Model]] = (),
    rules: Collection[type[Model]] = (),
) -> dict[str, dict[str, Any]]:
    """The document's "importers", by table: those given (default: all) and what these refer to.

    ``ids`` are those of the run: where they are new ones, rows are found again by what Django declares
    (:mod:`django_gyro.defaults`). ``jobs`` are the models that have a job: the link to a parent of multi-table
    inheritance includes only where the parent has none. ``rules`` names the models that are loaded from CSV files
    of others: Django's own rules are said of these.
    """
    everyone = list(every())
    has = [m for m in (i.get_model() for i in everyone) if m is not None]
    wanted = list(everyone if importers is None else importers)
    written_down: dict[str, dict[str, Any]] = {}
    found = [*collected(), *settle()] if importers is None else []
    with_jobs = {models.concrete(m) for m in jobs}
    seen: set[type[Model]] = set()
    for importer in wanted:
        declared = Declared(importer, has)
        found += declared.mistakes
        if declared.mistakes or declared.model in seen:
            continue
        seen.add(declared.model)
        declared.include(with_jobs)
        chosen, refusal = strategy(importer, ids)
        if refusal is not None:
            found.append(refusal)
        if declared.model in map(models.concrete, rules):
            add_rules(declared.columns, declared.model)
        written_down[models.table_name(declared.model)] = _importer(importer, declared, chosen)
        for model in declared.refers:
            other = Importer.get_importer_for_model(model)
            if other is not None and model not in seen:
                wanted.append(other)
    if found:
        raise DeclarationError(dict.fromkeys(found))
    return written_down


def _importer(importer: ImporterType, declared: Declared, ids: IDs | None) -> dict[str, Any]:
    entry: dict[str, Any] = {}
    if importer.file:
        entry["file"] = importer.file
    if importer.missing:
        entry["missing"] = importer.missing
    if ids is not None:
        columns = declared.ids_columns if ids is importer.ids else list(ids.columns())
        entry["ids"] = ids.document(columns)
    if declared.conflict is not None:
        entry["conflict"] = declared.conflict
    if importer.csv:
        entry["csv"] = dict(importer.csv)
    if declared.columns:
        entry["columns"] = declared.columns
    return entry
