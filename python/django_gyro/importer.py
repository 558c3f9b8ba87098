"""An importer says how a model travels. Importers register themselves when their classes are made."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any, Literal

from django.apps import apps

from . import model as models
from .column import is_model
from .errors import DeclarationError, Mistake, NoModelError, NotAModelError, SecondImporterError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from django.db.models import Model

    from .ids import IDs

#: What an importer may say.
KNOWN = ("model", "Columns", "ids", "conflict", "file", "missing", "csv", "abstract")


class ImporterType(type):
    """The class of importers' classes: checks one when it is made, and registers it."""

    _registry: dict[type[Model] | str, ImporterType] = {}  # by the concrete model, or its name until apps are ready
    _abstract: bool
    model: Any
    ids: IDs | None
    missing: str | None
    conflict: str | Mapping[str, Any] | None
    file: str | None
    csv: Mapping[str, Any] | None

    def __new__(mcs, name: str, bases: tuple[type, ...], namespace: dict[str, Any], **options: Any) -> ImporterType:
        cls = super().__new__(mcs, name, bases, namespace)
        cls._abstract = bool(namespace.get("abstract", False)) or not any(isinstance(b, ImporterType) for b in bases)
        if not any(isinstance(b, ImporterType) for b in bases):
            return cls
        found = list(_strangers(cls, namespace))
        if cls._abstract:
            _tell(DeclarationError, found)
            return cls
        error: type[DeclarationError] = DeclarationError
        if cls.model is None:
            hint = "model = Tenant; abstract = True where it is a base of other importers"
            found.insert(0, Mistake("E006", name, "it has no model", hint, cls))
            error = NoModelError
        elif not isinstance(cls.model, str) and not is_model(cls.model):
            hint = 'a class of a models.py, or its name: "accounts.Tenant"'
            found.insert(0, Mistake("E006", name, "its model is no Django model", hint, cls))
            error = NotAModelError
        elif not options.get("implicit") and (other := cls._second()):
            found.insert(0, other)
            error = SecondImporterError
        elif apps.models_ready and cls.get_model() is None:
            found.insert(0, Mistake("E006", name, f"there is no model {cls.model}", 'model = "app_label.Model"', cls))
        elif apps.models_ready:
            from .declared import Declared

            found += Declared(cls).mistakes
        _tell(error, found)
        if not options.get("implicit") and error is DeclarationError:
            cls._registry[cls._key()] = cls
        return cls

    def __init__(cls, name: str, bases: tuple[type, ...], namespace: dict[str, Any], **_: Any) -> None:
        super().__init__(name, bases, namespace)

    def __repr__(cls) -> str:
        return f"{cls.__module__}.{cls.__qualname__}"

    def _key(cls) -> type[Model] | str:
        model = cls.get_model()
        return models.concrete(model) if model is not None else str(cls.model).lower()

    def _second(cls) -> Mistake | None:
        """The mistake of a class for whose model another one stands; the same class again is none."""
        settle()
        other = cls._registry.get(cls._key())
        if other is None or (other.__module__, other.__qualname__) == (cls.__module__, cls.__qualname__):
            return None
        return second(cls, other)

    def get_model(cls) -> type[Model] | None:
        """The model; None where it is a name that no model has, or models are not loaded yet."""
        if isinstance(cls.model, str):
            return models.named(cls.model) if apps.models_ready else None
        return cls.model

    def get_file_name(cls) -> str:
        """The name of the CSV file: what ``file`` says, else <table>.csv."""
        if cls.file:
            return cls.file
        model = cls.get_model()
        if model is None:
            raise NoModelError([Mistake("E006", cls.__name__, f"there is no model {cls.model} yet", "", cls)])
        return f"{models.table_name(model)}.csv"

    def get_importer_for_model(cls, model: type[Model]) -> ImporterType | None:
        """The importer of a model, or of the model that it is a proxy of; None where there is none.

        Models that every project has, parents of declared models, and the automatic tables of their many-to-many
        fields have importers that nobody wrote.
        """
        from .defaults import implicit

        settle()
        return cls._registry.get(models.concrete(model)) or implicit(model)

    def unregister(cls) -> None:
        """Forget the importer, so that another one may be declared for its model."""
        for key in [key for key, importer in cls._registry.items() if importer is cls]:
            del cls._registry[key]


class Importer(metaclass=ImporterType):
    """How a model travels: a subclass for each model, of which one thing must be said, ``model``.

        class ShopImporter(Importer):
            model = Shop

            class Columns:
                tenant = Tenant

    A base of other importers says ``abstract = True``. The Columns of bases count too; ``name = None`` takes one away.
    """

    model: type[Model] | str | None = None
    Columns: type | None = None
    ids: IDs | None = None  # default: the run's
    conflict: Literal["fail", "skip", "update"] | Mapping[str, Any] | None = None  # or {"update": ["slug"]}
    file: str | None = None  # default: <table>.csv
    missing: Literal["restrict", "include", "set_null"] | None = None  # of references to models without a job
    csv: Mapping[str, Any] | None = None  # how a foreign CSV file is written: docs/csv.md
    abstract: bool = False


_held: list[Mistake] = []
_holding = False


def _tell(error: type[DeclarationError], mistakes: list[Mistake]) -> None:
    """Raise the mistakes of a class, or hold them back for the system checks."""
    if mistakes and not _holding:
        raise error(mistakes)
    _held.extend(mistakes)


@contextlib.contextmanager
def collecting() -> Iterator[None]:
    """Hold back what is declared wrong: while an application's importers are discovered one class's mistakes would
    keep the others' from being told, and manage.py from starting. System checks and every run tell them."""
    global _holding
    before, _holding = _holding, True
    try:
        yield
    finally:
        _holding = before


def collected() -> list[Mistake]:
    """What was held back."""
    return list(_held)


def _strangers(cls: ImporterType, namespace: Mapping[str, Any]) -> list[Mistake]:
    """Names that an importer does not know, which would be passed over in silence."""
    found = []
    for name, value in namespace.items():
        plain = not callable(value) and not isinstance(value, (property, classmethod, staticmethod))
        if name.startswith("_") or name in KNOWN or not (plain or isinstance(value, type)):
            continue
        near = next((k for k in KNOWN if k.lower() == name.lower() or k.lower() == name.lower() + "s"), None)
        hint = f'did you mean "{near}"?' if near else "known here: " + ", ".join(sorted(KNOWN, key=str.lower))
        found.append(Mistake("E010", cls.__name__, f'an importer has no "{name}"', hint, cls))
    return found


def second(importer: ImporterType, other: ImporterType) -> Mistake:
    """The mistake of two importers for one model."""
    model = importer.get_model()
    problem = f"there is another importer for {models.label(models.concrete(model)) if model else importer.model}"
    if model is not None and model._meta.proxy:
        problem += f", which {models.label(model)} is a proxy of"
    where = f"{other.__module__}.{other.__qualname__}"
    return Mistake(
        "E004",
        importer.__name__,
        f"{problem}: {where}",
        f"keep one, or call {other.__name__}.unregister() first",
        importer,
    )


def registered() -> list[ImporterType]:
    """The importers that were declared, in the order in which they were."""
    settle()
    return list(ImporterType._registry.values())


def settle() -> list[Mistake]:
    """Enter importers whose model was a name before models were loaded under their models; gives doubles."""
    registry, found = ImporterType._registry, []
    if not apps.models_ready:
        return []
    for key, importer in list(registry.items()):
        if not isinstance(key, str) or (model := importer.get_model()) is None:
            continue
        other = registry.get(models.concrete(model))
        if other is None:
            del registry[key]
            registry[models.concrete(model)] = importer
        else:
            found.append(second(importer, other))
    return found
