"""The application: finds every importers.py, and registers the system checks."""

from __future__ import annotations

from importlib import metadata

from django.apps import AppConfig
from django.core import checks
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import autodiscover_modules

from .errors import GyroError

#: A distribution that has a module of the same name.
ANCESTOR = "django-gyro"


class AncestorError(GyroError, ImproperlyConfigured):
    """The ancestor of this distribution is installed beside it."""


class DjangoGyroConfig(AppConfig):
    name = "django_gyro"
    label = "django_gyro"
    verbose_name = "Gyro"

    def ready(self) -> None:
        from .checks import check_importers
        from .importer import collecting

        refuse_ancestor()
        checks.register(check_importers, checks.Tags.models)
        with collecting():
            autodiscover_modules("importers")


def refuse_ancestor() -> None:
    """Refuse to go on where both are installed: their files lie in one directory, and half of each is there."""
    try:
        version = metadata.version(ANCESTOR)
    except metadata.PackageNotFoundError:
        return
    raise AncestorError(
        "start",
        "django_gyro",
        f"{ANCESTOR} {version} is installed too, and has a module of the same name",
        f"pip uninstall --yes {ANCESTOR} gyro-django, then pip install gyro-django",
    )
