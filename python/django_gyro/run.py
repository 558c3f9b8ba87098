"""One run: endpoints, jobs and options as a document, and what the engine tells of it."""

from __future__ import annotations

import os
import warnings
from typing import TYPE_CHECKING, Any

from . import declaration, engine
from . import model as models
from .endpoint import File, Postgres, Sheet, Sheets
from .job import ImportJob
from .outcome import EndpointError, JobError, run_error
from .report import Plan, Report, plan_of, report_of
from .slices import unordered_slices

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from django.db.models import Model

    from .bars import Bars, Silent
    from .engine import Event
    from .ids import IDs

Endpoint = Postgres | File | Sheets


class Run:
    """One run: its document, and what came of it."""

    def __init__(self, source: Endpoint, target: Endpoint, jobs: list[ImportJob], options: Mapping[str, Any]) -> None:
        links = _links(jobs) if isinstance(source, Postgres) else []
        self.source, self.target, self.jobs = source, target, [*jobs, *links]
        self.plan: Plan | None = None
        self.names = {models.table_name(m): m.__name__ for m in models.with_table()}
        for job in jobs:
            if not isinstance(job, ImportJob):
                raise JobError("run", "jobs", "one is no ImportJob", "ImportJob(model=Tenant, query=…)")
        self.document = {**self._verb(), **self._options(dict(options))}
        _warn_of_slices(jobs)

    def _verb(self) -> dict[str, Any]:
        source, target = self.source, self.target
        takes, loads = isinstance(source, Postgres), isinstance(target, Postgres)
        if takes and not self.jobs:
            raise JobError("run", "jobs", "there is none", "ImportJob(model=Tenant, query=…)")
        match source, target:
            case Postgres(), File():
                return {
                    "verb": "export",
                    "source": source.connection(),
                    "target": target.path,
                    "overwrite": target.overwrite,
                }
            case Postgres(), Postgres():
                return {"verb": "copy", "source": source.connection(), "target": target.connection()}
            case File(), Postgres():
                document: dict[str, Any] = {"verb": "import", "source": source.path, "target": target.connection()}
                if self.jobs:
                    document["tables"] = [self._table_alone(job) for job in self.jobs]
                return document
            case Sheets(), Postgres():
                if self.jobs:
                    raise JobError("run", "jobs", "CSV files are loaded whole", "leave jobs out")
                return {
                    "verb": "import",
                    "target": target.connection(),
                    "files": [_file(s) for s in source.files],
                    "show_values": source.show_values,
                }
        hint = "Postgres to File, File to Postgres, Postgres to Postgres, Sheets to Postgres"
        given = [type(e).__name__ for e in (source, target)]
        raise EndpointError(
            "run",
            "source and target",
            f"{given[0]} to {given[1]} can't be{'' if loads or takes else ': one of them is a database'}",
            hint,
        )

    def _table_alone(self, job: ImportJob) -> str:
        said = job.document()
        if set(said) - {"model"}:
            raise JobError(
                "run",
                job.place,
                "a slice is loaded by whole tables: query and limit are for who takes it",
                "ImportJob(model=…) alone",
            )
        return str(said["model"])

    def _options(self, options: dict[str, Any]) -> dict[str, Any]:
        takes = isinstance(self.source, Postgres)
        if takes and options.get("dry_run") and not options.get("plan"):
            raise JobError(
                "run",
                "dry_run",
                "only what loads can be tried and rolled back",
                "DataSlicer.plan(…) says what would be taken",
            )
        ids: IDs | None = options.pop("ids", None)
        importers = options.pop("importers", None)
        sheets = self.source.files if isinstance(self.source, Sheets) else ()
        wanted = [j.model for j in self.jobs] + [s.model for s in sheets]
        document: dict[str, Any] = {
            "importers": declaration.document(importers, ids=ids, jobs=wanted, rules=[s.model for s in sheets])
        }
        if ids is not None:
            document["ids"] = ids.document(list(ids.columns()))
        if takes:
            document["jobs"] = [job.document() for job in self.jobs]
        return document | {
            k: os.fspath(v) if isinstance(v, os.PathLike) else v for k, v in options.items() if v is not None
        }

    def do(self, shown: Bars | Silent, callback: Callable[[Event], None] | None) -> Report:
        report, self.plan = listen(
            self.document, shown, callback, type(self.source).__name__, type(self.target).__name__
        )
        return report


def _links(jobs: Sequence[ImportJob]) -> list[ImportJob]:
    """Jobs for the automatic through tables of many-to-many fields both of whose models have jobs."""
    said = {models.concrete(job.model) for job in jobs if isinstance(job, ImportJob)}
    links: dict[type[Model], None] = {}
    for model in said:
        for through in models.through_models(model):
            if through not in said and {models.concrete(r.to) for r in models.references(through)} <= said:
                links[through] = None
    return [ImportJob(model=through) for through in sorted(links, key=models.table_name)]


def _file(sheet: Sheet) -> dict[str, str]:
    file = {"model": models.table_name(models.concrete(sheet.model)), "path": os.fspath(sheet.path)}
    return file if sheet.reject is None else {**file, "reject": os.fspath(sheet.reject)}


def listen(
    document: dict[str, Any],
    shown: Bars | Silent,
    callback: Callable[[Event], None] | None,
    source_type: str,
    target_type: str,
) -> tuple[Report, Plan | None]:
    report, plan = Report("", "", 0, 0, 0.0, (), ()), None
    errors: list[Event] = []

    def hear(event: Event) -> None:
        nonlocal report, plan
        match event["event"]:
            case "progress":
                shown.hear(event)
            case "report":
                report = report_of(event, source_type, target_type)
            case "plan":
                plan = plan_of(event)
            case "error":
                errors.append(event)
        if callback is not None and event["event"] != "alive":
            callback(event)

    try:
        code = engine.run(document, hear)
    finally:
        shown.close()
    if code != 0:
        raise run_error(document["verb"], errors, code, report)
    return report, plan


def _warn_of_slices(jobs: Sequence[ImportJob]) -> None:
    """Warn of a slice of rows in no order that several jobs use: it may be other rows each time."""
    counted: dict[str, list[str]] = {}
    for job in jobs:
        for part in unordered_slices(job.query):
            counted.setdefault(part, []).append(job.place)
    for places in counted.values():
        if len(places) > 1:
            warnings.warn(
                f"{', '.join(places)} use one slice of rows in no order, which may be other rows each time: "
                "add order_by to it",
                stacklevel=4,
            )
