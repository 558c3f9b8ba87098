"""The database is the server's that GYRO_TEST_DATABASE names, such as postgres:///postgres?host=%2Fsocket&user=postgres.

Each process has a test database of its own there.
"""

import os
from urllib.parse import parse_qs, unquote, urlsplit


def database(url: str) -> dict:
    """The settings of a URL. What its query says goes before what its head does, as for libpq."""
    parts = urlsplit(url)
    said = {name: values[0] for name, values in parse_qs(parts.query).items()}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "HOST": said.get("host", parts.hostname or ""),
        "PORT": said.get("port", str(parts.port or "")),
        "USER": said.get("user", unquote(parts.username or "")),
        "PASSWORD": said.get("password", unquote(parts.password or "")),
        "NAME": parts.path.lstrip("/") or "postgres",
        "TEST": {"NAME": f"gyro_django_{os.getpid()}"},
    }


SECRET_KEY = "tests"
DEBUG = False
USE_TZ = True
TIME_ZONE = "Europe/Berlin"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.sites",
    "django.contrib.postgres",
    "project.accounts",
    "project.products",
    "project.orders",
    "project.kinds",
    "project.rings",
    "project.worlds",
    "django_gyro",
]
SITE_ID = 1
DATABASE_ROUTERS = ["project.worlds.router.Declared"]
# No migrations, which differ from version to version: migrate --run-syncdb makes the tables.
MIGRATION_MODULES = {app.rpartition(".")[2]: None for app in INSTALLED_APPS}
DATABASES = {
    "default": database(os.environ.get("GYRO_TEST_DATABASE", "postgres://nobody@127.0.0.1:1/nothing")),
    # Nobody listens there.
    "dead": database("postgres://nobody@127.0.0.1:1/nothing"),
    "lite": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"},
}
