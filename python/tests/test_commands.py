"""The management commands: called, and as processes over a project of their own."""

import io
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from project.accounts.models import Shop, Tenant
from project.orders.models import Order
from project.products.models import Product
from project.rows import SHOP
from server import rows

from django_gyro import Column, Importer, ImportJob
from django_gyro.importer import collecting

HERE = Path(__file__).parent


def called(*args, **options):
    out = io.StringIO()
    call_command(*args, stdout=out, stderr=out, **options)
    return out.getvalue()


def refused(*args, **options):
    with pytest.raises(CommandError) as caught:
        called(*args, **options)
    return caught.value.returncode, str(caught.value)


def counts(at):
    return {m.__name__: rows(at, f"SELECT count(*) FROM {m._meta.db_table}")[0][0] for m in SHOP}


def slices():
    return [ImportJob(model=Tenant, query=Tenant.objects.order_by("pk")[:1]), ImportJob(model=Shop)]


listed, broken = [ImportJob(model=Tenant)], ["no job"]


def interrupted():
    raise KeyboardInterrupt


# Export


def test_root(shop_importers, database, target, tmp_path):
    tenant = Tenant.objects.order_by("pk").first()
    out = called("gyro_export", str(tmp_path / "one"), root=[f"accounts.Tenant={tenant.pk}"])
    assert "accounts_tenant.csv: 1 rows" in out
    assert "\t" not in out
    shops = Shop.objects.filter(tenant=tenant)
    assert f"accounts_shop.csv: {shops.count():,} rows" in out
    assert f"orders_order.csv: {Order.objects.filter(shop__in=shops).count():,} rows" in out
    called("gyro_import", str(tmp_path / "one"), target=target)
    assert rows(target, "SELECT DISTINCT tenant_id FROM accounts_shop") == [(tenant.pk,)]
    assert counts(target)["Order"] == Order.objects.filter(shop__in=shops).count() > 0


def test_root_of_the_middle_takes_what_it_refers_to(shop_importers, database, tmp_path):
    shop = Shop.objects.order_by("pk").first()
    out = called("gyro_export", str(tmp_path / "one"), root=[f"accounts.shop={shop.pk}"])
    assert "accounts_shop.csv: 1 rows" in out
    assert "accounts_tenant.csv: 1 rows" in out


def test_several_roots(shop_importers, database, tmp_path):
    keys = [t.pk for t in Tenant.objects.order_by("pk")[:2]]
    out = called("gyro_export", str(tmp_path / "two"), root=[f"accounts.Tenant={k}" for k in keys])
    assert "accounts_tenant.csv: 2 rows" in out


@pytest.mark.parametrize("path", ["test_commands:slices", "test_commands.slices", "test_commands:listed"])
def test_jobs_by_path(shop_importers, database, tmp_path, path):
    assert "accounts_tenant.csv: " in called("gyro_export", str(tmp_path / "one"), jobs=path, source=database)


def test_nothing_is_printed_with_verbosity_0(shop_importers, database, target, tmp_path):
    assert called("gyro_export", str(tmp_path / "one"), jobs="test_commands:slices", verbosity=0) == ""
    assert called("gyro_import", str(tmp_path / "one"), target=target, verbosity=0) == ""


def test_plan(shop_importers, database, tmp_path):
    quiet = called("gyro_export", str(tmp_path / "one"), jobs="test_commands:slices", dry_run=True)
    assert re.match(r"1 accounts_tenant: .*about [\d,]+ rows\n2 accounts_shop: ", quiet)
    assert "SELECT" not in quiet
    loud = called("gyro_export", str(tmp_path / "one"), jobs="test_commands:slices", dry_run=True, verbosity=2)
    assert "SELECT" in loud
    assert "\t" not in quiet + loud
    assert not (tmp_path / "one").exists()


def test_export_is_refused(shop_importers, database, tmp_path):
    to = str(tmp_path / "one")
    called("gyro_export", to, jobs="test_commands:slices")
    assert refused("gyro_export", to, jobs="test_commands:slices")[0] == 3
    assert refused("gyro_export", to, jobs="test_commands:slices", dry_run=True)[0] == 3
    called("gyro_export", to, jobs="test_commands:slices", overwrite=True)
    for options, code, words in [
        ({}, 2, "--jobs module:name or --root app.Model=key"),
        ({"jobs": "test_commands:slices", "root": ["accounts.Tenant=1"]}, 2, "either"),
        ({"root": ["accounts.Tenant"]}, 2, "app.Model=key"),
        ({"root": ["Tenant=1"]}, 2, "did you mean accounts.Tenant"),
        ({"root": ["accounts.Tenant=one"]}, 2, "no key of accounts.Tenant"),
        ({"root": ["accounts.Tenant=987654"]}, 4, "no such row of accounts.Tenant"),
        ({"root": ["accounts.Tenant=987654"], "source": database}, 4, "no such row of accounts.Tenant"),
        ({"jobs": "test_commands:nothing"}, 2, "nothing"),
        ({"jobs": "test_commands:broken"}, 2, "no list of ImportJobs"),
        ({"jobs": "test_commands:slices", "source": database, "database": "default"}, 2, "--source and --database"),
        ({"jobs": "test_commands:slices", "database": "lite"}, 2, "sqlite"),
        ({"jobs": "test_commands:slices", "database": "dead"}, 1, ""),
    ]:
        got, text = refused("gyro_export", str(tmp_path / f"two{code}{words[:3]}"), **options)
        assert (got, words in text) == (code, True), text
    assert "987654" not in text


def test_a_slice_is_not_replaced_for_a_row_that_is_not_there(shop_importers, database, tmp_path):
    called("gyro_export", str(tmp_path / "one"), jobs="test_commands:slices")
    before = (tmp_path / "one" / "manifest.json").read_bytes()
    assert refused("gyro_export", str(tmp_path / "one"), root=["accounts.Tenant=987654"], overwrite=True)[0] == 4
    assert (tmp_path / "one" / "manifest.json").read_bytes() == before


def test_what_is_declared_wrong_has_the_exit_code_of_validation(shop_importers, database, tmp_path):
    Importer.get_importer_for_model(Shop).unregister()
    wrong = {"model": Shop, "Columns": type("Columns", (), {"tenant": Product, "nam": Tenant})}
    with collecting():  # as importers.py is found
        type("ShopImporter", (Importer,), wrong)
    code, text = refused("gyro_export", str(tmp_path / "one"), jobs="test_commands:slices")
    assert code == 4
    assert '"tenant"' in text
    assert '"nam"' in text


# Import and undo


@pytest.fixture
def taken(shop_importers, database, tmp_path):
    called("gyro_export", str(tmp_path / "one"), jobs="test_commands:slices")
    return str(tmp_path / "one")


def test_import_again_with_new_ids_and_back(taken, target, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    called("gyro_import", taken, target=target)
    Importer.get_importer_for_model(Tenant).unregister()
    copied = {"subdomain": Column(expr="value || '-copy'")}  # it is unique
    type("TenantImporter", (Importer,), {"model": Tenant, "Columns": type("Columns", (), copied)})
    before = counts(target)
    code, text = refused("gyro_import", taken, target=target)
    assert (code, "accounts_tenant" in text) == (1, True), text
    dry = called("gyro_import", taken, target=target, ids="max+1", dry_run=True)
    assert "dry run" in dry
    assert counts(target) == before
    out = called("gyro_import", taken, target=target, ids="sequential")
    assert counts(target)["Shop"] == 2 * before["Shop"]
    record = re.search(r"manage.py gyro_undo (\S+)", out).group(1)
    assert "deleted" in called("gyro_undo", record, target=target)
    assert counts(target) == before
    assert refused("gyro_undo", record, target=target)[0] != 0
    assert "skipped" in called("gyro_import", taken, target=target, conflict="skip")


def test_import_from_nothing(shop_importers, target, tmp_path):
    assert refused("gyro_import", str(tmp_path / "nothing"), target=target)[0] == 1


def test_csv_of_others(shop_importers, target, tmp_path):
    tenants, shops = tmp_path / "tenants.csv", tmp_path / "shops.csv"
    header = [f.column for f in Tenant._meta.local_fields if f.column != "id"]
    first = called("gyro_export", str(tmp_path / "one"), jobs="test_commands:slices")
    assert header
    assert first
    shutil.copy(tmp_path / "one" / "accounts_tenant.csv", tenants)
    shutil.copy(tmp_path / "one" / "accounts_shop.csv", shops)
    out = called(
        "gyro_import", csv=[f"accounts.Tenant={tenants}", f"accounts.Shop={shops}"], target=target, conflict="skip"
    )
    assert counts(target)["Shop"] > 0, out


def test_import_is_refused(taken, target):
    for options, words in [
        ({}, "either a slice's directory or --csv"),
        ({"csv": ["accounts.Tenant=x.csv"], "source": taken}, "either"),
        ({"source": taken, "reject": "x"}, "--reject is for --csv"),
        ({"csv": ["accounts.Tenant"]}, "app.Model=file"),
        ({"csv": ["accounts.Nobody=x.csv"]}, "no model accounts.Nobody"),
    ]:
        source = [options.pop("source")] if "source" in options else []
        code, text = refused("gyro_import", *source, target=target, **options)
        assert (code, words in text) == (2, True), text


def test_interrupted(shop_importers, database, tmp_path):
    with pytest.raises(KeyboardInterrupt):
        called("gyro_export", str(tmp_path / "one"), jobs="test_commands:interrupted")


def test_in_an_event_loop(shop_importers, database, tmp_path):
    """A notebook's kernel has one, in which Django refuses to execute anything."""
    import asyncio

    async def kernel():
        return called("gyro_export", str(tmp_path / "one"), root=[f"accounts.Tenant={key}"])

    key = Tenant.objects.order_by("pk").first().pk
    assert "accounts_tenant.csv: 1 rows" in asyncio.run(kernel())


# Processes


class Project:
    """A copy of the tests' project, in which importers.py may be written."""

    def __init__(self, root, database, binary):
        self.root = root
        shutil.copytree(HERE / "project", root / "project", ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy(HERE / "manage.py", root)
        path = os.pathsep.join([str(root), str(HERE.parent)])
        self.environment = os.environ | {
            "PYTHONPATH": path,
            "GYRO_BINARY": binary,
            "GYRO_TEST_DATABASE": database,
            "XDG_STATE_HOME": str(root),
        }

    def manage(self, *args, code=0):
        ran = subprocess.run(
            [sys.executable, "-W", "error::UserWarning", "manage.py", *args],
            cwd=self.root,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert ran.returncode == code, (args, ran.returncode, ran.stdout, ran.stderr)
        return ran.stdout, ran.stderr


@pytest.fixture
def project(database, binary, tmp_path):
    return Project(tmp_path, database, binary)


def test_init_export_import_as_processes(project, target, tmp_path):
    out, err = project.manage("gyro_init", "--into", "accounts")
    written = sorted(str(p.relative_to(tmp_path / "project")) for p in tmp_path.rglob("importers.py"))
    assert written == [f"{app}/importers.py" for app in ("accounts", "kinds", "orders", "products", "rings", "worlds")]
    assert len(out.splitlines()) == 6
    assert project.manage("check") == ("System check identified no issues (0 silenced).\n", "")

    assert "is there (--overwrite replaces it)" in project.manage("gyro_init", "--into", "accounts", code=3)[1]
    files = {path: path.read_text() for path in tmp_path.rglob("importers.py")}
    project.manage("gyro_init", "--into", "accounts", "--overwrite")
    assert {path: path.read_text() for path in files} == files

    (tmp_path / "project/worlds/importers.py").unlink()  # which has no tables here
    key = Tenant.objects.order_by("pk").first().pk
    out, err = project.manage("gyro_export", "slice", "--root", f"accounts.Tenant={key}")
    assert "kinds_" not in out
    assert (err, "\t" in out, "\r" in out) == ("", False, False)
    project.environment["GYRO_TEST_DATABASE"] = target
    out, err = project.manage("gyro_import", "slice", "--ids", "keep")
    assert "accounts_tenant: 1 inserted" in out
    assert err == ""
    project.manage("gyro_import", "slice", code=1)
    assert "manage.py gyro_undo" in out
    project.manage("gyro_undo", re.search(r"gyro_undo (\S+)", out).group(1))
    assert counts(target)["Tenant"] == 0
    assert "CommandError: " in project.manage("gyro_export", "slice", code=2)[1]


def test_init_writes_what_ruff_leaves_alone(project, tmp_path):
    ruff = Path(sys.executable).with_name("ruff")
    if not ruff.exists():
        pytest.skip("no ruff in this environment")
    project.manage("gyro_init", "--into", "accounts")
    # The defaults, with imports sorted; by its roots ruff knows what is the project's.
    rules = ["--isolated", "--config", f'src = ["{tmp_path}"]']
    for command in (["check", "--select", "E,F,I,UP,ERA,N", *rules], ["format", "--check", *rules]):
        ran = subprocess.run(
            [ruff, *command, *tmp_path.rglob("importers.py")], capture_output=True, text=True, check=False
        )
        assert ran.returncode == 0, ran.stdout + ran.stderr


def test_init_for_some_applications(project, tmp_path):
    project.manage("gyro_init", "accounts")
    project.manage("gyro_init", "orders", "products", "--verbosity", "0")
    assert (tmp_path / "project/orders/importers.py").exists()
    text = (tmp_path / "project/orders/importers.py").read_text()
    assert (
        "class OrderItemImporter(Importer):\n    model = OrderItem\n\n    class Columns:\n        tenant = Tenant\n"
        in text
    )
    assert project.manage("check")[1] == ""
    # What has an importer elsewhere is not written again.
    (tmp_path / "project/orders/importers.py").rename(tmp_path / "project/kinds/importers.py")
    kinds = tmp_path / "project/kinds/importers.py"
    kinds.write_text(kinds.read_text().replace("from .models", "from project.orders.models"))
    assert "no model that an importer" in project.manage("gyro_init", "orders", code=2)[1]


def test_init_says_what_it_leaves_out(project):
    err = project.manage("gyro_init", "orders")[1]
    assert "orders.Order.shop refers to accounts.Shop, which has no importer: it is not written" in err
    assert "worlds.Unmanaged is left out" in project.manage("gyro_init", "worlds", "--dry-run")[1]


def test_init_is_refused(project, tmp_path):
    assert "--into APP" in project.manage("gyro_init", "auth", code=2)[1]
    assert "no application nobody" in project.manage("gyro_init", "nobody", code=2)[1]
    (tmp_path / "project/orders/importers").mkdir()
    assert "package" in project.manage("gyro_init", "orders", "--overwrite", code=3)[1]
