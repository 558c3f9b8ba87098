"""Where rows come from and go to: a database, the directory of a slice, CSV files of others."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .outcome import EndpointError

if TYPE_CHECKING:
    from django.db.models import Model

#: What of DATABASES' OPTIONS PostgreSQL itself understands; the rest is for the driver.
_SETTINGS = [
    "application_name",
    "channel_binding",
    "client_encoding",
    "connect_timeout",
    "gssencmode",
    "hostaddr",
    "keepalives",
    "keepalives_count",
    "keepalives_idle",
    "keepalives_interval",
    "krbsrvname",
    "options",
    "passfile",
    "require_auth",
    "service",
    "servicefile",
    "sslcert",
    "sslcompression",
    "sslcrl",
    "sslkey",
    "sslmode",
    "sslpassword",
    "sslrootcert",
    "sslsni",
    "target_session_attrs",
    "tcp_user_timeout",
]


class Postgres:
    """A PostgreSQL database: by its URL, or by an alias of DATABASES. Nothing prints the URL."""

    def __init__(self, url: str = "", *, alias: str = "") -> None:
        if not isinstance(url, str) or not isinstance(alias, str) or bool(url) == bool(alias):
            raise EndpointError(
                "declare",
                "DataSlicer.Postgres",
                "it takes a URL or an alias",
                'Postgres(url), or Postgres(alias="default")',
            )
        self.alias = alias
        self._url = url
        scheme = url.split("://")[0] if "://" in url else ""
        if scheme and scheme not in ("postgres", "postgresql"):
            hint = "postgresql://user@host/database"
            raise EndpointError("declare", "DataSlicer.Postgres", "the URL is none of PostgreSQL's", hint)
        if url and not scheme and "=" not in url:
            hint = (
                f'Postgres(alias="{url}")'
                if url.isidentifier() and url in _aliases()
                else "postgresql://user@host/database"
            )
            raise EndpointError("declare", "DataSlicer.Postgres", "the text is no URL", hint)

    def __repr__(self) -> str:
        return f"Postgres(alias={self.alias!r})" if self.alias else "Postgres(…)"

    def connection(self) -> str:
        """What the engine connects by. It may hold a password."""
        return self._url or of_alias(self.alias)


def _aliases() -> Mapping[str, Any]:
    from django.conf import settings

    return settings.DATABASES if settings.configured else {}


def of_alias(alias: str) -> str:
    """What DATABASES says of an alias, as keywords and values of libpq."""
    from django.db import connections
    from django.utils.connection import ConnectionDoesNotExist

    try:
        wrapper = connections[alias]
    except ConnectionDoesNotExist:
        known = ", ".join(sorted(connections))
        raise EndpointError(
            "connect", f'alias "{alias}"', "DATABASES has none of this name", f"known: {known}"
        ) from None
    said = wrapper.settings_dict
    if wrapper.vendor != "postgresql":
        raise EndpointError(
            "connect", f'alias "{alias}"', f"it is a database of {wrapper.vendor}", "Gyro reads and fills PostgreSQL"
        )
    options = said.get("OPTIONS") or {}
    words = {k: options[k] for k in _SETTINGS if options.get(k) is not None}
    for word, key in (
        ("dbname", "NAME"),
        ("user", "USER"),
        ("password", "PASSWORD"),
        ("host", "HOST"),
        ("port", "PORT"),
    ):
        if said.get(key):
            words[word] = said[key]
    return " ".join(f"{word}={_quoted(str(value))}" for word, value in words.items())


def _quoted(value: str) -> str:
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


class File:
    """The directory of a slice. As a target, a slice that is there is replaced only with ``overwrite``."""

    def __init__(self, path: str | os.PathLike[str], overwrite: bool = False) -> None:
        self.path = os.fspath(path)
        if not isinstance(self.path, str) or not self.path:
            raise EndpointError("declare", "DataSlicer.File", "it takes the path of a directory")
        if "://" in self.path:
            raise EndpointError(
                "declare",
                "DataSlicer.File",
                "the path is a URL",
                "a slice lies in a directory; DataSlicer.Postgres(url) is a database",
            )
        self.overwrite = overwrite

    def __repr__(self) -> str:
        return f"File({self.path!r}, overwrite=True)" if self.overwrite else f"File({self.path!r})"


@dataclass(frozen=True)
class Sheet:
    """A CSV file that others wrote. Rows that break rules fail the load, unless ``reject`` is a file for them."""

    model: type[Model]
    path: str | os.PathLike[str]
    reject: str | os.PathLike[str] | None = None


class Sheets:
    """CSV files that others wrote: ``Sheets({Shop: "shops.csv"})``, or Sheet objects."""

    def __init__(
        self,
        files: Mapping[type[Model], str | os.PathLike[str]] | None = None,
        /,
        *sheets: Sheet,
        show_values: bool = False,
    ) -> None:
        given: list[Sheet] = []
        if isinstance(files, Mapping):
            given = [Sheet(model, path) for model, path in files.items()]
        elif isinstance(files, Sheet):
            given = [files]
        elif files is not None:
            raise EndpointError(
                "declare", "DataSlicer.Sheets", "it takes models and their files", 'Sheets({Shop: "shops.csv"})'
            )
        self.files = (*given, *sheets)
        self.show_values = show_values
        if not self.files:
            raise EndpointError("declare", "DataSlicer.Sheets", "there is no file", 'Sheets({Shop: "shops.csv"})')
        for sheet in self.files:
            if not isinstance(sheet, Sheet) or not hasattr(sheet.model, "_meta"):
                raise EndpointError(
                    "declare", "DataSlicer.Sheets", "it takes models and their files", 'Sheets({Shop: "shops.csv"})'
                )

    def __repr__(self) -> str:
        return f"Sheets({', '.join(f'{s.model.__name__}: {os.fspath(s.path)}' for s in self.files)})"
