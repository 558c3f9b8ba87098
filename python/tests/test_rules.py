"""Django's validation as rules: only what means the same, to the letter."""

import os
import re

import django
import pytest
from project.worlds import models as w

from django_gyro import Column, Importer
from django_gyro.declaration import document
from django_gyro.model import columns
from django_gyro.pattern import postgres
from django_gyro.rules import rules_of


def rules(of):
    return {f.name: r for f in columns(of) if (r := rules_of(f))}


def test_fields():
    assert rules(w.Order) == {"status": {"one_of": ["pending", "it's", "shipped"]}}
    assert rules(w.OrderItem) == {"quantity": {"min": "2", "max": "9"}}
    assert rules(w.Restaurant) == {"stars": {"check": '"stars" IN (1, 2)'}}
    assert rules(w.Pizzeria) == {"oven": {"check": '(char_length("oven") >= 3 OR "oven" = \'\')'}}
    assert rules(w.Customer) == {}  # the database enforces lengths and uniqueness; an address is no plain pattern


def test_what_can_not_be_said_is_left_out():
    found = rules(w.Ruled)
    assert set(found) == {"slug", "code", "ascii", "price"}
    assert found["price"] == {"min": "0"}
    assert found["code"]["pattern"].endswith(")?")  # it may be blank


def test_they_stand_beside_what_is_said():
    class OrderImporter(Importer):
        model = w.Order

        class Columns:
            status = Column(one_of=["mine"])

    class ItemImporter(Importer):
        model = w.OrderItem

        class Columns:
            quantity = Column(from_="Anzahl", min=0)

    found = document(rules=[w.Order, w.OrderItem])
    assert found["worlds_order"]["columns"]["status"] == {"one_of": ["mine"]}
    assert found["worlds_orderitem"]["columns"]["quantity"] == {"from": "Anzahl", "min": "0", "max": "9"}


def test_only_columns_that_the_file_has():
    """Who names a column wants it in the file; Django's rules want none."""

    class RuledImporter(Importer):
        model = w.Ruled

        class Columns:
            price = Column(max=5)
            slug = Column(trim=True)

    columns = document(rules=[w.Ruled])["worlds_ruled"]["columns"]
    assert {name for name in columns if not columns[name].get("if_present")} == {"price"}
    assert columns["slug"]["trim"] is True
    RuledImporter.unregister()
    type("RuledImporter", (Importer,), {"model": w.Ruled})
    assert "columns" not in document()["worlds_ruled"]


@pytest.mark.skipif(django.VERSION < (5, 2), reason="Django has no generated columns yet")
def test_generated_columns_have_no_rules():
    class CompositeImporter(Importer):
        model = w.Composite

    assert "columns" not in document(rules=[w.Composite])["worlds_composite"]


SAME = [
    r"^[-a-zA-Z0-9_]+\Z", r"^[A-Z]{2}-[0-9]+$", r"[A-Z]",
    r"^a|b", r"a.c", r"^(?:ab|a)(b?)\Z", r"x*?y+?$", r"[^\n]",
    r"^[\]\\^-]+\Z", r"\.", r"^é+$", r"^[à-ü]\Z",
    r"^a{2,3}$", r"^(a|b|)c$", r"^'\"$", r"^\$1\Z", r"^[\[:a]+\Z", "^$", "", r"^\*\*\*=x",
]  # fmt: skip
TEXTS = [
    "", "a", "b", "ab", "abb", "a\n", "a\nc", "abc",
    "AB-12", "AB-12\n", "A B", "x-y_Z9", "x-y\n", "xxyy", "y\n", "]\\^-",
    ".", "é", "éé\n", "à",
    "ö",
    "aa", "aaa", "aaaa", "c", "ac", "bc\n", "'\"", "$1", ":]", "[]", "a]", "\n", "\n\n",
    "***=x", "\\", "%s", "zz", "Ab",
]  # fmt: skip


def test_patterns_take_the_same_texts():
    """PostgreSQL says of each text what Python says."""
    url = os.environ.get("GYRO_TEST_DATABASE")
    if not url:
        pytest.skip("GYRO_TEST_DATABASE names no server")
    psycopg = pytest.importorskip("psycopg")
    said = 0
    with psycopg.connect(url) as connection:
        for source in SAME:
            for regex in (re.compile(source), re.compile(source, re.ASCII)):
                pattern = postgres(regex)
                if pattern is None:
                    continue
                said += 1
                rows = connection.execute(
                    "SELECT t, t ~ ('^(?:' || %s || ')$') FROM unnest(%s::text[]) AS t", [pattern, TEXTS]
                )
                assert {t: bool(regex.search(t)) for t in TEXTS} == dict(rows.fetchall()), source
    assert said > 30


@pytest.mark.parametrize(
    "source", [r"\d", r"^\w+$", r"\bx", r"(?=x)", r"(a)\1", r"(?i)x", r"(?m)^x", r"^x{300}$", r"\s", "^a|b$", r"a\Zb"]
)
def test_patterns_that_are_not_said(source):
    assert postgres(re.compile(source)) is None


def test_ascii_classes_are_said():
    assert postgres(re.compile(r"^\d\Z", re.ASCII)) == "[0-9]"
    assert postgres(re.compile(r"^\D\Z", re.ASCII)) is None
