"""Puts the gyro binary, built from the Go tree that this folder lies in, into the wheel as a script."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

# What a static binary runs on, as wheels name it. Go 1.26 needs macOS 12.
PLATFORMS = {
    ("linux", "amd64"): "manylinux_2_17_x86_64.manylinux2014_x86_64.musllinux_1_1_x86_64",
    ("linux", "arm64"): "manylinux_2_17_aarch64.manylinux2014_aarch64.musllinux_1_1_aarch64",
    ("darwin", "amd64"): "macosx_12_0_x86_64",
    ("darwin", "arm64"): "macosx_12_0_arm64",
    ("windows", "amd64"): "win_amd64",
    ("windows", "arm64"): "win_arm64",
}


class BuildError(Exception):
    """The binary can't be built here."""


class BinaryHook(BuildHookInterface[Any]):
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002  # hatchling's signature
        if self.target_name != "wheel":
            return
        python = Path(self.root)
        tree, go = python.parent, shutil.which("go")
        if not (tree / "cmd" / "gyro").is_dir():
            raise BuildError(
                "build the wheel: the source distribution has not the Go sources of the gyro binary "
                "(install a wheel, or build in a clone of the repository: pip install ./python)"
            )
        if go is None:
            raise BuildError("build the wheel: there is no Go to build the gyro binary with (https://go.dev/dl)")

        system, machine = goal(go, tree)
        if (system, machine) not in PLATFORMS:
            known = ", ".join("/".join(pair) for pair in PLATFORMS)
            raise BuildError(f"build the wheel: no wheels are made for {system}/{machine} (there are {known})")

        name = "gyro.exe" if system == "windows" else "gyro"
        binary = python / "build" / f"{system}-{machine}" / name
        build(go, tree, binary, self.metadata.version)
        build_data["shared_scripts"][str(binary)] = name
        build_data["pure_python"] = False
        build_data["tag"] = f"py3-none-{PLATFORMS[system, machine]}"

    def clean(self, versions: list[str]) -> None:  # noqa: ARG002  # hatchling's signature
        shutil.rmtree(Path(self.root) / "build", ignore_errors=True)


def goal(go: str, tree: Path) -> tuple[str, str]:
    """The platform that is built for: GOOS and GOARCH where they are set, else this one."""
    told = subprocess.run([go, "env", "GOOS", "GOARCH"], cwd=tree, check=True, capture_output=True, text=True)
    system, machine = told.stdout.split()
    return system, machine


def build(go: str, tree: Path, binary: Path, version: str) -> None:
    command = [go, "build", "-trimpath", "-ldflags", f"-X main.version=v{version}", "-o", str(binary), "./cmd/gyro"]
    built = subprocess.run(
        command, cwd=tree, env={**os.environ, "CGO_ENABLED": "0"}, check=False, capture_output=True, text=True
    )
    if built.returncode != 0:
        raise BuildError(f"build the wheel: go build failed:\n{built.stderr}")
