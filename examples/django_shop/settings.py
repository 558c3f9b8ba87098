"""A project of one app. The database is named by GYRO_TEST_DATABASE or DATABASE_URL."""

import os
from urllib.parse import parse_qs, unquote, urlsplit

SECRET_KEY = "an example has no secrets"  # noqa: S105
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
INSTALLED_APPS = ["django.contrib.contenttypes", "django.contrib.auth", "django_gyro", "gyro_example"]


def _database(url: str) -> dict[str, str]:
    parts = urlsplit(url)
    said = {key: values[0] for key, values in parse_qs(parts.query).items()}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")) or "postgres",
        "USER": unquote(parts.username or "") or said.get("user", ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or said.get("host", ""),
        "PORT": str(parts.port or said.get("port", "")),
    }


DATABASES = {
    "default": _database(os.environ.get("DATABASE_URL") or os.environ.get("GYRO_TEST_DATABASE") or "postgresql:///shop")
}
