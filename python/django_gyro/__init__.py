"""Gyro for Django: importers over models, QuerySets as queries, slices of PostgreSQL databases."""

from .column import Case, Column, Fake, Mask, Ref
from .errors import DeclarationError, GyroError, Mistake, NoModelError, NotAModelError, SecondImporterError
from .ids import Derived, Fixed, Keep, MaxPlusOne, NaturalKey, Offset, Sequential
from .importer import Importer

__all__ = [
    "Case",
    "Column",
    "DeclarationError",
    "Derived",
    "Fake",
    "Fixed",
    "GyroError",
    "Importer",
    "Keep",
    "Mask",
    "MaxPlusOne",
    "Mistake",
    "NaturalKey",
    "NoModelError",
    "NotAModelError",
    "Offset",
    "Ref",
    "SecondImporterError",
    "Sequential",
]
