"""The blocks of pages about Django, run as a reader does; those of the others are run by cmd/gyro's TestDocs."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connections
from project.settings import database as settings_of

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
BLOCK = re.compile(r'^```(\S+)(?: title="(\S+)")?\n(.*?)^```$', re.MULTILINE | re.DOTALL)
PAGES = ["README.md", "python/README.md", "docs/django.md", "docs/guide/django.md"]

SHEET = "name,subdomain,is_active,created_at\nNew,{},true,2025-12-24 18:00:00+01\n"
SETTINGS = """import os

from project.settings import *
from project.settings import database

INSTALLED_APPS = [app for app in INSTALLED_APPS if app != "project.worlds"]  # which has no tables
DATABASE_ROUTERS = []
DATABASES |= {"dev": database(os.environ["DEV"])}
"""


class Reader:
    """Somebody who follows a page, in a copy of the tests' project."""

    def __init__(self, at, source, target, binary):
        self.at, self.names = at, {}
        shutil.copytree(HERE / "project", at / "project", ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy(HERE / "manage.py", at)
        (at / "reader.py").write_text(SETTINGS)
        for name in ("tenants", "more"):
            (at / f"{name}.csv").write_text(SHEET.format(name))
        self.environment = os.environ | {
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": os.pathsep.join([str(at), str(HERE.parent)]),
            "DJANGO_SETTINGS_MODULE": "reader",
            "GYRO_BINARY": binary,
            "GYRO_TEST_DATABASE": source,
            "DEV": target,
            "HOME": str(at),
        }
        self.environment.pop("XDG_STATE_HOME", None)

    def sh(self, text):
        ran = subprocess.run(
            ["sh", "-eu", "-c", text], cwd=self.at, env=self.environment, capture_output=True, text=True, check=False
        )
        assert ran.returncode == 0, ran.stdout + ran.stderr

    def python(self, text, package):
        self.names |= {"__name__": f"{package}.importers", "__package__": package}
        exec(compile(text, "a page", "exec"), self.names)


@pytest.fixture
def reader(database, target, binary, tmp_path, monkeypatch):
    from project.accounts.models import Customer, Shop, Tenant

    monkeypatch.setenv("GYRO_BINARY", binary)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    for alias, url in (("replica", database), ("dev", target)):
        made = connections.configure_settings({"default": {}, alias: settings_of(url)})[alias]
        monkeypatch.setitem(connections.databases, alias, made)
    reader = Reader(tmp_path, database, target, binary)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    reader.names = {"Tenant": Tenant, "Shop": Shop, "Customer": Customer, "postgres_url": database}
    yield reader
    for alias in ("replica", "dev"):
        connections[alias].close()
        delattr(connections._connections, alias)


@pytest.mark.parametrize("page", PAGES)
def test_page(reader, page, registry, request):
    text = (ROOT / page).read_text()
    if "(Importer)" not in text:  # what gyro_init wrote is there
        request.getfixturevalue("shop_importers")
    blocks = BLOCK.findall(text)
    of_django = "django" in page
    ran = 0
    for language, title, body in blocks:
        if title and of_django:
            (reader.at / title).write_text(body)
        elif language == "sh" and of_django:
            reader.sh(body)
        elif language == "python" and not title:
            reader.python(body, "project.accounts")
        else:
            assert not of_django or language == "text", f"a block of {language} that nothing runs"
            continue
        ran += 1
    assert ran
