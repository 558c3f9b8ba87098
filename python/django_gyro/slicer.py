"""DataSlicer: a slice is taken, loaded, or both."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from . import endpoint
from .bars import Bars, Silent
from .column import is_model
from .importer import Importer, ImporterType
from .job import ImportJob
from .outcome import EndpointError, JobError, JobTypeError
from .report import Plan
from .run import Endpoint, Run, listen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from django.db.models import Model

    from .engine import Event
    from .report import Report


class DataSlicer:
    """What moves rows between databases, slices on disk, and CSV files of others. Its endpoints are named here too."""

    Postgres = endpoint.Postgres
    File = endpoint.File
    Sheets = endpoint.Sheets
    Sheet = endpoint.Sheet

    def __init__(self, config: Sequence[ImporterType | type[Model]]) -> None:
        """Importers, or models that have one: for :meth:`generate_import_jobs` and :meth:`export_to_csv`."""
        if not isinstance(config, (list, tuple)):
            raise JobTypeError(
                "declare", "DataSlicer", "it takes a list of importers or models", "DataSlicer([Tenant, Shop])"
            )
        if not config:
            raise JobError("declare", "DataSlicer", "the list is empty", "DataSlicer([Tenant, Shop])")
        self.importers: list[ImporterType] = []
        for item in config:
            importer = item if isinstance(item, ImporterType) else None
            if importer is None and is_model(item):
                importer = Importer.get_importer_for_model(item)
                if importer is None:
                    hint = f"class {item.__name__}Importer(Importer): model = {item.__name__}"
                    raise JobError("declare", "DataSlicer", f"{item.__name__} has no importer", hint)
            if importer is None:
                raise JobTypeError(
                    "declare", "DataSlicer", "one is neither an importer nor a model", "DataSlicer([Tenant, Shop])"
                )
            self.importers.append(importer)

    def generate_import_jobs(self, querysets: Mapping[type[Model], Any] | None = None) -> list[ImportJob]:
        """A job for each of the importers, referenced models first; ``querysets`` says which rows of a model."""
        chosen = dict(querysets or {})
        jobs = []
        for importer in self.importers:
            model = importer.get_model()
            if model is None:
                raise JobError("declare", importer.__name__, "its model is not there")
            jobs.append(ImportJob(model=model, query=chosen.get(model)))
        return ImportJob.sort_by_dependencies(jobs)

    def export_to_csv(
        self,
        output_dir: str | os.PathLike[str],
        querysets: Mapping[type[Model], Any] | None = None,
        *,
        source: endpoint.Postgres | None = None,
        **options: Any,
    ) -> Report:
        """Take a slice of these models into a directory; ``source`` is the database "default" where it is not said."""
        return self.run(
            source=source or endpoint.Postgres(alias="default"),
            target=endpoint.File(output_dir),
            jobs=self.generate_import_jobs(querysets),
            **options,
        )

    @classmethod
    def run(
        cls,
        *,
        source: Endpoint,
        target: Endpoint,
        jobs: Iterable[ImportJob] = (),
        progress: bool | None = None,
        progress_callback: Callable[[Event], None] | None = None,
        **options: Any,
    ) -> Report:
        """Take a slice (Postgres to File), load it (File to Postgres), both (Postgres to Postgres), or load CSV files
        (Sheets to Postgres).

        ``progress`` draws bars: None where somebody sees them, True always, False never. ``progress_callback`` is
        told each event. Options, as gyro.yaml calls them: ``ids`` (Keep(), Sequential(), …), ``conflict`` ("fail",
        "skip", "update"), ``missing``, ``order`` ("given", "auto"), ``max_rows``, ``unsorted``, ``create``,
        ``exclusive``, ``disable_triggers``, ``via`` and ``record`` (directories), ``dry_run``, ``no_record``,
        ``lock_timeout``, ``statement_timeout``, ….

        All rows are of one moment. Whatever fails, and at an interrupt, the target is as it was.
        """
        run = Run(source, target, list(jobs), options)
        shown: Bars | Silent = Silent() if progress is False else Bars(run.names, always=bool(progress))
        return run.do(shown, progress_callback)

    @classmethod
    def plan(cls, *, source: Endpoint, target: Endpoint, jobs: Iterable[ImportJob] = (), **options: Any) -> Plan:
        """Say what :meth:`run` would do, reading no row."""
        if isinstance(source, endpoint.Postgres) and isinstance(target, endpoint.Postgres):
            raise EndpointError("plan", "run", "from one database into another there is none", "plan into a File")
        run = Run(source, target, list(jobs), {**options, "plan": True})
        run.do(Silent(), None)
        return run.plan or Plan("")

    @classmethod
    def undo(cls, record: str | os.PathLike[str], *, target: endpoint.Postgres, **options: Any) -> Report:
        """Take a load back: delete the rows that it inserted, and no others. The load's report names ``record``."""
        document = {"verb": "undo", "record": os.fspath(record), "target": target.connection(), **options}
        return listen(document, Silent(), None, "Record", "Postgres")[0]

    @classmethod
    def verify(cls, taken: endpoint.File) -> bool:
        """Prove from the files alone that a slice is whole and closed; raises NotProved where it is not."""
        listen({"verb": "verify", "source": taken.path}, Silent(), None, "File", "")
        return True
