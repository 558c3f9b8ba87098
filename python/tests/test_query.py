"""The engine takes exactly the keys that Django itself returns, and nothing connects for it."""

import pytest
from engine import export
from querysets import CASES

from django_gyro.query import compile, key_fields  # noqa: A004


@pytest.mark.parametrize("case", CASES)
def test_keys(case, binary, database, tmp_path):
    query = compile(CASES[case]())
    wanted = {tuple(getattr(row, field.attname) for field in key_fields(query.model)) for row in CASES[case]()}
    taken = export(binary, database, tmp_path, query)
    fields = key_fields(query.model)
    got = {tuple(field.to_python(text) for field, text in zip(fields, row, strict=True)) for row in taken}
    assert got == wanted, query.sql
