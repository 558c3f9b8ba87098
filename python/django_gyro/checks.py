"""System checks: what is declared wrong in any importer of the project, all at once.

Their ids are gyro.E001 and so on; docs/django.md lists them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core import checks

from . import model as models
from .declared import Declared
from .defaults import every
from .errors import DeclarationError, Mistake
from .importer import ImporterType, collected, registered, settle

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.models import Model


def check_importers(app_configs: Any = None, **_options: Any) -> list[checks.CheckMessage]:
    """The system check of all importers; of some applications those whose models are theirs."""
    found: dict[tuple[str, str, str], checks.CheckMessage] = {}
    labels = None if app_configs is None else {config.label for config in app_configs}
    for mistake in mistakes():
        model = mistake.obj.get_model() if isinstance(mistake.obj, ImporterType) else None
        if labels is None or model is None or model._meta.app_label in labels:
            message = _message(mistake)
            found.setdefault((str(message.id), str(message.obj), message.msg), message)
    return list(found.values())


def _message(mistake: Mistake) -> checks.CheckMessage:
    kind = checks.Error if mistake.code.startswith("E") else checks.Warning
    where = mistake.place.partition(", ")[2]
    text = f"{where}: {mistake.problem}" if where else mistake.problem
    return kind(text, hint=mistake.hint or None, obj=mistake.obj, id=f"gyro.{mistake.code}")


def mistakes() -> Iterator[Mistake]:
    """Every mistake and every doubt, importer by importer."""
    yield from collected()
    yield from settle()
    everyone = list(every())
    with_importers = [m for m in (i.get_model() for i in everyone) if m is not None]
    for importer in registered() + [i for i in everyone if i not in registered()]:
        declared = Declared(importer, with_importers)
        yield from declared.mistakes
        yield from declared.doubts
        if not declared.mistakes and importer in registered():
            yield from _through(importer, declared.model, {models.concrete(m) for m in with_importers})
    yield from files(everyone)


def files(importers: list[ImporterType]) -> Iterator[Mistake]:
    """Two importers that write the same file."""
    taken: dict[str, ImporterType] = {}
    for importer in importers:
        try:
            name = importer.get_file_name()
        except DeclarationError:
            continue  # it has no model, which is told
        other = taken.setdefault(name, importer)
        if other is not importer and other._key() != importer._key():  # two for one model are told as such
            yield Mistake(
                "E005",
                importer.__name__,
                f"file {name} is that of {other.__name__} too",
                "set file of one of them",
                importer,
            )


def _through(importer: ImporterType, model: type[Model], known: set[type[Model]]) -> Iterator[Mistake]:
    """Many-to-many fields whose rows do not travel, for their table or its other end has no importer."""
    for field in model._meta.local_many_to_many:
        through, to = field.remote_field.through, models.concrete(field.remote_field.model)
        stranger = next((m for m in (to, models.concrete(through)) if m not in known), None)
        if stranger is not None and not models.no_table(stranger):
            yield Mistake(
                "W002",
                f'{importer.__name__}, column "{field.name}"',
                f"{models.label(stranger)} has no importer, so that its rows do not travel",
                f"declare an importer of {models.label(stranger)}",
                importer,
            )
