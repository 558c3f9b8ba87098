"""Clear values of masked fields are in no file."""

import csv
import json

import pytest
from project.accounts.models import Customer, Shop, Tenant
from project.kinds.models import Value

from django_gyro import Column, DataSlicer, Fake, Importer, ImportJob, Invalid, Mask, Ref


def test_masks(database, binary, tmp_path, monkeypatch):
    monkeypatch.setenv("GYRO_BINARY", binary)
    monkeypatch.setenv("GYRO_MASK_KEY", "0123456789abcdef")

    class TenantImporter(Importer):
        model = Tenant

    class ShopImporter(Importer):
        model = Shop

    class CustomerImporter(Importer):
        model = Customer

        class Columns:
            email = Fake("email")
            first_name = Fake("first_name")
            last_name = Mask("hash")
            phone = Mask("partial", 0, 2)

    jobs = [ImportJob(Tenant), ImportJob(Shop), ImportJob(Customer)]
    options = {"source": DataSlicer.Postgres(database), "jobs": jobs}
    DataSlicer.run(**options, progress=False, target=DataSlicer.File(tmp_path / "slice"))
    clear = {e for c in Customer.objects.all() for e in (c.email, c.first_name, c.last_name) if e}
    with (tmp_path / "slice" / "accounts_customer.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == Customer.objects.count()
    assert len({row["email"] for row in rows}) == len(rows)
    assert not clear & {row[name] for row in rows for name in ("email", "first_name", "last_name")}
    plan = DataSlicer.plan(**options, target=DataSlicer.File(tmp_path / "other"))
    assert any("email: email" in mask for job in plan.jobs for mask in job.masks)
    with pytest.raises(Invalid, match="neither a mask nor keep is said of"):
        DataSlicer.run(**options, progress=False, target=DataSlicer.File(tmp_path / "other"), masks="strict")


def test_by_value_and_keys(database, binary, tmp_path, monkeypatch):
    """A masked key is masked where rows refer to it, equal values stay equal, and a condition keeps the others."""
    monkeypatch.setenv("GYRO_BINARY", binary)
    monkeypatch.setenv("GYRO_MASK_KEY", "0123456789abcdef")

    class TenantImporter(Importer):
        model = Tenant

        class Columns:
            id = Mask("token")

    class ShopImporter(Importer):
        model = Shop

    class CustomerImporter(Importer):
        model = Customer

        class Columns:
            tenant = Ref(Tenant, missing="restrict")
            email = Fake("email").by_value("people")
            first_name = Column(mask=Fake("first_name").when("id > 1"))

    target = tmp_path / "slice"
    DataSlicer.run(
        source=DataSlicer.Postgres(database),
        jobs=[ImportJob(Tenant), ImportJob(Shop), ImportJob(Customer)],
        progress=False,
        target=DataSlicer.File(target),
    )

    def rows(name):
        with (target / f"accounts_{name}.csv").open(newline="") as file:
            return list(csv.DictReader(file))

    tenants, customers = rows("tenant"), {int(row["id"]): row for row in rows("customer")}
    tokens = {row["name"]: row["id"] for row in tenants}
    assert set(tokens.values()).isdisjoint({str(t.pk) for t in Tenant.objects.all()})
    emails = {}
    for customer in Customer.objects.select_related("tenant"):
        row = customers[customer.pk]
        assert row["tenant_id"] == tokens[customer.tenant.name]
        assert emails.setdefault(customer.email, row["email"]) == row["email"] != customer.email
        assert (row["first_name"] == customer.first_name) == (customer.pk <= 1 or not customer.first_name)
    assert len(set(emails.values())) == len(emails)


def test_inside(database, binary, tmp_path, monkeypatch):
    """Parts of documents and elements of arrays are masked, and the rest is kept."""
    monkeypatch.setenv("GYRO_BINARY", binary)
    monkeypatch.setenv("GYRO_MASK_KEY", "0123456789abcdef")

    class ValueImporter(Importer):
        model = Value

        class Columns:
            data = Mask.json(
                {"$.*": None, "$.kind": Mask("keep"), "$.n": Fake("age"), "$.deep.list[*]": Fake("word")}
            ).when("id > 0")
            words = Mask.elements(Fake("color").by_value("words"))
            numbers = Column(mask=Mask.elements(Fake("integer", 900_000, 999_999)))
            grid = Mask.elements(None)

    options = {"source": DataSlicer.Postgres(database), "jobs": [ImportJob(Value)]}
    plan = DataSlicer.plan(**options, target=DataSlicer.File(tmp_path / "slice"))
    said = [mask for job in plan.jobs for mask in job.masks]
    assert "data: json($.*: null, $.deep.list[*]: word, $.kind: keep, $.n: age) in some rows" in said
    assert "words: elements(color by value of words)" in said
    DataSlicer.run(**options, progress=False, target=DataSlicer.File(tmp_path / "slice"))
    with (tmp_path / "slice" / "kinds_value.csv").open(newline="") as file:
        rows = {int(row["id"]): row for row in csv.DictReader(file)}
    values = list(Value.objects.all())
    assert len(rows) == len(values)
    changed = 0
    for value in values:
        row = rows[value.pk]
        numbers = [int(n) for n in row["numbers"].strip("{}").split(",") if n]
        assert len(numbers) == len(value.numbers)
        assert all(900_000 <= n <= 999_999 for n in numbers)
        assert (row["words"] == "{}") == (not value.words)
        assert not any(c.isdigit() for c in (row["grid"] or "")), row["grid"]
        data = json.loads(row["data"]) if row["data"] else None
        if isinstance(value.data, dict):
            assert data.keys() == value.data.keys()
            assert data["kind"] == value.data["kind"]
            assert 18 <= data["n"] <= 90
            first, none, last = data["deep"]["list"]
            assert none is None
            assert isinstance(first, str)
            assert last != "x"
            changed += 1
        else:
            assert data is None
    assert changed
    assert any(value.words for value in values)
