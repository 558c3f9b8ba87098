import django
import pytest
from django.conf import settings

if not settings.configured:
    settings.configure(
        SECRET_KEY="x",
        INSTALLED_APPS=[
            "django.contrib.contenttypes",
            "django.contrib.auth",
            "django.contrib.sites",
            "django.contrib.sessions",
            "django.contrib.admin",
            "django.contrib.messages",
            "django_gyro",
            "worlds",
        ],
        DATABASES={"default": {"ENGINE": "django.db.backends.postgresql", "HOST": "127.0.0.1", "PORT": "1"}},
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
