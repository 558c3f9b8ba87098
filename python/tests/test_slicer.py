"""Slices are taken, loaded, verified and taken back by the real engine on a real server."""

import csv
import warnings

import pytest
from project.accounts.models import Customer, Shop, Tenant
from project.orders.models import Order, OrderItem
from project.products.models import Product
from project.rows import SHOP
from server import rows

from django_gyro import (
    Column,
    DataSlicer,
    EndpointError,
    Importer,
    ImportJob,
    Invalid,
    JobError,
    NaturalKey,
    NotProved,
    Ref,
    RunError,
    Sequential,
    TargetExists,
)

pytestmark = pytest.mark.usefixtures("shop_importers")


def jobs():
    tenant = Tenant.objects.order_by("pk")[:1]
    return [
        ImportJob(model=Tenant, query=tenant),
        ImportJob(model=Shop),
        ImportJob(model=Product),
        ImportJob(model=Customer, limit=3, order_by="-id"),
        ImportJob(model=Order, limit=1, per="customer"),
        ImportJob(model=OrderItem),
    ]


@pytest.fixture
def taken(database, tmp_path):
    directory = DataSlicer.File(tmp_path / "slice")
    return directory, DataSlicer.run(
        source=DataSlicer.Postgres(database), target=directory, jobs=jobs(), progress=False
    )


def test_export(taken, tmp_path):
    directory, report = taken
    assert report.jobs_executed == 6
    assert report.files_created[0] == "accounts_tenant.csv"
    assert report.place == str(tmp_path / "slice")
    assert report["total_rows_exported"] == report.rows == sum(f.rows for f in report.files)
    with (tmp_path / "slice" / "accounts_tenant.csv").open(newline="") as file:
        assert len(list(csv.DictReader(file))) == 1
    assert report.files[3].rows == 3
    assert "<td>accounts_customer.csv</td><td>3</td>" in report._repr_html_()
    assert "accounts_customer.csv: 3 rows" in str(report)
    assert DataSlicer.verify(directory)


def test_target_that_is_there(taken, database):
    directory, _ = taken
    with pytest.raises(TargetExists, match="overwrite=True") as caught:
        DataSlicer.run(source=DataSlicer.Postgres(database), target=directory, jobs=jobs(), progress=False)
    assert isinstance(caught.value, FileExistsError)
    assert caught.value.exit_code == 3
    directory.overwrite = True
    DataSlicer.run(source=DataSlicer.Postgres(database), target=directory, jobs=jobs(), progress=False)


def test_plan_reads_no_row(database, tmp_path):
    plan = DataSlicer.plan(source=DataSlicer.Postgres(database), target=DataSlicer.File(tmp_path / "no"), jobs=jobs())
    assert [j.table for j in plan.jobs] == [m._meta.db_table for m in SHOP]
    assert plan.jobs[1].references == ("tenant_id -> accounts_tenant: restrict",)
    assert "<td>accounts_shop</td>" in plan._repr_html_()
    assert not (tmp_path / "no").exists()


def test_load_and_undo(taken, target, tmp_path):
    directory, report = taken
    into = DataSlicer.Postgres(target)
    options = {"source": directory, "target": into, "progress": False}
    seen = DataSlicer.run(**options, dry_run=True)
    assert seen.load.dry_run
    assert rows(target, "SELECT count(*) FROM accounts_tenant") == [(0,)]
    loaded = DataSlicer.run(**options, record=tmp_path / "record")
    assert loaded.load.inserted == report.rows
    assert next(t.table for t in loaded.load.tables) == "accounts_tenant"
    with pytest.raises(RunError, match="the same subdomain already"):
        DataSlicer.run(**options, ids=Sequential())
    Importer.get_importer_for_model(Tenant).unregister()

    class TenantImporter(Importer):
        model = Tenant

        class Columns:
            subdomain = Column(expr="value || '-again'")

    again = DataSlicer.run(**options, ids=Sequential(), record=tmp_path / "again")
    assert again.load.inserted == report.rows
    kept = "orders_order o JOIN accounts_customer c ON c.id = o.customer_id AND c.shop_id = o.shop_id"
    assert rows(target, f"SELECT count(*) FROM {kept}") == [(2 * report.files[4].rows,)]
    gone = DataSlicer.undo(again.load.record, target=into)
    assert sum(t.deleted for t in gone.load.tables) == report.rows
    assert DataSlicer.undo(tmp_path / "record", target=into).load.tables
    assert rows(target, "SELECT count(*) FROM accounts_tenant") == [(0,)]


def test_one_table_of_a_slice(taken, target):
    directory, _ = taken
    loaded = DataSlicer.run(
        source=directory,
        target=DataSlicer.Postgres(target),
        jobs=[ImportJob(model=Tenant)],
        progress=False,
        no_record=True,
    )
    assert [t.table for t in loaded.load.tables] == ["accounts_tenant"]
    with pytest.raises(JobError, match="a slice is loaded by whole tables"):
        DataSlicer.run(source=directory, target=DataSlicer.Postgres(target), jobs=[ImportJob(model=Tenant, limit=1)])


def test_from_one_database_into_another(database, target, tmp_path):
    report = DataSlicer.run(
        source=DataSlicer.Postgres(database),
        target=DataSlicer.Postgres(target),
        jobs=jobs(),
        via=tmp_path / "via",
        no_record=True,
        progress=False,
    )
    assert report.load.inserted == report.rows
    assert (tmp_path / "via" / "manifest.json").exists()


def test_sequences_after_a_load_with_kept_ids(taken, target):
    directory, _ = taken
    DataSlicer.run(source=directory, target=DataSlicer.Postgres(target), progress=False, no_record=True)
    highest = rows(target, "SELECT max(id) FROM accounts_tenant")[0][0]
    drawn = rows(target, "SELECT nextval(pg_get_serial_sequence('accounts_tenant', 'id'))")[0][0]
    assert drawn > highest


def test_foreign_csv(taken, target, tmp_path):
    directory, _ = taken
    into = DataSlicer.Postgres(target)
    DataSlicer.run(source=directory, target=into, progress=False, no_record=True)
    Importer.get_importer_for_model(Order).unregister()

    class OrderImporter(Importer):
        model = Order
        ids = NaturalKey("shop", "order_number")

        class Columns:
            tenant = Ref(Tenant, by={"id": "tenant"})
            shop = Ref(Shop, by={"id": "shop"})
            customer = Ref(Customer, by={"id": "customer"})

    tenant, shop, customer = rows(target, "SELECT tenant_id, shop_id, id FROM accounts_customer LIMIT 1")[0]
    head = "tenant,shop,customer,order_number,status,total_amount,tax_amount,shipping_amount,created_at\n"
    good = f"{tenant},{shop},{customer},X-1,pending,1.50,0,0,2026-01-02 03:04:05+00\n"
    bad = good.replace("pending", "secret!").replace("X-1", "X-2")
    sheet = tmp_path / "orders.csv"
    sheet.write_text(head + good + bad)
    with pytest.raises(Invalid) as caught:
        DataSlicer.run(source=DataSlicer.Sheets({Order: sheet}), target=into, progress=False)
    rule = caught.value.report.load.broken[0]
    assert (rule.rule, rule.column, rule.count, rule.lines) == ("not-allowed", "status", 1, (3,))
    assert "secret!" not in str(caught.value)
    sheet.write_text(head + good)
    loaded = DataSlicer.run(source=DataSlicer.Sheets({Order: sheet}), target=into, progress=False, no_record=True)
    assert loaded.load.inserted == 1


def test_all_mistakes_at_once(database, tmp_path):
    with pytest.raises(Invalid) as caught:
        DataSlicer.run(
            source=DataSlicer.Postgres(database),
            target=DataSlicer.File(tmp_path / "x"),
            jobs=[ImportJob(model=OrderItem, percent=200), ImportJob(model=Order, limit=1, percent=5)],
            progress=False,
        )
    assert len(caught.value.problems) > 1
    assert "orders_orderitem" in str(caught.value)
    with pytest.raises(RunError, match="unknown key"):
        DataSlicer.run(
            source=DataSlicer.Postgres(database), target=DataSlicer.File(tmp_path / "x"), jobs=jobs(), nonsense=1
        )


def test_slice_that_was_changed(taken, tmp_path):
    directory, _ = taken
    with (tmp_path / "slice" / "accounts_shop.csv").open("a") as file:
        file.write("x\n")
    with pytest.raises(NotProved):
        DataSlicer.verify(directory)


def test_bars_and_callback(database, tmp_path, capsys):
    heard = []
    DataSlicer.run(
        source=DataSlicer.Postgres(database),
        target=DataSlicer.File(tmp_path / "slice"),
        jobs=jobs(),
        progress=True,
        progress_callback=heard.append,
    )
    shown = capsys.readouterr().err
    for model in SHOP:
        assert f"{model.__name__}: 100%" in shown
    assert {e["event"] for e in heard} == {"progress", "report"}


def test_nothing_shows_a_secret_or_runs_a_query(database, capsys):
    source = DataSlicer.Postgres("postgresql://me:geheim@db.example.com/x")
    assert "geheim" not in repr(source)
    assert "db.example.com" not in repr(source)
    job = ImportJob(model=Tenant, query=Tenant.objects.using("dead").filter(id=1))
    assert repr(job) == "ImportJob(accounts.Tenant, …)"
    with pytest.raises(RunError) as caught:
        DataSlicer.run(
            source=DataSlicer.Postgres("postgresql://me:geheim@127.0.0.1:1/x"),
            target=DataSlicer.File("/tmp/no"),
            jobs=[job],
        )
    assert "geheim" not in str(caught.value)
    assert "geheim" not in repr(caught.value)


@pytest.mark.parametrize(
    ("make", "problem"),
    [
        (lambda: DataSlicer.Postgres(), "it takes a URL or an alias"),
        (lambda: DataSlicer.Postgres("x", alias="y"), "it takes a URL or an alias"),
        (lambda: DataSlicer.Postgres("mysql://geheim@x/y"), "the URL is none of PostgreSQL's"),
        (lambda: DataSlicer.Postgres("default"), r'the text is no URL \(Postgres\(alias="default"\)\)'),
        (
            lambda: DataSlicer.Postgres(alias="nowhere").connection(),
            r'alias "nowhere": DATABASES has none .*known: dead, default, lite',
        ),
        (lambda: DataSlicer.Postgres(alias="lite").connection(), "it is a database of sqlite"),
        (lambda: DataSlicer.File(""), "it takes the path of a directory"),
        (lambda: DataSlicer.File("postgres://geheim@x/y"), "the path is a URL"),
        (lambda: DataSlicer.Sheets(), "there is no file"),
        (lambda: DataSlicer.Sheets({"accounts.Tenant": "x"}), "it takes models and their files"),
        (
            lambda: DataSlicer.run(source=DataSlicer.File("a"), target=DataSlicer.File("b")),
            "File to File can't be: one of them is a database",
        ),
        (
            lambda: DataSlicer.run(source=DataSlicer.Postgres(alias="default"), target=DataSlicer.File("b")),
            "jobs: there is none",
        ),
    ],
)
def test_endpoints(make, problem):
    with pytest.raises((EndpointError, JobError), match=problem) as caught:
        make()
    assert "geheim" not in str(caught.value)


def test_alias(database, tmp_path):
    source = DataSlicer.Postgres(alias="default")
    assert repr(source) == "Postgres(alias='default')"
    report = DataSlicer.run(
        source=source, target=DataSlicer.File(tmp_path / "s"), jobs=[ImportJob(Tenant)], progress=False
    )
    assert report.rows == Tenant.objects.count()


def test_slices_in_no_order_that_several_jobs_use(database, tmp_path):
    def warned(tenants):
        shops = Shop.objects.filter(tenant__in=tenants)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            DataSlicer.run(
                source=DataSlicer.Postgres(database),
                target=DataSlicer.File(tmp_path / "s", overwrite=True),
                jobs=[ImportJob(Tenant, tenants), ImportJob(Shop, shops)],
                progress=False,
            )
        return [str(w.message) for w in caught if "in no order" in str(w.message)]

    assert len(warned(Tenant.objects.all()[:1])) == 1
    assert len(warned(Tenant.objects.filter(name__in=["a", "b"], pk__gt=0)[:1])) == 1
    assert len(warned(Tenant.objects.extra(where=["id > %s"], params=[0])[:1])) == 1
    assert warned(Tenant.objects.order_by("id")[:1]) == []
    assert warned(Tenant.objects.filter(id=1)) == []


def test_jobs():
    with pytest.raises(JobError, match="its model is no Django model"):
        ImportJob(model="accounts.Tenant")
    with pytest.raises(JobError, match="QuerySet model does not match: it gives rows of accounts.Shop"):
        ImportJob(model=Tenant, query=Shop.objects.all())
    with pytest.raises(JobError, match="the query is no QuerySet"):
        ImportJob(model=Tenant, query="SELECT 1")
    with pytest.raises(JobError, match='per "costumer": .*did you mean "customer"'):
        ImportJob(model=Order, limit=1, per="costumer").document()
    job = ImportJob(Order)
    with pytest.raises(AttributeError):
        job.model = Tenant
    assert set(job.get_dependencies()) == {Tenant, Shop, Customer}
    ordered = ImportJob.sort_by_dependencies([ImportJob(m) for m in reversed(SHOP)])
    places = {j.model: i for i, j in enumerate(ordered)}
    assert all(places[parent] < places[j.model] for j in ordered for parent in j.get_dependencies())


def test_ids_of_one_importer(taken, target):
    directory, report = taken
    into = DataSlicer.Postgres(target)
    for one in (Tenant, Shop, Customer, Product, Order):
        Importer.get_importer_for_model(one).unregister()

    class TenantImporter(Importer):
        model = Tenant
        ids = NaturalKey("subdomain")

    class ShopImporter(Importer):
        model = Shop
        ids = NaturalKey("tenant", "name")

    class CustomerImporter(Importer):
        model = Customer
        ids = NaturalKey("shop", "email")

    class ProductImporter(Importer):
        model = Product
        ids = NaturalKey("shop", "sku")

    class OrderImporter(Importer):
        model = Order
        ids = NaturalKey("shop", "order_number")

    for _ in range(2):
        loaded = DataSlicer.run(source=directory, target=into, ids=Sequential(), progress=False, no_record=True)
    assert rows(target, "SELECT count(*) FROM accounts_tenant") == [(1,)]
    assert rows(target, "SELECT count(*) FROM orders_order") == [(report.files[4].rows,)]
    assert rows(target, "SELECT count(*) FROM orders_orderitem") == [(2 * report.files[5].rows,)]
    assert {t.table: t.inserted for t in loaded.load.tables}["accounts_customer"] == 0
