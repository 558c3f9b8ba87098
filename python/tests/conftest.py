import os
from urllib.parse import parse_qs, unquote, urlsplit

import django
import pytest
from django.conf import settings


def database():
    """The server that the tests are given, or one that nobody hears."""
    url = urlsplit(os.environ.get("GYRO_TEST_DATABASE", "postgres://127.0.0.1:1/none"))
    parts = {
        "NAME": url.path[1:],
        "USER": url.username,
        "PASSWORD": url.password,
        "HOST": url.hostname,
        "PORT": url.port,
    }
    said = {k: unquote(str(v)) for k, v in parts.items() if v}
    queried = {k.upper(): v[0] for k, v in parse_qs(url.query).items() if k in ("host", "port", "user")}
    return {"ENGINE": "django.db.backends.postgresql", **said, **queried}


if not settings.configured:
    settings.configure(
        SECRET_KEY="x",
        INSTALLED_APPS=[
            "django.contrib.contenttypes",
            "django.contrib.auth",
            "django.contrib.sites",
            "django.contrib.sessions",
            "django_gyro",
            "worlds",
        ],
        DATABASES={"default": database()},
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        USE_TZ=True,
    )
    django.setup()


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
