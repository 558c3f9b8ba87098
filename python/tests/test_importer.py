"""What an importer is to those who knew the ancestor's, and what it is besides."""

import pytest
from project.worlds.models import Customer, Pizzeria, Place, ProxyShop, Restaurant, Shop, Stranger, Tag, Tenant

from django_gyro import DeclarationError, Importer, Ref
from django_gyro.declared import said


def declare(name, bases=(Importer,), **namespace):
    return type(Importer)(name, bases, {"__module__": __name__, "__qualname__": name, **namespace})


def test_importers_register_themselves():
    importer = declare("TenantImporter", model=Tenant)
    assert Importer.get_importer_for_model(Tenant) is importer
    assert importer.get_importer_for_model(Shop) is None
    assert dict(Importer._registry) == {Tenant: importer}


def test_file_names():
    assert declare("TenantImporter", model=Tenant).get_file_name() == "worlds_tenant.csv"
    assert declare("ShopImporter", model=Shop, file="shops.csv").get_file_name() == "shops.csv"


def test_one_importer_a_model():
    declare("TenantImporter", model=Tenant)
    with pytest.raises(ValueError, match=r"there is another importer for worlds.Tenant: .*TenantImporter"):
        declare("OtherImporter", model=Tenant)
    assert Importer.get_importer_for_model(Tenant).__name__ == "TenantImporter"


def test_one_importer_a_table():
    """A proxy has its model's table."""
    shop = declare("ShopImporter", model=Shop)
    assert Importer.get_importer_for_model(ProxyShop) is shop
    with pytest.raises(ValueError, match=r"worlds.Shop, which worlds.ProxyShop is a proxy of"):
        declare("ProxyImporter", model=ProxyShop)


def test_a_cell_that_is_run_twice():
    first = declare("TenantImporter", model=Tenant)
    second = declare("TenantImporter", model="worlds.Tenant")
    assert first is not second
    assert Importer.get_importer_for_model(Tenant) is second


def test_a_refused_class_leaves_the_one_before():
    first = declare("ShopImporter", model=Shop)
    with pytest.raises(DeclarationError):
        declare("ShopImporter", model=Shop, conflict="ignore")
    assert Importer.get_importer_for_model(Shop) is first


def test_forgetting():
    declare("TenantImporter", model=Tenant).unregister()
    other = declare("OtherImporter", model=Tenant)
    assert Importer.get_importer_for_model(Tenant) is other


def test_abstract_bases():
    """The Columns of bases count; the nearest class goes before, and None takes an entry away."""

    class Owned(Importer):
        abstract = True
        missing = "include"

        class Columns:
            tenant = Tenant
            shop = Ref("worlds.Shop", missing="restrict")

    class CustomerImporter(Owned):
        model = Customer

        class Columns:
            shop = Shop

    class ShopImporter(Owned):
        model = Shop

        class Columns:
            shop = None

    assert said(CustomerImporter) == {"tenant": Tenant, "shop": Shop}
    assert said(ShopImporter) == {"tenant": Tenant}
    assert ShopImporter.missing == "include"
    with pytest.raises(AttributeError):
        declare("Another", (Owned,))


def test_own_names_and_methods_are_let_be():
    class TenantImporter(Importer):
        model = Tenant
        _note = "mine"

        @classmethod
        def shout(cls):
            return cls.__name__.upper()

    assert TenantImporter.shout() == "TENANTIMPORTER"


def test_importers_that_nobody_wrote():
    assert Importer.get_importer_for_model(Place) is None
    declare("RestaurantImporter", model=Pizzeria)
    declare("TagImporter", model=Tag)
    for model in (Place, Restaurant, Place.tags.through):
        assert Importer.get_importer_for_model(model).get_model() is model
    assert Importer.get_importer_for_model(Stranger) is None
    mine = declare("PlaceImporter", model=Place)
    assert Importer.get_importer_for_model(Place) is mine
