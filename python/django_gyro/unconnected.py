"""Django's own connection object of an alias, which never connects.

The rule of this file: whatever would ask the server fails instead. A kernel has a running event loop, in which Django
refuses to execute, and a query is compiled where there may be no database at all.
"""

from __future__ import annotations

from typing import Any, NoReturn

from .parameter import UTC


class NeedsServerError(Exception):
    """Something asked the server while a query was compiled."""


class NeedsZoneError(Exception):
    """The query means something else in another time zone of the session."""


class _Unconnected:
    # What every PostgreSQL that this Django knows can do: SQL for the newest needs the newest.
    pg_version = 120000

    def connect(self) -> NoReturn:
        raise NeedsServerError

    ensure_connection = cursor = get_new_connection = connect


def unconnected(alias: str) -> Any:
    """An unconnected wrapper of the alias's own class; of PostgreSQL's where the alias is another database."""
    from django.conf import settings as django_settings
    from django.db import connections
    from django.db.backends.postgresql.base import DatabaseWrapper

    configured = connections[alias]
    if configured.vendor == "postgresql":
        base, settings = type(configured), configured.settings_dict
    else:
        base, settings = (
            DatabaseWrapper,
            {**configured.settings_dict, "ENGINE": "django.db.backends.postgresql", "OPTIONS": {}},
        )
    connection: Any = type("Unconnected", (_Unconnected, base), {})(settings, alias)
    if not django_settings.USE_TZ and connection.timezone_name not in UTC:
        connection.ops._convert_sql_to_tz = _needs_zone
    return connection


def _needs_zone(*_: Any) -> NoReturn:
    """In the place of what tells the parts of a moment in a zone, where Django leaves that zone to the session."""
    raise NeedsZoneError
