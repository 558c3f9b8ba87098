"""Progress as bars: one a job."""

from __future__ import annotations

import sys
import warnings
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .engine import Event


class Bars:
    """Bars of tqdm.auto: widgets in a notebook, text on a terminal; nothing in a pipe, unless always."""

    def __init__(self, names: dict[str, str], always: bool = False) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that a widget could be had
            from tqdm.auto import tqdm
        self._tqdm = tqdm
        self._names = names  # of models, by table
        self._disable = False if always or "ipykernel" in sys.modules else None
        self._bars: dict[int, Any] = {}
        self._round = 0

    def hear(self, event: Event) -> None:
        step, job = event.get("step"), event.get("job", 0)
        if step == "restarted":
            self.close()
        elif step == "ended":
            self.close()
            self._round += 1
        elif step == "planned" and job not in self._bars:
            self._bars[job] = self._bar(event)
        elif job in self._bars:
            self._move(self._bars[job], event)

    def _bar(self, event: Event) -> Any:
        name = self._names.get(event["model"], event["model"])
        what = f"{name}, loaded" if self._round else name
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return self._tqdm(
                desc=what,
                total=event.get("estimate") or None,
                unit=" rows",
                disable=self._disable,
                leave=True,
                mininterval=0,
            )

    def _move(self, bar: Any, event: Event) -> None:
        step, rows = event["step"], event.get("rows", 0)
        if step == "moved":
            if bar.total is not None and rows > bar.total:
                bar.total = rows  # what was expected was too little
            bar.n = rows
        elif step == "finished":
            bar.total = bar.n = rows
        elif step == "stage":
            bar.set_postfix_str(event.get("stage", ""), refresh=False)
        bar.refresh()

    def close(self) -> None:
        for bar in self._bars.values():
            bar.close()
        self._bars.clear()


class Silent:
    """No progress."""

    def hear(self, event: Event) -> None:
        """Hear, and show nothing."""

    def close(self) -> None:
        """Nothing was opened."""
