"""The program is found, listened to and cancelled. Programs that misbehave are scripts; elsewhere gyro is real."""

import json
import os
import signal
import sys
import threading
import time
from pathlib import Path

import pytest

from django_gyro import EngineError, engine


@pytest.fixture
def program(tmp_path, monkeypatch):
    """Makes a script stand for gyro."""

    def make(text):
        path = tmp_path / "program"
        path.write_text(f"#!{sys.executable}\nimport json, signal, sys, time\n{text}\n")
        path.chmod(0o755)
        monkeypatch.setenv("GYRO_BINARY", str(path))
        return path

    return make


def run(document=None):
    heard = []
    return engine.run(document or {"verb": "export"}, heard.append), heard


SAY = "say = lambda **e: print(json.dumps(e), flush=True)\n"
START = SAY + 'say(event="start", protocol=1, gyro="x")\n'


def test_found(tmp_path, monkeypatch):
    monkeypatch.delenv("GYRO_BINARY", raising=False)
    monkeypatch.setattr("sysconfig.get_path", lambda *_: str(tmp_path / "none"))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(
        EngineError, match=r"neither among the environment's scripts nor on PATH .*wheel of gyro-django"
    ):
        engine.binary()
    on_path = tmp_path / "gyro"
    on_path.touch(0o755)
    assert engine.binary() == str(on_path)
    scripts = tmp_path / "scripts"
    scripts.mkdir()
    (scripts / "gyro").touch(0o755)
    monkeypatch.setattr("sysconfig.get_path", lambda *_: str(scripts))
    assert engine.binary() == str(scripts / "gyro")
    monkeypatch.setenv("GYRO_BINARY", str(on_path))
    assert engine.binary() == str(on_path)
    monkeypatch.setenv("GYRO_BINARY", str(tmp_path / "nothing"))
    with pytest.raises(EngineError, match="GYRO_BINARY is .* and that is no program"):
        engine.binary()


def test_document_and_events(program):
    program(START + 'd = json.load(sys.stdin)\nsay(event="report", said=d)\nsay(event="end", exit=4)')
    words = {"verb": "export", "text": "é \U0001f600 ${x}\n\0", "many": ["x" * 1000] * 2000}
    code, heard = run(words)
    assert code == 4
    assert heard == [{"event": "report", "said": {"version": 1, **words}}]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (SAY + 'say(event="start", protocol=2)', "it speaks version 2 of the protocol, and gyro-django version 1"),
        (
            'print("error: unknown command \\"run\\"", file=sys.stderr); sys.exit(2)',
            "this gyro is older than gyro-django",
        ),
        (
            START + 'print("no space", file=sys.stderr); sys.exit(3)',
            r"it ended with code 3 and did not say why \(no space\)",
        ),
        (START + "import os; os.kill(os.getpid(), signal.SIGKILL)", "it ended with code -9"),
        ('print("no JSON"); print("[1]"); print("{")', "it ended with code 0 and did not say why"),
    ],
)
def test_misbehaviour(program, text, problem):
    program(text)
    with pytest.raises(EngineError, match=problem):
        run()


def test_not_a_program(tmp_path, monkeypatch):
    path = tmp_path / "gyro"
    path.write_text("no program")
    path.chmod(0o755)
    monkeypatch.setenv("GYRO_BINARY", str(path))
    with pytest.raises(EngineError, match="start .*gyro: Exec format error"):
        run()


LISTEN = """
said = []
def hear(*_):
    said.append(1)
    open(sys.argv[0] + ".heard", "a").write("x")
    time.sleep(0.5)
    say(event="error", kind="interrupted", problem="interrupted", exit=130)
    say(event="end", exit=130)
    sys.exit(130)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_interrupt_is_passed_on_once(program):
    path = program(START + LISTEN + 'signal.signal(signal.SIGINT, hear)\nsay(event="progress")\ntime.sleep(60)')
    before = time.monotonic()
    heard = []

    def hear(event):
        heard.append(event)
        threading.Timer(0.1, os.kill, (os.getpid(), signal.SIGINT)).start()

    with pytest.raises(KeyboardInterrupt):
        engine.run({"verb": "export"}, hear)
    assert Path(f"{path}.heard").read_text() == "x"
    assert time.monotonic() - before < 20
    assert [e["event"] for e in heard] == ["progress"]


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_second_interrupt_kills(program):
    program(START + 'signal.signal(signal.SIGINT, signal.SIG_IGN)\nsay(event="progress")\ntime.sleep(60)')
    before = time.monotonic()

    def hear(_):
        for wait in (0.1, 0.6):
            threading.Timer(wait, os.kill, (os.getpid(), signal.SIGINT)).start()

    with pytest.raises(KeyboardInterrupt):
        engine.run({"verb": "export"}, hear)
    assert time.monotonic() - before < 20


def test_listener_that_fails_ends_the_program(program):
    program(START + 'say(event="progress")\ntime.sleep(60)')
    before = time.monotonic()

    def hear(_):
        raise RuntimeError("a bar broke")

    with pytest.raises(RuntimeError, match="a bar broke"):
        engine.run({"verb": "export"}, hear)
    assert time.monotonic() - before < 20


def test_numbers_that_json_has_not():
    with pytest.raises(ValueError, match="JSON compliant"):
        run({"verb": "export", "percent": float("nan")})


def test_document_is_ascii():
    assert json.dumps({"text": "\ud800"}, ensure_ascii=True) == '{"text": "\\ud800"}'  # which the engine refuses
