"""What is known of a Django model."""

import django
import pytest
from project.worlds import models as w

from django_gyro import model


@pytest.mark.parametrize(
    ("of", "name"),
    [
        (w.Tenant, "worlds_tenant"),
        (w.ProxyShop, "worlds_shop"),
        (w.Quoted, "sales.quoted"),
        (w.OldQuoted, "sales.old"),
        (w.Dotted, '"a.b"'),
        (w.Place.tags.through, "worlds_place_tags"),
    ],
)
def test_tables(of, name):
    assert model.table_name(of) == name


def test_keys():
    assert [model.column_name(f) for f in model.key_fields(w.Pizzeria)] == ["rest"]
    if django.VERSION >= (5, 2):
        assert [model.column_name(f) for f in model.key_fields(w.Composite)] == ["tenant_id", "number"]


def refs(of):
    return {r.field.name: (r.columns, r.to.__name__, r.to_columns, r.soft, r.parent_link) for r in model.references(of)}


def test_references():
    assert refs(w.ToCode) == {
        "quoted": (("q",), "Quoted", ("Code",), True, False),
        "stranger": (("stranger_id",), "Stranger", ("id",), True, False),
        "parent": (("parent_id",), "ToCode", ("id",), False, False),
    }
    assert refs(w.Pizzeria) == {"link": (("rest",), "Restaurant", ("place_ptr_id",), False, True)}
    assert refs(w.Unmanaged)["tenant"][3] is True
    assert refs(w.Pair)["other"] == (("tenant_id", "to_number"), "Pair", ("tenant_id", "number"), True, False)
    assert set(refs(w.Place.tags.through)) == {"place", "tag"}
    assert set(refs(w.Club.friends.through)) == {"from_club", "to_club"}


def test_inheritance_and_many_to_many():
    assert model.parents(w.Pizzeria) == [w.Restaurant, w.Place]
    assert model.through_models(w.Place) == [w.Place.tags.through]
    assert model.through_models(w.Restaurant) == []
    assert model.through_models(w.Club) == [w.Club.friends.through]


def test_generic_keys():
    (key,) = model.generic_keys(w.Note)
    assert (key.type_column, key.key_column, key.for_concrete_model) == ("ct", "object_id", True)
    assert key.case(w.Shop) == {"of": {"ct.app_label": "worlds", "ct.model": "shop"}, "ref": "worlds_shop"}
    assert model.generic_keys(w.LongNote) == []
    assert model.generic_keys(w.Noted) == []
    assert [k.for_concrete_model for k in model.generic_keys(w.ProxyNote)] == [False]
