"""What users of the ancestor, django-gyro, count on: names, types of errors, and what comes back."""

import csv

import pytest
from project.accounts.models import Customer, Shop, Tenant
from project.rings.models import Member, Office, Team

from django_gyro import DataSlicer, Importer, ImportJob


@pytest.fixture(autouse=True)
def gyro(binary, monkeypatch):
    monkeypatch.setenv("GYRO_BINARY", binary)


def importers(*models):
    return [type(f"{m.__name__}Importer", (Importer,), {"model": m}) for m in models]


def test_errors():
    with pytest.raises(TypeError, match="no Django model"):
        ImportJob(model=str)
    with pytest.raises(TypeError, match="no QuerySet"):
        ImportJob(model=Tenant, query=[1, 2])
    with pytest.raises(ValueError, match="QuerySet model does not match"):
        ImportJob(model=Tenant, query=Shop.objects.all())
    with pytest.raises(TypeError, match="a list"):
        DataSlicer(Tenant)
    with pytest.raises(ValueError, match="empty"):
        DataSlicer([])
    with pytest.raises(ValueError, match="Tenant has no importer"):
        DataSlicer([Tenant])
    with pytest.raises(TypeError, match="neither an importer nor a model"):
        DataSlicer(["Tenant"])


def test_jobs_are_read_only():
    query = Tenant.objects.filter(pk=1)
    job = ImportJob(Tenant, query)
    assert (job.model, job.query) == (Tenant, query)
    for name in ("model", "query"):
        with pytest.raises(AttributeError):
            setattr(job, name, None)


def test_jobs_of_importers_and_models_in_order():
    customer, _, _ = importers(Customer, Shop, Tenant)
    shops = Shop.objects.filter(pk=1)
    jobs = DataSlicer([customer, Shop, Tenant]).generate_import_jobs({Shop: shops})
    assert [j.model for j in jobs] == [Tenant, Shop, Customer]
    assert [j.query for j in jobs] == [None, shops, None]


def test_circles_are_told():
    importers(Team, Office, Member)
    with pytest.raises(ValueError, match="circle"):
        DataSlicer([Team, Office, Member]).generate_import_jobs()


def test_files_hold_rows(database, tmp_path):
    """The ancestor's were empty."""
    importers(Tenant, Shop)
    report = DataSlicer([Shop, Tenant]).export_to_csv(
        tmp_path / "slice",
        {Tenant: Tenant.objects.filter(pk=1)},
        source=DataSlicer.Postgres(database),
        progress=False,
    )
    assert report["files_created"] == ["accounts_tenant.csv", "accounts_shop.csv"]
    assert report["jobs_executed"] == 2
    with (tmp_path / "slice" / "accounts_shop.csv").open(newline="") as file:
        assert {row["tenant_id"] for row in csv.DictReader(file)} == {"1"}
    with pytest.raises(KeyError):
        report["nothing"]
    assert (report["source_type"], report["target_type"]) == ("Postgres", "File")
