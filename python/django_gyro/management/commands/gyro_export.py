"""manage.py gyro_export: takes a slice into a directory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.management.base import CommandError
from django.utils.module_loading import import_string

from django_gyro import model as models
from django_gyro.column import MISSING
from django_gyro.command import INVALID, USAGE, GyroCommand, add_database, aside, key, pair
from django_gyro.endpoint import File
from django_gyro.job import ImportJob
from django_gyro.root import jobs_from
from django_gyro.slicer import DataSlicer

if TYPE_CHECKING:
    from argparse import ArgumentParser

    from django.db.models import Model

    from django_gyro.report import Plan


class Command(GyroCommand):
    help = "Take a slice of the database: one CSV file a model, and manifest.json, in a directory."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("target", help="the directory")
        parser.add_argument(
            "--jobs", metavar="MODULE:NAME", default="", help="ImportJobs: a list, or a function that gives one"
        )
        parser.add_argument(
            "--root",
            metavar="APP.MODEL=KEY",
            action="append",
            default=[],
            help="this row, with all that belongs to it: rows of models with importers that lead to it, and what these "
            "refer to; can be repeated",
        )
        parser.add_argument(
            "--missing",
            choices=MISSING,
            help="of --jobs: what becomes of references to models without a job, where no importer says "
            "(--root includes)",
        )
        parser.add_argument(
            "--order",
            choices=("given", "auto"),
            help="of --jobs: auto puts them in an order that works (default: given)",
        )
        add_database(parser, "source", "to read from")
        parser.add_argument("--overwrite", action="store_true", help="replace the slice that the directory holds")
        parser.add_argument("--dry-run", action="store_true", help="print the plan; read no row, write nothing")

    def handle(self, *_: Any, **options: Any) -> None:
        verbosity = options["verbosity"]
        if bool(options["jobs"]) == bool(options["root"]):
            raise CommandError("say which rows: either --jobs module:name or --root app.Model=key", returncode=USAGE)
        if options["root"] and (options["missing"] or options["order"]):
            raise CommandError("--missing and --order are for --jobs: --root sees to both", returncode=USAGE)
        source, target = self.endpoint(options, "source"), File(options["target"], overwrite=options["overwrite"])
        roots = _roots(options["root"])
        run: dict[str, Any] = {"source": source, "target": target}
        if roots:
            if source.alias:
                self._refuse_absent(roots, source.alias)
            run |= {"jobs": jobs_from(roots), "order": "auto", "missing": "include"}
        else:
            run |= {"jobs": named_jobs(options["jobs"]), "order": options["order"], "missing": options["missing"]}
        if options["dry_run"]:
            self._show_plan(DataSlicer.plan(**run, dry_run=True), verbosity)
            return
        report = DataSlicer.run(**run, progress=None if verbosity else False)
        self.show(report, verbosity)
        rows = {file.table: file.rows for file in report.files}
        empty = [models.label(m) for m in roots if not rows.get(models.table_name(m))]
        if empty:
            raise CommandError(
                f"the slice is empty: the source has no such row of {', '.join(empty)}", returncode=INVALID
            )

    def _refuse_absent(self, roots: dict[type[Model], list[Any]], alias: str) -> None:
        """Refuse rows that are not there before a slice that is takes the place of another."""

        def look() -> list[str]:
            return [
                models.label(model)
                for model, keys in roots.items()
                if model._base_manager.using(alias).filter(pk__in=keys).count() < len(keys)
            ]

        if absent := aside(look):
            raise CommandError(f"--root: there is no such row of {', '.join(absent)}", returncode=INVALID)

    def _show_plan(self, plan: Plan, verbosity: int) -> None:
        if not verbosity:
            return
        for job in plan.jobs:
            if not job.number:
                continue
            how = "whole table" if job.whole else job.shape
            self.stdout.write(f"{job.number} {job.table}: {how}, about {job.rows:,.0f} rows")
            if verbosity > 1 and job.sql:
                self.stdout.write("".join(f"    {line}\n" for line in job.sql.replace("\t", "    ").splitlines()))
        if included := [job.table for job in plan.jobs if not job.number]:
            names = f"of {', '.join(included)}" if verbosity > 1 else f"of {len(included):,} models"
            self.stdout.write(f"included where others refer to them: rows {names}")
        self.notes(plan.notes)


def _roots(said: list[str]) -> dict[type[Model], list[Any]]:
    roots: dict[type[Model], list[Any]] = {}
    for text in said:
        model, rest = pair(text, "--root", "app.Model=key, such as accounts.Tenant=1")
        keys = roots.setdefault(models.concrete(model), [])
        if (value := key(model, rest)) not in keys:
            keys.append(value)
    return roots


def named_jobs(path: str) -> list[ImportJob]:
    """The jobs of a dotted path, ``shop.slices:dev``: a list, or a function that gives one."""
    dotted = path.replace(":", ".")
    try:
        jobs = import_string(dotted)
    except ImportError as error:
        raise CommandError(f"--jobs {path}: {error}", returncode=USAGE) from error
    if callable(jobs):
        jobs = jobs()
    if not isinstance(jobs, (list, tuple)) or not all(isinstance(job, ImportJob) for job in jobs):
        raise CommandError(f"--jobs {path}: it gives no list of ImportJobs", returncode=USAGE)
    return list(jobs)
