"""manage.py gyro_undo: takes a load back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django_gyro.command import GyroCommand, add_database
from django_gyro.slicer import DataSlicer

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(GyroCommand):
    help = "Take a load back: delete the rows that it inserted, and no others."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("record", help="the directory that the load printed")
        add_database(parser, "target", "that was loaded into")

    def handle(self, *_: Any, **options: Any) -> None:
        report = DataSlicer.undo(options["record"], target=self.endpoint(options, "target"))
        self.show(report, options["verbosity"])
