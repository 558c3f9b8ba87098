"""The wheel carries the binary, says what it runs on, and is refused in words where it can't be built."""

import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from email.parser import Parser
from pathlib import Path

import pytest

PYTHON = Path(__file__).parents[1]
VERSION = "0.1.0"


def build(target, folder, tree=PYTHON, **environment):
    command = [sys.executable, "-m", "hatchling", "build", "-t", target, "-d", str(folder)]
    return subprocess.run(
        command, cwd=tree, env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    built = build("wheel", folder)
    assert built.returncode == 0, built.stderr
    (path,) = folder.iterdir()
    return path


def test_wheel(wheel, tmp_path):
    with zipfile.ZipFile(wheel) as archive:
        script = f"gyro_django-{VERSION}.data/scripts/gyro"
        names = archive.namelist()
        assert script in names
        assert {"django_gyro/py.typed", "django_gyro/query.py"} <= set(names)
        assert not [name for name in names if name.startswith("tests")]
        told = Parser().parsestr(archive.read(f"gyro_django-{VERSION}.dist-info/METADATA").decode())
        binary = Path(archive.extract(script, tmp_path))
    assert told["Requires-Python"] == ">=3.10"
    assert [line.partition(">")[0] for line in told.get_all("Requires-Dist")] == ["django", "tqdm"]
    binary.chmod(0o755)
    said = subprocess.run([binary, "version"], capture_output=True, text=True, check=True).stdout
    assert said.startswith(f"gyro v{VERSION} ")


@pytest.mark.skipif(sys.platform != "linux", reason="the names are Linux's")
def test_wheel_runs_on_any_linux(wheel):
    assert wheel.name.startswith(f"gyro_django-{VERSION}-py3-none-manylinux")
    assert "musllinux" in wheel.name


@pytest.mark.skipif("GYRO_LONG" not in os.environ, reason="it builds all of Go's library for each: GYRO_LONG=1")
@pytest.mark.parametrize(
    ("system", "machine", "tag", "script"),
    [
        ("darwin", "arm64", "macosx_12_0_arm64", "gyro"),
        ("linux", "arm64", "manylinux_2_17_aarch64.manylinux2014_aarch64.musllinux_1_1_aarch64", "gyro"),
        ("windows", "amd64", "win_amd64", "gyro.exe"),
    ],
)
def test_wheel_for_another_platform(system, machine, tag, script, tmp_path):
    built = build("wheel", tmp_path, GOOS=system, GOARCH=machine)
    assert built.returncode == 0, built.stderr
    (path,) = tmp_path.iterdir()
    assert path.name == f"gyro_django-{VERSION}-py3-none-{tag}.whl"
    with zipfile.ZipFile(path) as archive:
        assert f"gyro_django-{VERSION}.data/scripts/{script}" in archive.namelist()


def test_platform_without_wheels(tmp_path):
    refused = build("wheel", tmp_path, GOOS="plan9", GOARCH="386")
    assert "no wheels are made for plan9/386 (there are linux/amd64, " in refused.stderr
    assert not list(tmp_path.iterdir())


def test_without_go(tmp_path):
    refused = build("wheel", tmp_path, PATH=str(tmp_path))
    assert "there is no Go to build the gyro binary with (https://go.dev/dl)" in refused.stderr


def test_source_distribution_has_no_go_sources(tmp_path):
    built = build("sdist", tmp_path)
    assert built.returncode == 0, built.stderr
    with tarfile.open(next(tmp_path.iterdir())) as archive:
        archive.extractall(tmp_path / "out", filter="data")
    (tree,) = (tmp_path / "out").iterdir()
    refused = build("wheel", tmp_path, tree=tree)
    assert "the source distribution has not the Go sources of the gyro binary (install a wheel, or" in refused.stderr


def test_go_that_fails(tmp_path):
    """What the compiler says is told."""
    tree = tmp_path / "tree"
    (tree / "cmd" / "gyro").mkdir(parents=True)
    (tree / "cmd" / "gyro" / "main.go").write_text("package main\n\nfunc main() { broken }\n")
    (tree / "go.mod").write_text("module broken\n\ngo 1.26\n")
    shutil.copytree(
        PYTHON,
        tree / "python",
        ignore=lambda folder, names: [n for n in names if n.startswith(".") or n in {"build", "tests", "dist"}],
    )
    refused = build("wheel", tmp_path / "dist", tree=tree / "python")
    assert "go build failed:" in refused.stderr
    assert "broken" in refused.stderr
