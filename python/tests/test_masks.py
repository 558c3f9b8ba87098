"""Clear values of masked fields are in no file."""

import csv

import pytest
from project.accounts.models import Customer, Shop, Tenant

from django_gyro import DataSlicer, Fake, Importer, ImportJob, Invalid, Mask


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
