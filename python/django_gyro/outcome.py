"""What a run that failed raises."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .errors import GyroError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .report import Report


class EngineError(GyroError):
    """The gyro program is not there, or can't be driven."""


class EndpointError(GyroError, ValueError):
    """A source or a target that can't be what it is said to be."""


class JobError(GyroError, ValueError):
    """A job that can't be what it is said to be."""


class JobTypeError(JobError, TypeError):
    """What should be a model, a QuerySet or an importer is none."""


class RunError(GyroError):
    """A run that failed. Nothing was left half done.

    ``problems`` are all that was found, each with place, problem and hint; ``report`` is what is known nevertheless:
    which rows of a CSV file break rules, or the slice that was taken and not loaded.
    """

    kind = "failed"

    def __init__(
        self, operation: str, problems: Sequence[GyroError], exit_code: int, report: Report | None = None
    ) -> None:
        self.problems, self.exit_code, self.report = tuple(problems), exit_code, report
        first = self.problems[0]
        super().__init__(operation, first.place, first.problem, first.hint)

    def __str__(self) -> str:
        return "\n".join(str(problem) for problem in self.problems)


class TargetExists(RunError, FileExistsError):  # noqa: N818 - as FileExistsError is called
    """The directory holds a slice already, and ``overwrite`` was not given."""

    kind = "exists"


class Invalid(RunError, ValueError):  # noqa: N818
    """Importers, jobs or queries are wrong, or rows of a CSV file break rules."""

    kind = "invalid"


class NotProved(RunError):  # noqa: N818
    """The slice is not whole or not closed."""

    kind = "unproven"


class DocumentRefused(RunError):  # noqa: N818
    """The engine does not understand what it was asked."""

    kind = "usage"


_KINDS: dict[str, type[RunError]] = {c.kind: c for c in (RunError, TargetExists, Invalid, NotProved, DocumentRefused)}


def run_error(operation: str, events: Sequence[dict[str, Any]], exit_code: int, report: Report | None) -> BaseException:
    """The exception for the errors that the engine told."""
    if not events:
        return EngineError(operation, "gyro", f"it ended with code {exit_code} and did not say why")
    if any(e["kind"] == "interrupted" for e in events):
        return KeyboardInterrupt()
    problems = [GyroError(operation, e.get("place", ""), _problem(e), _hint(e)) for e in events]
    kind = next((e["kind"] for e in events if e["exit"] == exit_code), "failed")
    return _KINDS.get(kind, RunError)(operation, problems, exit_code, report)


def _problem(event: dict[str, Any]) -> str:
    words = event.get("words", "")
    return str(event["problem"]) + (f": {words}" if words else "")


def _hint(event: dict[str, Any]) -> str:
    if event["kind"] == "exists":
        return "DataSlicer.File(path, overwrite=True) replaces the slice that is there"
    return str(event.get("hint", ""))
