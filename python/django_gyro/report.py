"""What a run did, or would do."""

from __future__ import annotations

import html
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from .engine import Event


@dataclass(frozen=True)
class FileReport:
    """One file of a slice. Of its rows, ``included`` are there only because others refer to them."""

    table: str
    file: str
    rows: int
    included: int
    bytes: int
    seconds: float


@dataclass(frozen=True)
class TableReport:
    """One table that was loaded into."""

    table: str
    file: str
    rows: int
    inserted: int
    skipped: int
    updated: int
    rejected: int
    deleted: int


@dataclass(frozen=True)
class BrokenRule:
    """A rule that rows of a CSV file break: ``lines`` are where the first of them begin."""

    table: str
    file: str
    rule: str
    column: str
    text: str
    count: int
    lines: tuple[int, ...]


@dataclass(frozen=True)
class LoadReport:
    """What was loaded. ``record`` is what ``DataSlicer.undo`` takes; "" where there is none."""

    server: str
    tables: tuple[TableReport, ...]
    dry_run: bool
    record: str
    no_undo: str
    seconds: float
    broken: tuple[BrokenRule, ...] = ()

    @property
    def inserted(self) -> int:
        return sum(t.inserted for t in self.tables)


@dataclass(frozen=True)
class Report:
    """What a run did. In a notebook it shows itself as a table."""

    place: str  # the directory of the slice
    server: str
    rows: int
    bytes: int
    seconds: float
    files: tuple[FileReport, ...]
    notes: tuple[str, ...]
    load: LoadReport | None = None
    source_type: str = ""
    target_type: str = ""

    @property
    def jobs_executed(self) -> int:
        return len(self.files) or len(self.load.tables if self.load else ())

    @property
    def files_created(self) -> list[str]:
        return [f.file for f in self.files]

    @property
    def total_rows_exported(self) -> int:
        return sum(f.rows for f in self.files)

    def __getitem__(self, name: str) -> Any:
        """A figure by its name: ``report["rows"]`` is ``report.rows``."""
        if name.startswith("_") or not hasattr(self, name):
            raise KeyError(name)
        return getattr(self, name)

    def __str__(self) -> str:
        lines = [f"{f.file}: {f.rows:,} rows" for f in self.files]
        if self.load is not None:
            lines += [f"{t.table}: {_done(t)}" for t in self.load.tables]
            if self.load.record:
                lines.append(f"undo: DataSlicer.undo({self.load.record!r}, target=…)")
        return "\n".join([*lines, *(f"note: {n}" for n in self.notes)])

    def _repr_html_(self) -> str:
        parts = []
        if self.files:
            rows = [(f.file, f"{f.rows:,}", f"{f.bytes:,}", f"{f.seconds:.2f}") for f in self.files]
            total = (f"{len(self.files)} files", f"{self.rows:,}", f"{self.bytes:,}", f"{self.seconds:.2f}")
            parts.append(_table(("file", "rows", "bytes", "seconds"), rows, total))
        if self.load is not None:
            loaded = [
                [t.table, *(f"{n:,}" for n in (t.rows, t.inserted, t.skipped, t.updated))] for t in self.load.tables
            ]
            parts.append(_table(("table", "rows", "inserted", "skipped", "updated"), loaded))
            if self.load.broken:
                broken = [(b.column or "(the row)", b.rule, f"{b.count:,}", b.text) for b in self.load.broken]
                parts.append(_table(("column", "rule", "rows", "")[:4], broken))
        if self.place:
            parts.append(f"<div>slice: <code>{html.escape(self.place)}</code></div>")
        if self.load is not None and self.load.record:
            parts.append(
                f"<div>undo: <code>{html.escape(f'DataSlicer.undo({self.load.record!r}, target=…)')}</code></div>"
            )
        return "".join(parts) + _notes(self.notes)


@dataclass(frozen=True)
class PlannedJob:
    """One job of a plan; number 0: a model that is only included. ``rows`` is what the planner expects."""

    number: int
    table: str
    file: str
    whole: bool
    rows: float
    shape: str
    sql: str
    references: tuple[str, ...]
    masks: tuple[str, ...] = ()


@dataclass(frozen=True)
class PlannedLoad:
    """One table of a plan of a load."""

    table: str
    file: str
    rows: int
    ids: str
    conflict: str
    mapped: tuple[str, ...]


@dataclass(frozen=True)
class Plan:
    """What a run would do. In a notebook it shows itself as a table."""

    server: str
    jobs: tuple[PlannedJob, ...] = ()
    loads: tuple[PlannedLoad, ...] = ()
    notes: tuple[str, ...] = field(default=())

    def __str__(self) -> str:
        lines = [
            f"{j.number or '-'} {j.table}: {'whole table' if j.whole else j.shape}, {j.rows:,.0f} rows"
            for j in self.jobs
        ]
        lines += [f"{t.table}: {t.rows:,} rows, ids {t.ids}" for t in self.loads]
        return "\n".join([*lines, *(f"note: {n}" for n in self.notes)])

    def _repr_html_(self) -> str:
        parts = []
        if self.jobs:
            rows = [
                (str(j.number or "-"), j.table, "whole table" if j.whole else j.shape, f"{j.rows:,.0f}")
                for j in self.jobs
            ]
            parts.append(_table(("job", "table", "how", "rows (estimate)"), rows))
        if self.loads:
            rows = [(t.table, t.ids, t.conflict, f"{t.rows:,}") for t in self.loads]
            parts.append(_table(("table", "ids", "conflict", "rows"), rows))
        return "".join(parts) + _notes(self.notes)


def report_of(event: Event, source_type: str, target_type: str) -> Report:
    """The report that an event tells."""
    load = event.get("load")
    return Report(
        place=event.get("place", ""),
        server=event.get("server", ""),
        rows=event["rows"],
        bytes=event["bytes"],
        seconds=event["seconds"],
        files=tuple(_made(FileReport, f) for f in event.get("files", ())),
        notes=tuple(event["notes"]),
        load=None if load is None else _load(load),
        source_type=source_type,
        target_type=target_type,
    )


def _load(load: dict[str, Any]) -> LoadReport:
    return LoadReport(
        server=load["server"],
        tables=tuple(_made(TableReport, t) for t in load["tables"]),
        dry_run=load["dry_run"],
        record=load.get("record", ""),
        no_undo=load.get("no_undo", ""),
        seconds=load["seconds"],
        broken=tuple(_broken(load.get("validation") or {})),
    )


def _broken(validation: dict[str, Any]) -> Iterable[BrokenRule]:
    for file in validation.get("files", ()):
        for rule in file["rules"]:
            lines = tuple(f["line"] for f in rule["first"])
            yield BrokenRule(
                file["model"], file["file"], rule["rule"], rule.get("column", ""), rule["text"], rule["count"], lines
            )


def plan_of(event: Event) -> Plan:
    """The plan that an event tells."""
    jobs = tuple(
        PlannedJob(
            j["job"],
            j["model"],
            j["file"],
            j["whole"],
            j["rows"],
            j.get("shape", ""),
            j.get("sql", ""),
            tuple(j["references"]),
            tuple(j.get("masks", ())),
        )
        for j in event.get("jobs", ())
    )
    loads = tuple(
        PlannedLoad(t["model"], t["file"], t["rows"], t["ids"], t.get("conflict", ""), tuple(t["mapped"]))
        for t in event.get("loads", ())
    )
    return Plan(event["server"], jobs, loads, tuple(event["notes"]))


def _made(kind: Any, said: dict[str, Any]) -> Any:
    """An object of what the event says of it; what is not known here is passed over."""
    names = {f.name for f in fields(kind)}
    return kind(table=said["model"], **{"file": "", **{k: v for k, v in said.items() if k in names}})


def _done(t: TableReport) -> str:
    done = [
        f"{n:,} {what}"
        for n, what in (
            (t.inserted, "inserted"),
            (t.skipped, "skipped"),
            (t.updated, "updated"),
            (t.deleted, "deleted"),
        )
        if n
    ]
    return ", ".join(done) or "no row"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]], foot: Sequence[str] = ()) -> str:
    def line(cells: Sequence[str], tag: str) -> str:
        return "<tr>" + "".join(f"<{tag}>{html.escape(cell)}</{tag}>" for cell in cells) + "</tr>"

    body = "".join(line(row, "td") for row in rows)
    end = f"<tfoot>{line(foot, 'th')}</tfoot>" if foot else ""
    return f"<table><thead>{line(head, 'th')}</thead><tbody>{body}</tbody>{end}</table>"


def _notes(notes: Sequence[str]) -> str:
    return "".join(f"<div>note: {html.escape(n)}</div>" for n in notes)
