"""One importer as it is declared: what the document says of it, and what is wrong with it. One walk gives both."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable, Iterator, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from . import model as models
from .column import MISSING, Case, Column, Fake, Mask, ModelOrName, Ref, is_model
from .errors import Mistake
from .ids import IDs
from .strategy import impossible, is_everywhere

if TYPE_CHECKING:
    from django.db.models import Model

    from .importer import ImporterType

#: What can be said of a foreign CSV file, and at a column of it.
FORMAT = (
    "trim",
    "nulls",
    "empty",
    "decimal",
    "thousands",
    "currency",
    "percent",
    "negative",
    "date",
    "language",
    "true",
    "false",
)
CSV = ("delimiter", "quote", "skip", "footer", "stray_quotes", "encoding", "header", "time_zone", "ignore", *FORMAT)
POLICIES = ("fail", "skip", "update")


class Declared:
    """What an importer says, and what Django knows besides and the database's catalog does not.

    With ``with_importers``, the models that have one, it is looked after as well whether what it refers to is among
    them: that is known when all importers are there. Without, only the importer itself is looked at.
    """

    def __init__(self, importer: ImporterType, with_importers: Iterable[type[Model]] | None = None) -> None:
        self.importer = importer
        self.columns: dict[str, dict[str, Any]] = {}
        self.refers: list[type[Model]] = []  # to what the document refers
        self.mistakes: list[Mistake] = []
        self.doubts: list[Mistake] = []  # what is right, and perhaps not meant
        self._has = None if with_importers is None else list(dict.fromkeys(map(models.concrete, with_importers)))
        model = importer.get_model()
        if model is None:
            self._wrong("E006", "", f"there is no model {importer.model}", 'model = "app_label.Model"')
            return
        if why := models.no_table(model):
            hint = f'model = "{model._meta.swapped}"' if model._meta.swapped else "name a model that inherits from it"
            self._wrong("E007", "", f"{models.label(model)}: {why}", hint)
            return
        self.model = models.concrete(model)
        for name, value in said(importer).items():
            self._entry(name, value)
        self._by_itself()
        self._options()

    def _wrong(self, code: str, column: str, problem: str, hint: str = "") -> None:
        self.mistakes.append(Mistake(code, self._place(column), problem, hint, self.importer))

    def _doubt(self, code: str, column: str, problem: str, hint: str = "") -> None:
        self.doubts.append(Mistake(code, self._place(column), problem, hint, self.importer))

    def _place(self, column: str) -> str:
        return f'{self.importer.__name__}, column "{column}"' if column else self.importer.__name__

    def _entry(self, name: str, value: Any) -> None:
        """Take one entry of Columns."""
        if isinstance(value, (Fake, Mask)):
            self._masked(name, value)
            return
        column = Ref(value) if isinstance(value, str) or is_model(value) else value
        several = isinstance(value, (list, tuple)) and value and all(isinstance(v, str) or is_model(v) for v in value)
        if several:
            column = Ref(cases=[Case("", v) for v in value])
        if not isinstance(column, Column):
            hint = 'tenant = Tenant, tenant = "accounts.Tenant", Ref(Tenant, …) or Column(…)'
            self._wrong("E010", name, "it is neither a model nor a Ref nor a Column", hint)
            return
        if problems := list(column.problems()):
            for problem, hint in problems:
                self._wrong("E010", name, problem, hint)
            return
        ref = self._model(name, column.ref) if isinstance(column, Ref) and column.ref is not None else None
        if isinstance(column, Ref) and column.ref is not None and ref is None:
            return
        field = models.find(self.model, name)
        if field is None and isinstance(column, Ref) and column.over:
            self._write(name, column, None, ref)
        elif field is None:
            problem, hint = models.unknown(self.model, name, ref)
            self._wrong("E002", name, problem, hint)
        elif isinstance(field, models.GenericKey):
            self._generic(name, column, field, ref, list(value) if several else None)
        elif several:
            self._wrong(
                "E003", name, "several models, and it is no generic foreign key", "Ref(cases=[Case(when=…, ref=…), …])"
            )
        else:
            self._plain(name, column, field, ref)

    def _masked(self, name: str, mask: Fake | Mask) -> None:
        """Take what is written in the place of a field's value."""
        field = models.find(self.model, name)
        if field is None:
            problem, hint = models.unknown(self.model, name)
            self._wrong("E002", name, problem, hint)
        elif isinstance(field, models.GenericKey):
            self._wrong("E010", name, "it is a generic key, which says which rows are meant", "leave it out")
        elif problem := mask.problem():
            self._wrong("E010", name, problem, f'{type(mask).__name__}("…"), as docs/masking.md has them')
        else:
            self.columns[models.column_name(field)] = mask.document()

    def _model(self, name: str, said: ModelOrName) -> type[Model] | None:
        model = models.named(said, self.model) if isinstance(said, str) else said
        if model is None:
            self._wrong("E006", name, f"there is no model {said}", '"app_label.Model"')
            return None
        if why := models.no_table(model):
            self._wrong("E007", name, f"{models.label(model)}: {why}")
            return None
        return models.concrete(model)

    def _refers(self, name: str, model: type[Model]) -> str:
        """The table of a model that the document refers to, which has to have an importer."""
        if self._has is not None and model not in self._has:
            self._wrong(
                "E001",
                name,
                f"it refers to {models.label(model)}, which has no importer",
                f"class {model.__name__}Importer(Importer): model = {model.__name__}",
            )
        self.refers.append(model)
        return models.table_name(model)

    def _plain(self, name: str, column: Column, field: Any, ref: type[Model] | None) -> None:
        """Take an entry about a field, which may be a foreign key."""
        known = models.reference(field)
        if ref is not None and known is None and isinstance(column, Ref) and not (column.soft or column.each):
            self._wrong(
                "E003",
                name,
                f"it is no foreign key of {models.label(self.model)}",
                f"Ref({ref.__name__}, soft=True) if rows refer to it without one; each=True for an array",
            )
            return
        if ref is not None and known is not None and known.to is not ref:
            self._wrong(
                "E003",
                name,
                f"it leads to {models.label(known.to)}, not to {models.label(ref)}",
                f"write {name} = {known.to.__name__}" + self._meant(ref),
            )
            return
        if known is None and (column.follow or column.missing or column.by) and not isinstance(column, Ref):
            self._wrong(
                "E003", name, "missing, follow and by are about references, and it is none", "Ref(…, soft=True)"
            )
            return
        self._write(name, column, known or field, ref)

    def _meant(self, ref: type[Model]) -> str:
        others = [r.field.name for r in models.references(self.model) if r.to is ref]
        return f"; what leads to {models.label(ref)} is {' and '.join(others)}" if others else ""

    def _write(self, name: str, column: Column, field: Any, ref: type[Model] | None) -> None:
        """Write an entry as the document has it."""
        reference = field if isinstance(field, models.Reference) else None
        entry: dict[str, Any] = {}
        key = name
        if reference is not None:
            ref = ref or reference.to
            key = self._key(reference, entry)
            entry.update(self._soft(reference))
        elif field is not None:
            key = models.column_name(field)
        if ref is not None and (isinstance(column, Ref) or reference is None or reference.soft):
            entry["ref"] = self._refers(name, ref)
        elif ref is not None:
            self.refers.append(ref)  # the catalog knows it, and it needs no importer
        if column.mask is not None:
            entry.update(column.mask.document())
        for what in sorted(column.said() - {"ref", "cases", "mask"}):
            value = getattr(column, what)
            if what == "over":
                entry[what] = ", ".join(self._columns(name, self.model, value))
            elif what == "to" and ref is not None:
                entry[what] = ", ".join(self._columns(name, ref, [value] if isinstance(value, str) else value))
            elif what == "by" and ref is not None:
                entry[what] = dict(zip(self._columns(name, ref, list(value)), value.values(), strict=False))
            else:
                entry[what.rstrip("_")] = written(value)
        if isinstance(column, Ref) and column.cases:
            entry["cases"] = list(self._cases(name, column.cases))
        if key in self.columns:
            self._wrong("E010", name, f"column {key} is said twice", "keep one")
        self.columns[key] = entry

    def _key(self, reference: models.Reference, entry: dict[str, Any]) -> str:
        """The key of a reference in the document: its column, or where it has several a name."""
        if len(reference.columns) == 1:
            return reference.columns[0]
        entry["over"] = ", ".join(reference.columns)
        return str(reference.field.name)

    def _soft(self, reference: models.Reference) -> dict[str, Any]:
        if not reference.soft:
            return {}
        return {"soft": True} if reference.to_key else {"soft": True, "to": ", ".join(reference.to_columns)}

    def _cases(self, name: str, cases: Collection[Case]) -> Iterator[dict[str, Any]]:
        for case in cases:
            model = self._model(name, case.ref)
            if model is None:
                continue
            entry = {"when": case.when, "ref": self._refers(name, model)}
            if case.to:
                entry["to"] = ", ".join(self._columns(name, model, [case.to]))
            yield entry

    def _generic(
        self, name: str, column: Column, key: models.GenericKey, ref: type[Model] | None, only: list[ModelOrName] | None
    ) -> None:
        """Take a generic foreign key: a case for each model that it may mean."""
        chosen = [ref] if ref is not None else None
        if only is not None:
            chosen = [m for m in (self._model(name, o) for o in only) if m is not None]
        elif isinstance(column, Ref) and column.cases:
            self._write(name, column, key.field.model._meta.get_field(key.field.fk_field), None)
            return
        cases = []
        for model in (self._has or ()) if chosen is None else chosen:
            if len(models.key_fields(model)) > 1:  # which one column can't hold
                if chosen is not None:
                    self._wrong(
                        "E003", name, f"{models.label(model)} has a key of several columns, which it can't hold"
                    )
                continue
            kinds = [model] if key.for_concrete_model else [model, *models.proxies(model)]
            cases += [key.case(kind) for kind in kinds]
            self._refers(name, model)
        entry = {k.rstrip("_"): written(getattr(column, k)) for k in sorted(column.said() - {"ref", "cases", "mask"})}
        if column.mask is not None:
            entry.update(column.mask.document())
        if cases:
            self.columns[key.key_column] = {**entry, "cases": cases}
        if cases and self._has is not None:
            self._doubt_strangers(name, key, chosen)
        elif not cases and self._has is not None:
            self._doubt(
                "W001",
                name,
                "no model that it may lead to has an importer: it is not followed",
                "declare importers of these",
            )

    def _doubt_strangers(self, name: str, key: models.GenericKey, chosen: list[type[Model]] | None) -> None:
        """Say which models declare that they are led to, and have no importer."""
        for field in (
            f for m in models.with_table() for f in m._meta.private_fields if getattr(f, "one_to_many", False)
        ):
            model = models.concrete(field.model)
            leads = field.related_model is self.model and field.object_id_field_name == key.field.fk_field
            if leads and model not in ((self._has or ()) if chosen is None else chosen):
                self._doubt(
                    "W001",
                    name,
                    f"rows that lead to {models.label(model)} are not followed",
                    f"declare an importer of {models.label(model)}",
                )

    def _by_itself(self) -> None:
        """Add what nobody said, and the catalog does not know."""
        for reference in models.references(self.model):
            entry: dict[str, Any] = {}
            key = self._key(reference, entry)
            if key in self.columns:
                continue
            if reference.soft and self._has is not None and reference.to in self._has:
                self.columns[key] = {**entry, "ref": models.table_name(reference.to), **self._soft(reference)}
                self.refers.append(reference.to)
            elif reference.soft and self._has is not None and not reference.parent_link:
                self._doubt(
                    "W003",
                    reference.field.name,
                    f"no foreign key of the database leads to {models.label(reference.to)}, and it has no importer: "
                    "it is not followed",
                    f"declare an importer of {models.label(reference.to)}",
                )
            elif reference.parent_link:
                self.columns[key] = {**entry, "ref": models.table_name(reference.to), **self._soft(reference)}
                self.refers.append(reference.to)
        for generic in models.generic_keys(self.model):
            if generic.key_column not in self.columns and not any(
                m.place == self._place(generic.field.name) for m in [*self.mistakes, *self.doubts]
            ):
                self._generic(generic.field.name, Column(), generic, None, None)

    def include(self, with_jobs: Collection[type[Model]]) -> None:
        """Say that rows of parents, and of models that every project has, are included where these have no job."""
        for reference in models.references(self.model):
            entry: dict[str, Any] = {}
            key = self._key(reference, entry)
            if reference.to not in with_jobs and (
                reference.parent_link or (reference.to in (self._has or ()) and is_everywhere(reference.to))
            ):
                said = self.columns.setdefault(key, {**entry, "ref": models.table_name(reference.to)})
                if not said.get("follow"):  # rows follow by a reference that restricts
                    said.setdefault("missing", "include")
                self.refers.append(reference.to)

    def _columns(self, name: str, model: type[Model], names: Collection[Any]) -> list[str]:
        """The columns of fields, as the database calls them; composite keys are several."""
        found = []
        for field_name in names:
            if field_name == "pk":
                found += [models.column_name(f) for f in models.key_fields(model)]
                continue
            field = models.find(model, str(field_name))
            if field is None or isinstance(field, models.GenericKey) or field.column is None:
                problem, hint = models.unknown(model, str(field_name))
                self._wrong("E002", name, f'"{field_name}": {problem}', hint)
                continue
            found.append(models.column_name(field))
        return found

    def _options(self) -> None:
        """Look at ids, conflict, missing, csv and file."""
        importer, ids = self.importer, self.importer.ids
        self.ids_columns: list[str] = []
        if ids is not None and not isinstance(ids, IDs):
            self._wrong(
                "E008",
                "",
                "ids is no strategy",
                'Keep(), Sequential(), MaxPlusOne(), NaturalKey("slug"), Derived("slug"), Fixed({1060: 10}), Offset(9)',
            )
        elif ids is not None and (problem := ids.problem()):
            self._wrong("E008", "", problem)
        elif ids is not None:
            before = len(self.mistakes)
            self.ids_columns = self._columns("", self.model, ids.columns())
            if len(self.mistakes) == before and (refusal := impossible(self.model, ids, self.ids_columns)):
                self._wrong(*refusal)
        self.conflict = self._policy(importer.conflict)
        if importer.missing is not None and importer.missing not in MISSING:
            self._wrong("E010", "", "missing must be one of these", "restrict, include or set_null")
        for key in importer.csv or ():
            if key not in CSV:
                self._wrong("E010", "", f"csv has no {key}", "known here: " + ", ".join(sorted(CSV)))
        if importer.file is not None and (
            not isinstance(importer.file, str) or not importer.file or "/" in importer.file or "\\" in importer.file
        ):
            self._wrong("E005", "", "file is no plain name", f"such as {models.table_name(self.model)}.csv")

    def _policy(self, said: Any) -> Any:
        if said is None or (isinstance(said, str) and said in POLICIES):
            return said
        if isinstance(said, Mapping) and len(said) == 1 and (policy := next(iter(said))) in ("skip", "update"):
            names = said[policy]
            return {policy: self._columns("", self.model, [names] if isinstance(names, str) else names)}
        self._wrong(
            "E010",
            "",
            "conflict must be one of these",
            '"fail", "skip", "update", {"skip": ["slug"]} or {"update": ["slug"]}',
        )
        return None


def said(importer: ImporterType) -> dict[str, Any]:
    """The entries of Columns, those of bases included; the nearest class goes before."""
    entries: dict[str, Any] = {}
    for cls in reversed(importer.__mro__):
        declared = vars(cls).get("Columns")
        for part in reversed(declared.__mro__) if isinstance(declared, type) else ():
            entries.update({k: v for k, v in vars(part).items() if not k.startswith("_") and part is not object})
    return {name: value for name, value in entries.items() if value is not None}


def written(value: Any) -> Any:
    """A value as the document has it: true and false stay, all else is a text, or a list or dict of such."""
    if isinstance(value, bool):
        return value
    if isinstance(value, (list, tuple)):
        return [str(v) if not isinstance(v, bool) else str(v).lower() for v in value]
    if isinstance(value, Mapping):
        return {str(k): written(v) for k, v in value.items()}
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat()
    return str(value)
