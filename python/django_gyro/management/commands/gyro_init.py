"""manage.py gyro_init: writes a first importers.py."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.core.management.base import CommandError
from django.db import DatabaseError, connections, router

from django_gyro import model as models
from django_gyro.command import EXISTS, USAGE, GyroCommand, app, aside
from django_gyro.draft import Draft, candidates, is_of_others
from django_gyro.importer import registered
from django_gyro.strategy import is_everywhere

if TYPE_CHECKING:
    from argparse import ArgumentParser
    from collections.abc import Iterable

    from django.apps import AppConfig
    from django.db.models import Model


class Command(GyroCommand):
    help = (
        "Write importers.py for the named applications, or for all: an importer for each model, with what it refers to."
        " Those of applications that were installed go into one of the project's: --into."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("apps", nargs="*", metavar="APP", help="labels of applications (default: all)")
        parser.add_argument(
            "--into", metavar="APP", default="", help="the application that gets the importers of installed ones"
        )
        parser.add_argument("--overwrite", action="store_true", help="replace an importers.py that is there")
        parser.add_argument("--dry-run", action="store_true", help="print the files, and write none")

    def handle(self, *_: Any, **options: Any) -> None:
        chosen = list(dict.fromkeys(app(name) for name in options["apps"])) or list(apps.get_app_configs())
        into = app(options["into"]) if options["into"] else None
        homes = {config: into if into and is_of_others(config) else config for config in chosen}
        drawn = {config: models_ for config in chosen if (models_ := candidates(config))}
        self._refuse_strangers(homes[c] for c in drawn)
        known = {models.concrete(m): i.__module__ for i in registered() if (m := i.get_model()) is not None}
        for config, found in drawn.items():
            own = f"{homes[config].name}.importers"
            drawn[config] = [m for m in found if known.get(m, own) == own]  # those of other files stay there
        left_out = self._views(m for found in drawn.values() for m in found)
        drawn = {c: kept for c, found in drawn.items() if (kept := [m for m in found if m not in left_out])}
        if not drawn:
            raise CommandError("there is no model that an importer could be written for", returncode=USAGE)
        everywhere = [m for m in models.with_table() if is_everywhere(m)]
        has = {*known, *everywhere, *(m for found in drawn.values() for m in found)}
        targets = dict.fromkeys(homes[config] for config in drawn)
        drafts = [Draft(t, [m for c, found in drawn.items() if homes[c] is t for m in found], has) for t in targets]
        if not options["dry_run"]:
            self._refuse_present(drafts, options["overwrite"])
        for draft in drafts:
            self._write(draft, options["dry_run"], options["verbosity"])
        if options["verbosity"]:
            for model in left_out:
                self.stderr.write(f"note: {models.label(model)} is left out: it is {left_out[model]}")
            for line in (line for draft in drafts for line in draft.stranger_references()):
                self.stderr.write(f"note: {line}, which has no importer: it is not written")

    def _write(self, draft: Draft, dry_run: bool, verbosity: int) -> None:
        if dry_run:
            self.stdout.write(f"# {draft.path}\n{draft.text()}")
            return
        draft.path.write_text(draft.text(), encoding="utf-8")
        if verbosity:
            self.stdout.write(f"{draft.path}: {len(draft.models)} importers")

    def _refuse_strangers(self, homes: Iterable[AppConfig]) -> None:
        """Refuse to write beside what was installed."""
        others = [config.label for config in dict.fromkeys(homes) if is_of_others(config)]
        if others:
            own = [c.label for c in apps.get_app_configs() if not is_of_others(c) and c.label != "django_gyro"]
            raise CommandError(
                f"these applications were installed, and are not the project's: {', '.join(others)} (--into APP, an "
                f"application of the project that is to have their importers: {', '.join(own) or 'there is none yet'})",
                returncode=USAGE,
            )

    def _refuse_present(self, drafts: list[Draft], overwrite: bool) -> None:
        problems = [f"{d.path} is there (--overwrite replaces it)" for d in drafts if d.path.exists() and not overwrite]
        packages = [d.path.with_suffix("") for d in drafts if d.path.with_suffix("").is_dir()]
        problems += [f"{path} is a package: it would hide importers.py" for path in packages]
        if problems:
            raise CommandError("\n".join(problems), returncode=EXISTS)

    def _views(self, drawn: Iterable[type[Model]]) -> dict[type[Model], str]:
        """The unmanaged models that have no table: views hold no rows, and can't be loaded into."""
        unmanaged = [m for m in drawn if not m._meta.managed]
        if not unmanaged:
            return {}
        try:
            kinds = aside(lambda: {m: _kind(m) for m in unmanaged})
        except DatabaseError:
            return dict.fromkeys(unmanaged, "unmanaged, and the database can't be asked whether it is a table")
        return {m: kind for m, kind in kinds.items() if kind}


def _kind(model: type[Model]) -> str:
    """What stands in the table's place; an empty text where the table does."""
    connection = connections[router.db_for_read(model) or "default"]
    if connection.vendor != "postgresql":
        return f"unmanaged, and in a database of {connection.vendor}"
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relkind FROM pg_catalog.pg_class WHERE oid = pg_catalog.to_regclass(%s)",
            [connection.ops.quote_name(model._meta.db_table)],
        )
        row = cursor.fetchone()
    kind = row[0] if row else None
    kind = kind.decode() if isinstance(kind, bytes) else kind
    if kind in ("r", "p"):
        return ""
    return {"v": "a view", "m": "a materialized view", "f": "a foreign table"}.get(str(kind), "not in the database")
