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

from django.db import connections
from project.rows import SHOP
from server import execute


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


@pytest.fixture
def copy(database):
    """A copy of the test database, for a test that changes it; its URL is the fixture."""
    name = f"gyro_copy_{os.getpid()}"
    connections.close_all()
    execute(
        url("postgres"),
        f"DROP DATABASE IF EXISTS {name} WITH (FORCE)",
        f'CREATE DATABASE {name} TEMPLATE "{urlsplit(database).path.lstrip("/")}"',
    )
    yield url(name)
    execute(url("postgres"), f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def target(copy):
    """Another database, migrated, and without the shop's rows."""
    execute(copy, f"TRUNCATE {', '.join(m._meta.db_table for m in SHOP)} RESTART IDENTITY CASCADE")
    return copy


@pytest.fixture
def shop_importers(registry, binary, monkeypatch):
    """Importers of the shop's models, and gyro for them."""
    from django_gyro import Importer

    monkeypatch.setenv("GYRO_BINARY", binary)
    for one in SHOP:
        type(f"{one.__name__}Importer", (Importer,), {"model": one})
