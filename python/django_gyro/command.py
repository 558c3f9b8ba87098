"""What the management commands share: endpoints, verbosity, and errors with their exit codes."""

from __future__ import annotations

import shlex
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, TypeVar

from django.apps import apps
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from . import model as models
from .endpoint import Postgres
from .errors import DeclarationError, GyroError, QueryError
from .outcome import EndpointError, JobError, RunError

if TYPE_CHECKING:
    from argparse import ArgumentParser
    from collections.abc import Callable, Iterable

    from django.db.models import Model

    from .report import LoadReport, Report

FAILED, USAGE, EXISTS, INVALID, INTERRUPTED = 1, 2, 3, 4, 130

_Got = TypeVar("_Got")


class GyroCommand(BaseCommand):
    """A command whose exit code is the engine's. A run tells what is declared wrong; the system checks are not
    run before it, for their exit code is another."""

    requires_system_checks: Any = []
    requires_migrations_checks = False

    def execute(self, *args: Any, **options: Any) -> Any:
        text, code = "", INTERRUPTED
        try:
            return super().execute(*args, **options)
        except KeyboardInterrupt:
            if not self._called_from_command_line:
                raise
            text = "interrupted: nothing was left half done"
        except GyroError as error:
            text, code = self.told(error), exit_code(error)
        raise CommandError(text, returncode=code)

    def told(self, error: GyroError) -> str:
        """What is said of an error."""
        return str(error)

    def endpoint(self, options: dict[str, Any], url: str) -> Postgres:
        """The database that --source or --target names, else that of --database."""
        if options[url] and options["database"]:
            raise CommandError(f"--{url} and --database are both given: keep one", returncode=USAGE)
        return Postgres(options[url]) if options[url] else Postgres(alias=options["database"] or "default")

    def show(self, report: Report, verbosity: int) -> None:
        """Print what was done; with verbosity 2 tables without rows as well, with 0 nothing."""
        if not verbosity:
            return
        for file in report.files:
            if file.rows or verbosity > 1:
                self.stdout.write(f"{file.file}: {file.rows:,} rows")
        if report.place and report.files:
            empty = sum(not file.rows for file in report.files)
            more = f", and {empty:,} files without rows" if empty and verbosity == 1 else ""
            self.stdout.write(f"{report.place}: {report.rows:,} rows{more}")
        if report.load is not None:
            self._show_load(report.load, verbosity)
        self.notes(report.notes)

    def _show_load(self, load: LoadReport, verbosity: int) -> None:
        empty = 0
        for table in load.tables:
            counts = {name: getattr(table, name) for name in ("inserted", "updated", "skipped", "rejected", "deleted")}
            done = ", ".join(f"{count:,} {name}" for name, count in counts.items() if count)
            empty += not done
            if done or verbosity > 1:
                self.stdout.write(f"{table.table}: {done or 'no row'}")
        if empty and verbosity == 1:
            self.stdout.write(f"no row of {empty:,} tables")
        if load.dry_run:
            self.stdout.write("this was a dry run: nothing was changed")
        if load.record:
            self.stdout.write(f"to take it back: manage.py gyro_undo {shlex.quote(load.record)}")
        elif load.no_undo and not load.dry_run:
            self.stdout.write(f"it can't be taken back: {load.no_undo}")

    def notes(self, notes: Iterable[str]) -> None:
        for note in notes:
            self.stdout.write(f"note: {note}")


def add_database(parser: ArgumentParser, url: str, what: str) -> None:
    """The two ways to name a database."""
    parser.add_argument(f"--{url}", metavar="URL", default="", help=f"PostgreSQL URL of the database {what}")
    parser.add_argument(
        "--database", metavar="ALIAS", default="", help=f"alias of the database {what} (default: default)"
    )


def named_model(said: str) -> type[Model]:
    """The model that an argument names."""
    model = models.named(said) if "." in said else None
    if model is None:
        hint = "app.Model"
        if alike := [models.label(m) for m in models.with_table() if m.__name__.lower() == said.split(".")[-1].lower()]:
            hint = f"did you mean {' or '.join(alike)}?"
        raise CommandError(f"there is no model {said} ({hint})", returncode=USAGE)
    return model


def pair(said: str, option: str, what: str) -> tuple[type[Model], str]:
    """The model and the rest of an argument app.Model=rest."""
    name, equals, rest = said.partition("=")
    if not equals or not rest:
        raise CommandError(f"{option} is to be {what}", returncode=USAGE)
    return named_model(name), rest


def key(model: type[Model], text: str) -> Any:
    """A primary key, as its field reads it."""
    fields = models.key_fields(model)
    if len(fields) > 1:
        names = ", ".join(f.name for f in fields)
        raise CommandError(
            f"--root: the key of {models.label(model)} is {names} (name jobs by --jobs)", returncode=USAGE
        )
    field = fields[0]
    while field.remote_field is not None:
        field = field.target_field
    try:
        return field.to_python(text)
    except ValidationError:
        raise CommandError(
            f"--root: this is no key of {models.label(model)}, which is a {type(field).__name__}", returncode=USAGE
        ) from None


def aside(what: Callable[[], _Got]) -> _Got:
    """Do what executes SQL in a thread of its own, with connections of its own: a caller in an event loop may not."""

    def work() -> _Got:
        try:
            return what()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(work).result()


def exit_code(error: GyroError) -> int:
    """The engine's exit code of an error."""
    if isinstance(error, RunError):
        return error.exit_code
    if isinstance(error, (DeclarationError, JobError, QueryError)):
        return INVALID
    if isinstance(error, EndpointError):
        return USAGE
    return FAILED


def app(said: str) -> Any:
    """The application of a label or a name."""
    for config in apps.get_app_configs():
        if said in (config.label, config.name):
            return config
    known = ", ".join(sorted(c.label for c in apps.get_app_configs()))
    raise CommandError(f"there is no application {said} (known: {known})", returncode=USAGE)
