"""The technical design's slips, and those of the same kinds: each is met by what to write instead."""

import pytest
from django.contrib.sites.models import Site
from django.core.exceptions import ImproperlyConfigured
from project.worlds.models import Customer, Order, OrderItem, Place, Restaurant, Shop, Tenant

from django_gyro import Column, DeclarationError, Fake, GyroError, Importer, Mask, NaturalKey, Ref


def refused(error=DeclarationError, **namespace):
    """The words of an importer that is refused."""
    with pytest.raises(error) as caught:
        type(Importer)("SomeImporter", (Importer,), namespace)
    assert isinstance(caught.value, GyroError)
    return str(caught.value)


def columns(**entries):
    return type("Columns", (), entries)


def test_the_model_is_missing():
    words = refused(AttributeError, Columns=columns(tenant=Tenant))
    assert "SomeImporter: it has no model (model = " in words


@pytest.mark.parametrize("model", [42, object, Importer])
def test_the_model_is_none(model):
    assert "its model is no Django model" in refused(TypeError, model=model)


def test_the_column_is_called_as_the_model_is_not():
    """CustomerImporter says site, and the model has a shop."""
    assert '"shop"' in refused(model=Customer, Columns=columns(tenant=Tenant, site=Site))
    assert 'did you mean "shop"? shop = Shop' in refused(model=Customer, Columns=columns(site=Shop))


def test_the_column_leads_to_another_model():
    """SiteImporter says tenant = Site."""
    words = refused(model=Shop, Columns=columns(tenant=Site))
    assert "it leads to worlds.Tenant, not to sites.Site (write tenant = Tenant)" in words
    words = refused(model=Customer, Columns=columns(tenant=Shop))
    assert "what leads to worlds.Shop is shop" in words


def test_what_is_reached_by_another_model():
    """OrderItem has no customer: its order has."""
    words = refused(model=OrderItem, Columns=columns(customer=Customer))
    assert "worlds.OrderItem has no such field" in words
    assert "by order__customer: write order = Order, and in queries order__customer" in words


def test_spelling():
    assert 'did you mean "tenant"?' in refused(model=Shop, Columns=columns(tenat="worlds.Stranger"))


def test_the_other_end():
    words = refused(model=Order, Columns=columns(items=OrderItem))
    assert "the other end of worlds.OrderItem.order" in words
    assert "in the importer of worlds.OrderItem, order = Order" in words


def test_many_to_many():
    assert "Place.tags.through is the model of its table" in refused(model=Place, Columns=columns(tags="worlds.Tag"))


def test_the_parents_column():
    assert "declare it at the importer of worlds.Place" in refused(model=Restaurant, Columns=columns(owner=Tenant))


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ({"nickname": Fake("email")}, "has no such field"),
        ({"email": Column(mask="email")}, "mask must be a mask"),
        ({"email": Column(mask=Fake("email", 1, domain="a"))}, "mask: its settings are given by name"),
        ({"email": Fake("email").when("")}, "when must be a text"),
        ({"email": Mask(0, 4)}, "it has no name"),
        ({"email": Mask("partial", 0, last=4)}, "given by name, and in their order"),
        ({"email": Mask.json({})}, 'json is to be a dict, such as {"$.name": Fake("name")}'),
        ({"email": Mask.json({"$.a": "name"})}, "$.a is to be a Fake, a Mask or None"),
        ({"email": Mask.json({"$.a": Fake("name").when("true")})}, "$.a: when is said of the whole"),
        ({"email": Mask.json({"$.a": Fake("name", 1, a=2)})}, "$.a: its settings are given by name"),
        ({"email": Mask.json({1: None})}, "json: 1 is no text"),
        ({"email": Mask.hstore(Fake("name"))}, 'hstore is to be a dict, such as {"name": Fake("name")}'),
        ({"email": Mask.elements({"a": None})}, "elements is to be a Fake, a Mask or None"),
        ({"email": Mask.elements(Mask.elements(None))}, "elements is to be a Fake, a Mask or None"),
        ({"email": Mask.elements(None).when("")}, "when must be a text"),
        ({"email": Fake}, "neither a model nor a Ref nor a Column"),
    ],
)
def test_masks(entry, words):
    assert words in refused(model=Customer, Columns=columns(**entry))


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        (42, "neither a model nor a Ref nor a Column"),
        (Ref(), "Ref names no model"),
        (Ref(Tenant, missing="includes"), "restrict, include or set_null"),
        (Ref(Tenant, soft="yes"), "soft must be True or False"),
        (Ref("worlds.Nobody"), "there is no model worlds.Nobody"),
        (Ref("worlds.Base"), "there is no model"),
        (Ref(Tenant, to="nothing"), "has no such field"),
        (Ref(Tenant, missing="include", follow=True), "rows follow by a reference that restricts"),
        (Ref(Tenant, each=True, follow=True), "restrict and include nothing"),
        (Column(by={}), "by is empty"),
        (Column(by={"nothing": "Tenant"}), '"nothing": worlds.Tenant has no such field'),
        (Column(one_of="ab"), "one_of must be a list of texts"),
        ([Tenant, Shop], "no generic foreign key"),
    ],
)
def test_entries(entry, words):
    assert words in refused(model=Shop, Columns=columns(tenant=entry))


def test_no_foreign_key():
    assert "Ref(Tenant, soft=True)" in refused(model=Shop, Columns=columns(name=Tenant))
    assert "about references" in refused(model=Shop, Columns=columns(name=Column(missing="include")))


@pytest.mark.parametrize(
    ("option", "value", "words"),
    [
        ("columns", type("columns", (), {}), 'did you mean "Columns"?'),
        ("id", NaturalKey("name"), 'an importer has no "id"'),
        ("ids", "sequential", "ids is no strategy"),
        ("ids", NaturalKey(), "NaturalKey takes the names"),
        ("ids", NaturalKey("nam"), 'did you mean "name"?'),
        ("conflict", "ignore", "conflict must be one of these"),
        ("conflict", {"skip": "nam"}, 'did you mean "name"?'),
        ("missing", "all", "missing must be one of these"),
        ("csv", {"delimitter": ";"}, "csv has no delimitter"),
        ("file", "a/b.csv", "file is no plain name"),
    ],
)
def test_options(option, value, words):
    assert words in refused(model=Shop, **{option: value})


def test_all_mistakes_of_a_class_at_once():
    words = refused(model=Shop, Columns=columns(tenant=Site, tenat=Tenant), ids=NaturalKey("nam"), conflict="ignore")
    assert len(words.splitlines()) == 4


def test_the_ancestor_is_refused(monkeypatch):
    from django_gyro import apps

    apps.refuse_ancestor()
    monkeypatch.setattr(apps.metadata, "version", lambda name: "0.3.4")
    with pytest.raises(ImproperlyConfigured, match="pip uninstall --yes django-gyro gyro-django"):
        apps.refuse_ancestor()
