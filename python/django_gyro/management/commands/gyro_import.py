"""manage.py gyro_import: loads a slice, or CSV files of others, into a database."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.management.base import CommandError

from django_gyro import model as models
from django_gyro.command import USAGE, GyroCommand, add_database, pair
from django_gyro.endpoint import File, Sheet, Sheets
from django_gyro.ids import Keep, MaxPlusOne, Sequential
from django_gyro.outcome import RunError
from django_gyro.slicer import DataSlicer

if TYPE_CHECKING:
    from argparse import ArgumentParser

    from django_gyro.errors import GyroError

_IDS = {"keep": Keep, "sequential": Sequential, "max+1": MaxPlusOne}


class Command(GyroCommand):
    help = "Load a slice, or CSV files that others wrote, into the database, in one transaction."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("source", nargs="?", default="", help="the directory of the slice")
        parser.add_argument(
            "--csv",
            metavar="APP.MODEL=FILE",
            action="append",
            default=[],
            help="a CSV file that others wrote; can be repeated",
        )
        add_database(parser, "target", "to load into")
        parser.add_argument(
            "--ids", choices=_IDS, help="ids of rows whose importer says nothing (default: those of the slice)"
        )
        parser.add_argument(
            "--conflict", choices=("fail", "skip", "update"), help="rows that are there already (default: fail)"
        )
        parser.add_argument("--dry-run", action="store_true", help="do everything, and roll it back")
        parser.add_argument(
            "--reject",
            metavar="FILE",
            default="",
            help="file for the rows that break rules, of several --csv a directory; the others are loaded",
        )
        parser.add_argument("--show-values", action="store_true", help="show what stands in rows that break rules")

    def handle(self, *_: Any, **options: Any) -> None:
        if bool(options["source"]) == bool(options["csv"]):
            raise CommandError(
                "say what is loaded: either a slice's directory or --csv app.Model=file", returncode=USAGE
            )
        if options["reject"] and not options["csv"]:
            raise CommandError("--reject is for --csv: a slice has no rows that break rules", returncode=USAGE)
        report = DataSlicer.run(
            source=File(options["source"]) if options["source"] else _sheets(options),
            target=self.endpoint(options, "target"),
            ids=_IDS[options["ids"]]() if options["ids"] else None,
            conflict=options["conflict"],
            dry_run=options["dry_run"] or None,
            show_values=True if options["show_values"] and options["source"] else None,
            progress=None if options["verbosity"] else False,
        )
        self.show(report, options["verbosity"])

    def told(self, error: GyroError) -> str:
        """The rules that rows break stand below what is wrong."""
        text = super().told(error)
        load = error.report.load if isinstance(error, RunError) and error.report else None
        for rule in load.broken if load else ():
            lines = ", ".join(map(str, rule.lines))
            place = f"{rule.file}, {rule.column}" if rule.column else rule.file
            text += f"\n{place}: {rule.count:,} rows: {rule.text} (line {lines})"
        return text


def _sheets(options: dict[str, Any]) -> Sheets:
    given = [pair(text, "--csv", "app.Model=file, such as accounts.Shop=shops.csv") for text in options["csv"]]
    sheets = []
    for model, path in given:
        reject: str | Path | None = options["reject"] or None
        if reject and len(given) > 1:
            reject = Path(reject) / f"{models.table_name(model)}.csv"
        sheets.append(Sheet(model, path, reject=reject))
    if options["reject"] and len(given) > 1:
        Path(options["reject"]).mkdir(parents=True, exist_ok=True)
    return Sheets(None, *sheets, show_values=options["show_values"])
