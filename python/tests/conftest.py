"""A test database of this process's own, filled once. No test changes it."""

import os
import shutil
import sys
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")

import django

django.setup()


@pytest.fixture(scope="session")
def binary():
    """The gyro binary: GYRO_BINARY, or the environment's."""
    found = os.environ.get("GYRO_BINARY") or shutil.which(
        "gyro", path=f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    )
    assert found, "no gyro binary: set GYRO_BINARY, or install the package"
    return found


@pytest.fixture(scope="session")
def database():
    """The test database, filled; its URL is the fixture."""
    if "GYRO_TEST_DATABASE" not in os.environ:
        pytest.fail("no server: go run ./internal/pgtest/serve pytest")
    from django.db import connection
    from project.rows import fill

    before = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    fill()
    yield url(connection.settings_dict["NAME"])
    connection.creation.destroy_test_db(before, verbosity=0)


def url(name):
    """The server's URL, with another database."""
    parts = urlsplit(os.environ["GYRO_TEST_DATABASE"])
    return f"{parts.scheme}://{parts.netloc}/{quote(name)}?{parts.query}"


@pytest.fixture(autouse=True)
def registry():
    """Each test declares importers of its own."""
    from django_gyro import Importer, importer

    before, held = dict(Importer._registry), list(importer._held)
    Importer._registry.clear()
    importer._held.clear()
    yield Importer._registry
    Importer._registry.clear()
    Importer._registry.update(before)
    importer._held[:] = held
