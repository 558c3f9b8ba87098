"""manage.py check tells what is wrong with all importers at once."""

import os

import pytest
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from project.worlds import models as w

from django_gyro import Importer, Ref
from django_gyro.checks import check_importers
from django_gyro.importer import collecting


def declare(of, columns=None, **namespace):
    name = namespace.pop("name", f"{getattr(of, '__name__', of)}Importer")
    if columns is not None:
        namespace["Columns"] = type("Columns", (), columns)
    with collecting():
        return type(Importer)(
            name, (Importer,), {"model": of, "__module__": "worlds", "__qualname__": name, **namespace}
        )


def check():
    if "GYRO_TEST_DATABASE" not in os.environ:
        pytest.skip("manage.py check asks the database which generated columns it can have")
    call_command("check")


def ids():
    return [message.id for message in check_importers()]


def test_nothing_is_wrong():
    declare(w.Tenant)
    declare(w.Shop, {"tenant": w.Tenant})
    assert check_importers() == []
    check()


def test_everything_at_once():
    declare(w.Shop, {"tenant": w.Tenant, "tenat": w.Shop}, conflict="ignore", file="one.csv")
    declare(None, name="NoModel")
    declare(w.Customer, {"shop": w.Customer}, file="one.csv")
    declare(w.Shop, name="Second")
    declare(w.Category, ids=__import__("django_gyro").Sequential())
    assert sorted(ids()) == [
        f"gyro.{code}" for code in ("E001", "E002", "E003", "E004", "E005", "E006", "E009", "E010")
    ]
    with pytest.raises(SystemCheckError) as caught:
        check()
    words = str(caught.value)
    assert "worlds.ShopImporter: (gyro.E001)" in words
    assert "HINT: class TenantImporter(Importer): model = Tenant" in words


def test_a_model_that_is_a_name(monkeypatch):
    """Importers that are declared before models are loaded are looked at later."""
    from django.apps import apps

    monkeypatch.setattr(apps, "models_ready", False)
    declare("worlds.Shop", {"tenant": "worlds.Customer"})
    declare(w.Shop, name="Second")
    declare("worlds.Nobody")
    monkeypatch.undo()
    assert sorted(ids()) == ["gyro.E003", "gyro.E004", "gyro.E006"], check_importers()


def test_doubts():
    declare(w.Note)
    declare(w.ToCode)
    declare(w.Club)
    declare(w.Place)
    messages = {m.id: m for m in check_importers()}
    assert set(messages) == {"gyro.W001", "gyro.W002", "gyro.W003"}
    assert all(m.hint and m.obj for m in messages.values())
    assert "worlds.Noted" in messages["gyro.W001"].msg
    declare(w.Noted)
    declare(w.Stranger)
    declare(w.Quoted)
    declare(w.Membership)
    declare(w.Tag)
    assert check_importers() == []


def test_of_some_applications():
    from django.apps import apps

    declare(w.Shop, {"tenant": w.Tenant})
    assert check_importers([apps.get_app_config("auth")]) == []
    assert [m.id for m in check_importers([apps.get_app_config("worlds")])] == ["gyro.E001"]


def test_swapped_and_abstract(monkeypatch):
    declare(w.Base)
    declare(w.Shop, {"tenant": Ref(w.Base, soft=True)})
    assert ids() == ["gyro.E007", "gyro.E007"]
    monkeypatch.setattr(
        type(w.Stranger._meta), "swapped", property(lambda meta: "worlds.Tenant" if meta.model is w.Stranger else None)
    )
    Importer._registry.clear()
    declare(w.Stranger)
    assert "swapped out for worlds.Tenant" in str(check_importers())
