"""ImportJob: which rows of a model are taken."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import model as models
from .column import is_model
from .outcome import JobError, JobTypeError
from .query import compile as compile_query

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from django.db.models import Model


class ImportJob:
    """Rows of one model: those of ``query``, of which ``limit``, ``per`` and ``percent`` take a part.

    Without a query every row is taken that its references allow: a reference to a model with a job before it leads to
    rows that were taken, or the row is left out.

    The automatic through table of a many-to-many field needs no job: where both its models have one, its rows come too.

    ``limit`` counts for each value of ``per``: fields or a reference, ``per="customer"``. ``percent`` takes so many
    of 100 rows, by a hash of the key. ``order_by`` names fields, ``"-created_at"``: which rows come first, with
    ``limit``. ``seed`` draws other rows. ``orphans`` keeps rows all of whose references are NULL. ``follow`` takes
    rows that refer to rows which are only included. ``max_rows`` bounds the job: more are an error.
    """

    def __init__(
        self,
        model: type[Model],
        query: Any = None,
        *,
        limit: int | None = None,
        per: str | Sequence[str] | None = None,
        percent: float | None = None,
        order_by: str | Sequence[str] | None = None,
        seed: int | None = None,
        orphans: bool = False,
        follow: bool = False,
        max_rows: int | None = None,
    ) -> None:
        if not is_model(model):
            hint = "model=Tenant, the class"
            raise JobTypeError("declare", "ImportJob", "its model is no Django model", hint)
        self._model = model
        self._query = query
        of = getattr(query, "model", None)
        if query is not None and of is None:
            hint = f"{model.__name__}.objects.filter(…)"
            raise JobTypeError("declare", self.place, "the query is no QuerySet", hint)
        if of is not None and models.concrete(of) is not models.concrete(model):
            problem = f"QuerySet model does not match: it gives rows of {models.label(of)}"
            raise JobError("declare", self.place, problem, f"{model.__name__}.objects.filter(…)")
        self.limit, self.percent, self.seed, self.max_rows = limit, percent, seed, max_rows
        self.per, self.order_by = per, order_by
        self.orphans, self.follow = orphans, follow

    @property
    def model(self) -> type[Model]:
        return self._model

    @property
    def query(self) -> Any:
        return self._query

    @property
    def place(self) -> str:
        return f"job of {models.label(self._model)}"

    def __repr__(self) -> str:  # never the query: to print it would run it
        return f"ImportJob({models.label(self._model)}{', …' if self._query is not None else ''})"

    def get_dependencies(self) -> list[type[Model]]:
        """The models that this one refers to, but itself."""
        own = models.concrete(self._model)
        return list(dict.fromkeys(r.to for r in models.references(own) if r.to is not own))

    @staticmethod
    def sort_by_dependencies(jobs: Iterable[ImportJob]) -> list[ImportJob]:
        """The jobs, referenced models first; a circle among them is an error."""
        left, done = list(jobs), list[ImportJob]()
        while left:
            waiting = {models.concrete(j.model) for j in left}
            ready = [j for j in left if not waiting & set(j.get_dependencies())]
            if not ready:
                names = ", ".join(models.label(j.model) for j in left)
                raise JobError(
                    "sort",
                    "jobs",
                    f"they refer to each other in a circle: {names}",
                    "give them in an order of yours: a circle is closed by including",
                )
            done += ready
            left = [j for j in left if j not in ready]
        return done

    def document(self) -> dict[str, Any]:
        """The job as the engine reads it."""
        model = models.concrete(self._model)
        job: dict[str, Any] = {"model": models.table_name(model)}
        if self._query is not None:
            query = compile_query(self._query, model=self._model)
            job["sql"] = query.sql
            if query.args:
                job["args"] = list(query.args)
        for name in ("limit", "percent", "seed", "max_rows"):
            if getattr(self, name) is not None:
                job[name] = getattr(self, name)
        for name in ("orphans", "follow"):
            if getattr(self, name):
                job[name] = True
        if self.per is not None:
            job["per"] = ", ".join(column for name in _names(self.per) for column in self._columns(name, "per"))
        if self.order_by is not None:
            job["order_by"] = ", ".join(self._ordering(name) for name in _names(self.order_by))
        return job

    def _columns(self, name: str, what: str) -> list[str]:
        field = models.find(models.concrete(self._model), name)
        reference = models.reference(field) if field is not None else None
        if reference is not None:
            return list(reference.columns)
        if field is None or not getattr(field, "column", None):
            problem, hint = models.unknown(models.concrete(self._model), name)
            raise JobError("declare", f'{self.place}, {what} "{name}"', problem, hint)
        return [models.column_name(field)]

    def _ordering(self, name: str) -> str:
        bare = name.lstrip("-")
        columns = [f'"{c.replace(chr(34), chr(34) * 2)}"' for c in self._columns(bare, "order_by")]
        return ", ".join(c + (" DESC" if name.startswith("-") else "") for c in columns)


def _names(said: str | Sequence[str]) -> list[str]:
    return [part.strip() for part in said.split(",")] if isinstance(said, str) else list(said)
