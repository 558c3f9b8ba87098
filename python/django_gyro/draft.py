"""A first importers.py: an importer for each model, with what it refers to, as one would write it by hand.

What Django knows by itself is not written: automatic tables, links to parents, what generic foreign keys may lead to,
and the models that every project has (:mod:`django_gyro.defaults`).
"""

from __future__ import annotations

import importlib
import keyword
import sysconfig
from pathlib import Path
from typing import TYPE_CHECKING

from django.apps import apps

from . import model as models
from .defaults import LEFT_OUT
from .strategy import is_everywhere

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from django.apps import AppConfig
    from django.db.models import Model

#: How long a line of imports may get: ruff's and black's own bound.
_WIDTH = 88

_HEAD = '"""How each model travels. manage.py gyro_init wrote it; it is yours to change."""\n\n'


def candidates(config: AppConfig) -> list[type[Model]]:
    """The models of an application that an importer can be written for, in their order; unmanaged ones among them."""
    found = []
    for model in config.get_models():
        known = model._meta.proxy or models.no_table(model) or is_everywhere(model)
        if not known and model._meta.label_lower not in LEFT_OUT:
            found.append(model)
    return found


def is_of_others(config: AppConfig) -> bool:
    """Whether an application was installed, so that nothing may be written beside it."""
    places = {Path(sysconfig.get_path(name)).resolve() for name in ("purelib", "platlib", "stdlib", "platstdlib")}
    return bool(places & set(Path(config.path).resolve().parents))


class Draft:
    """The importers.py of one application, for models of its own or of others."""

    def __init__(
        self, config: AppConfig, drawn: Iterable[type[Model]], with_importers: Collection[type[Model]]
    ) -> None:
        self.config, self.models = config, list(drawn)
        self.path = Path(config.path) / "importers.py"
        self._has = with_importers
        self._columns = {m: dict(self._references(m)) for m in self.models}
        named = [*self.models, *(to for columns in self._columns.values() for to in columns.values())]
        self._names = self._called(dict.fromkeys(named))

    def text(self) -> str:
        """The file, as ruff and black leave it."""
        return _HEAD + self._imports() + "".join(f"\n\n\n{self._importer(m)}" for m in self.models) + "\n"

    def stranger_references(self) -> Iterator[str]:
        """Foreign keys that are not written, for what they lead to has no importer."""
        for model in self.models:
            for reference in models.references(model):
                if not reference.parent_link and reference.to not in self._has:
                    yield f"{models.label(model)}.{reference.field.name} refers to {models.label(reference.to)}"

    def _references(self, model: type[Model]) -> Iterator[tuple[str, type[Model]]]:
        kinds = {key.type_column for key in models.generic_keys(model)}
        for reference in models.references(model):
            written = len(reference.columns) == 1 and not reference.parent_link
            if written and reference.to in self._has and reference.columns[0] not in kinds:
                yield reference.field.name, reference.to

    def _called(self, named: Iterable[type[Model]]) -> dict[type[Model], str]:
        """What each model is called in the file: by its class, with the application's name before it where another
        one is called so."""
        named, taken = list(named), {"Importer"}
        bare = [m.__name__ for m in named]
        names = {}
        for model in named:
            name = model.__name__
            if bare.count(name) > 1 and model not in self.config.get_models():
                name = "".join(part.capitalize() for part in model._meta.app_label.split("_")) + name
            while name in taken:
                name += "Model"
            taken |= {name, f"{name}Importer"}
            names[model] = name
        return names

    def _imports(self) -> str:
        groups: list[dict[str, set[tuple[str, str]]]] = [{"django_gyro": {("Importer", "Importer")}}, {}, {}]
        for model, called in self._names.items():
            if (module := home(model)) is None:
                continue
            own = apps.get_containing_app_config(model.__module__) or self.config
            group = 0 if is_of_others(own) else 1
            if module == self.config.name or module.startswith(f"{self.config.name}."):
                group, module = 2, module[len(self.config.name) :]
            groups[group].setdefault(module, set()).add((model.__name__, called))
        return "\n\n".join("\n".join(_lines(group)) for group in groups if group)

    def _importer(self, model: type[Model]) -> str:
        lines = [f"class {self._names[model]}Importer(Importer):", f"    model = {self._said(model)}"]
        columns = self._columns[model]
        generic = [key.field.name for key in models.generic_keys(model)]
        lines += [f"    # {name} leads to every model that has an importer" for name in generic]
        if columns:
            lines += ["", "    class Columns:"]
            lines += [f"        {name} = {self._said(to, columns)}" for name, to in columns.items()]
        return "\n".join(lines)

    def _said(self, model: type[Model], shadows: Collection[str] = ()) -> str:
        """The model as the file names it: by a text where its class can't be imported or another name hides it."""
        called = self._names[model]
        return f'"{models.label(model)}"' if home(model) is None or called in shadows else called


def home(model: type[Model]) -> str | None:
    """The module to import a model from: its application's models where it is there, else its own; None where in
    neither."""
    for module in (f"{apps.get_app_config(model._meta.app_label).name}.models", model.__module__):
        try:
            found = getattr(importlib.import_module(module), model.__name__, None)
        except ImportError:
            continue
        if found is model and not any(keyword.iskeyword(part) for part in module.split(".")):
            return module
    return None


def _lines(group: dict[str, set[tuple[str, str]]]) -> Iterator[str]:
    """The imports of one group: modules by name, and an import with another name on a line of its own."""
    for module in sorted(group, key=str.lower):
        plain = sorted((name for name, called in group[module] if name == called), key=_kind)
        renamed = sorted((pair for pair in group[module] if pair[0] != pair[1]), key=lambda pair: _kind(pair[0]))
        statements = [(_kind(plain[0]), _wrapped(module, plain))] if plain else []
        statements += [(_kind(name), f"from {module} import {name} as {called}") for name, called in renamed]
        yield from (text for _, text in sorted(statements))


def _kind(name: str) -> tuple[int, str]:
    """Constants before classes before all else, as imports are sorted."""
    constant = name.isupper() and len(name) > 1
    return (0 if constant else 1 if name[:1].isupper() else 2, name)


def _wrapped(module: str, names: list[str]) -> str:
    line = f"from {module} import {', '.join(names)}"
    if len(line) <= _WIDTH:
        return line
    return "\n".join([f"from {module} import (", *(f"    {name}," for name in names), ")"])
