"""The gyro program: found, started with one document, listened to, and cancelled."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import shutil
import signal
import subprocess
import sys
import sysconfig
import threading
from collections import deque
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .outcome import EngineError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

#: The version of the protocol that is spoken here.
PROTOCOL = 1

#: What the program tells of itself: an object with "event".
Event = dict[str, Any]

_INTERRUPT = getattr(signal, "CTRL_BREAK_EVENT", signal.SIGINT)  # the former on Windows

_NAME = "gyro.exe" if sys.platform == "win32" else "gyro"


def binary() -> str:
    """Where the program is: GYRO_BINARY, else the environment's scripts, else PATH."""
    said = os.environ.get("GYRO_BINARY", "")
    if said:
        if not os.access(said, os.X_OK):
            raise EngineError(
                "find", "gyro", f"GYRO_BINARY is {said}, and that is no program", "the path of gyro itself"
            )
        return said
    for scheme in dict.fromkeys((sysconfig.get_default_scheme(), sysconfig.get_preferred_scheme("user"))):
        path = Path(sysconfig.get_path("scripts", scheme)) / _NAME
        if os.access(path, os.X_OK):
            return str(path)
    found = shutil.which(_NAME)
    if found is None:
        raise EngineError(
            "find",
            "gyro",
            "it is neither among the environment's scripts nor on PATH",
            "install a wheel of gyro-django, which carries it, or set GYRO_BINARY to its path",
        )
    return found


def run(document: dict[str, Any], hear: Callable[[Event], None]) -> int:
    """Do what a document says, tell ``hear`` of each event, and give the exit code.

    A KeyboardInterrupt is passed on once, as SIGINT: the program cleans up and ends, then it is raised here. A second
    one kills the program. However this ends, no process is left.
    """
    with _Run(document) as going:
        return going.listen(hear)


class _Run:
    """One process, the threads that feed and read it, and its end."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._lines: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._words: deque[bytes] = deque(maxlen=20)
        text = json.dumps({"version": PROTOCOL, **document}, ensure_ascii=True, allow_nan=False).encode()
        path = binary()
        own_group: dict[str, Any] = {"start_new_session": True}
        if sys.platform == "win32":
            own_group = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
        try:
            self._process = subprocess.Popen(  # noqa: S603 - the program that was found
                [path, "run", "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **own_group
            )
        except OSError as error:
            raise EngineError("start", path, error.strerror or "it can't be started") from error
        self._threads = [
            threading.Thread(target=target, args=args, daemon=True)
            for target, args in ((self._feed, (text,)), (self._read, ()), (self._overhear, ()))
        ]
        for thread in self._threads:
            thread.start()

    def __enter__(self) -> _Run:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        try:
            if self._process.poll() is None and kind is not None:
                self._interrupt()
                self._drain()
            self._process.wait()
        except KeyboardInterrupt:
            self._process.kill()
            self._process.wait()
            raise
        finally:
            for thread in self._threads:
                thread.join(timeout=5)
            for stream in (self._process.stdout, self._process.stderr):
                if stream is not None:
                    stream.close()

    def listen(self, hear: Callable[[Event], None]) -> int:
        started = False
        for event in self._events():
            if event["event"] == "start":
                started = True
                _check_protocol(event)
            elif event["event"] == "end":
                return int(event["exit"])
            else:
                hear(event)
        code = self._process.wait()
        said = b"".join(self._words).decode(errors="replace").strip()
        if not started and "unknown command" in said:
            problem, hint = "this gyro is older than gyro-django and can't be driven by it", "install both in one age"
        else:
            problem, hint = f"it ended with code {code} and did not say why", said
        raise EngineError("run", "gyro", problem, hint)

    def _events(self) -> Iterator[Event]:
        while True:
            try:
                line = self._lines.get(timeout=0.5)  # without a bound Windows would not let an interrupt through
            except queue.Empty:
                continue
            if line is None:
                return
            with contextlib.suppress(ValueError):  # a line that was cut off by a kill
                event = json.loads(line)
                if isinstance(event, dict) and "event" in event:
                    yield event

    def _interrupt(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            self._process.send_signal(_INTERRUPT)

    def _drain(self) -> None:
        for _ in self._events():
            pass

    def _feed(self, text: bytes) -> None:
        assert self._process.stdin is not None  # noqa: S101 - a pipe was asked for
        with contextlib.suppress(OSError):  # it ended before it had read all, and says why
            self._process.stdin.write(text)
        with contextlib.suppress(OSError):
            self._process.stdin.close()

    def _read(self) -> None:
        assert self._process.stdout is not None  # noqa: S101
        for line in self._process.stdout:
            self._lines.put(line)
        self._lines.put(None)

    def _overhear(self) -> None:
        assert self._process.stderr is not None  # noqa: S101
        self._words.extend(self._process.stderr)


def _check_protocol(event: Event) -> None:
    if event.get("protocol") != PROTOCOL:
        raise EngineError(
            "run",
            "gyro",
            f"it speaks version {event.get('protocol')} of the protocol, and gyro-django version {PROTOCOL}",
            "install both in one age",
        )
