"""Gyro for Django: importers over models, QuerySets as queries, slices of PostgreSQL databases."""

from .column import Case, Column, Fake, Mask, Ref
from .errors import DeclarationError, GyroError, Mistake, NoModelError, NotAModelError, SecondImporterError
from .ids import Derived, Fixed, Keep, MaxPlusOne, NaturalKey, Offset, Sequential
from .importer import Importer
from .job import ImportJob
from .outcome import (
    DocumentRefused,
    EndpointError,
    EngineError,
    Invalid,
    JobError,
    JobTypeError,
    NotProved,
    RunError,
    TargetExists,
)
from .report import Plan, Report
from .slicer import DataSlicer

__all__ = [
    "Case",
    "Column",
    "DataSlicer",
    "DeclarationError",
    "Derived",
    "DocumentRefused",
    "EndpointError",
    "EngineError",
    "Fake",
    "Fixed",
    "GyroError",
    "ImportJob",
    "Importer",
    "Invalid",
    "JobError",
    "JobTypeError",
    "Keep",
    "Mask",
    "MaxPlusOne",
    "Mistake",
    "NaturalKey",
    "NoModelError",
    "NotAModelError",
    "NotProved",
    "Offset",
    "Plan",
    "Ref",
    "Report",
    "RunError",
    "SecondImporterError",
    "Sequential",
    "TargetExists",
]
