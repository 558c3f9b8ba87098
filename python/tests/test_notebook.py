"""The technical design's block, its slips mended, in a real Jupyter kernel against the shop."""

import filecmp
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from conftest import url
from server import execute, rows

nbformat = pytest.importorskip("nbformat")
nbclient = pytest.importorskip("nbclient")
pytest.importorskip("ipywidgets")

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "django_shop"
FILES = [
    "accounts_tenant",
    "accounts_shop",
    "products_product",
    "accounts_customer",
    "orders_order",
    "orders_orderitem",
]

SETUP = """
import os, sys
sys.path.insert(0, os.environ["EXAMPLE"])
os.environ["DJANGO_SETTINGS_MODULE"] = "settings"
import django
django.setup()
"""

IMPORTERS = """
from django_gyro import Importer
from gyro_example.models import Shop, Tenant

class TenantAgain(Importer):
    abstract = True

    class Columns:
        pass
"""

BLOCK = """
from django_gyro import DataSlicer, ImportJob
from gyro_example.importers import Tenant, Shop, Customer, Product, Order, OrderItem

tenant = Tenant.objects.filter(id=1)
shops = Shop.objects.filter(tenant__in=tenant, id__in=[10, 11, 12])
products = Product.objects.filter(shop__in=shops, tenant__in=tenant)
customers = Customer.objects.filter(shop__in=shops)
orders = Order.objects.filter(customer__in=customers)
order_items = OrderItem.objects.filter(tenant__in=tenant, order__in=orders)

postgres_url = os.environ["DATABASE_URL"]

import_jobs = DataSlicer.run(
    source=DataSlicer.Postgres(postgres_url),
    target=DataSlicer.File(
        os.environ["TARGET"],
        overwrite=True,
    ),
    jobs=[
        ImportJob(model=Tenant, query=tenant),
        ImportJob(model=Shop, query=shops),
        ImportJob(model=Product, query=products),
        ImportJob(model=Customer, query=customers),
        ImportJob(model=Order, query=orders),
        ImportJob(model=OrderItem, query=order_items),
    ],
)
import_jobs
"""

SLOW = """
slow = Tenant.objects.extra(where=["(SELECT count(*) FROM generate_series(1, 1000000000000)) > 0"])
DataSlicer.run(
    source=DataSlicer.Postgres(postgres_url),
    target=DataSlicer.File(os.environ["TARGET"] + "-slow"),
    jobs=[ImportJob(model=Tenant, query=slow)],
)
"""


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """A database with the shop, filled by the Go example, and the slice that this takes of it."""
    go = shutil.which("go")
    if go is None:
        pytest.skip("the shop is filled by the Go example, and there is no go")
    tool = tmp_path_factory.mktemp("shop") / "run"
    subprocess.run([go, "build", "-o", tool, "./examples/shop/run"], cwd=ROOT, check=True)
    name = f"gyro_shop_{os.getpid()}"
    execute(url("postgres"), f"DROP DATABASE IF EXISTS {name}", f"CREATE DATABASE {name}")
    where = url(name)
    subprocess.run([tool, "fill", where, "0.02"], check=True)
    taken = tmp_path_factory.mktemp("go") / "slice"
    subprocess.run([tool, "slice", where, taken], check=True)
    yield where, taken
    execute(url("postgres"), f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def kernel(shop, binary, tmp_path, monkeypatch):
    monkeypatch.setenv("EXAMPLE", str(EXAMPLE))
    monkeypatch.setenv("DATABASE_URL", shop[0])
    monkeypatch.setenv("GYRO_BINARY", binary)
    monkeypatch.setenv("TARGET", str(tmp_path / "dev-qa-org-1"))
    monkeypatch.delenv("DJANGO_SETTINGS_MODULE")

    def run(*cells, **options):
        book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
        kernel_spec = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
        book.metadata.update(kernel_spec)
        client = nbclient.NotebookClient(book, timeout=120, store_widget_state=True, kernel_name="python3", **options)
        return book, client

    return run


def full_bars(book):
    """Bars that are full, in the widgets' state that the notebook saves."""
    state = book.metadata.widgets["application/vnd.jupyter.widget-state+json"]["state"]
    bars = [w["state"] for w in state.values() if w["model_name"] == "FloatProgressModel"]
    return [b for b in bars if b.get("bar_style") == "success" and b["value"] == b["max"] > 0]


def html(cell):
    return "".join(o.get("data", {}).get("text/html", "") for o in cell.outputs)


@pytest.mark.filterwarnings("ignore")
def test_block(kernel, shop, tmp_path):
    _, expected = shop
    book, client = kernel(SETUP, IMPORTERS, BLOCK, IMPORTERS, BLOCK)
    client.execute()
    for name in FILES:
        assert filecmp.cmp(expected / f"{name}.csv", tmp_path / "dev-qa-org-1" / f"{name}.csv", shallow=False), name
    assert len(full_bars(book)) == 12  # six in each of the two runs
    for cell in (book.cells[2], book.cells[4]):
        assert re.search(r"<td>orders_orderitem\.csv</td><td>[1-9]", html(cell))
        views = [o for o in cell.outputs if "application/vnd.jupyter.widget-view+json" in o.get("data", {})]
        assert len(views) == 6
    assert not [o for cell in book.cells for o in cell.outputs if o.output_type in ("error", "stream")]


@pytest.mark.filterwarnings("ignore")
def test_interrupt(kernel, shop, binary, tmp_path):
    where, _ = shop
    book, client = kernel(
        SETUP, BLOCK, SLOW, "DataSlicer.verify(DataSlicer.File(os.environ['TARGET']))", allow_errors=True
    )
    working = """
        SELECT count(*) FROM pg_stat_activity
        WHERE query LIKE '%generate_series(1, 1000000000000)%' AND pid <> pg_backend_pid() AND state = 'active'"""

    def interrupt(**_):
        import threading

        def when_it_works():
            deadline = time.monotonic() + 60
            while rows(where, working) == [(0,)] and time.monotonic() < deadline:
                time.sleep(0.1)
            os.kill(client.km.provisioner.pid, 2)

        threading.Thread(target=when_it_works, daemon=True).start()

    client.on_cell_execute = lambda cell, cell_index: interrupt() if cell_index == 2 else None
    client.execute()
    assert [o.ename for o in book.cells[2].outputs if o.output_type == "error"] == ["KeyboardInterrupt"]
    assert rows(where, working) == [(0,)]
    assert not list(tmp_path.glob("dev-qa-org-1-slow*"))
    assert book.cells[3].outputs[0]["data"]["text/plain"] == "True"
    assert (
        not [p for p in Path("/proc").glob("[0-9]*/cmdline") if read(p).startswith(f"{binary}\0run\0-".encode())]
        or sys.platform != "linux"
    )


@pytest.mark.filterwarnings("ignore")
def test_notebook_of_the_example(shop, kernel, tmp_path):
    copy = tmp_path / "django_shop"
    shutil.copytree(EXAMPLE, copy, ignore=shutil.ignore_patterns(".venv", "slices", "__pycache__"))
    book = nbformat.read(copy / "slice.ipynb", as_version=4)
    nbclient.NotebookClient(
        book, timeout=120, store_widget_state=True, resources={"metadata": {"path": copy}}
    ).execute()
    assert len(full_bars(book)) == 6
    assert "lateral join per customer_id" in html(book.cells[4])
    assert (copy / "slices" / "dev-qa-org-1" / "manifest.json").exists()
    assert not (copy / "slices" / "sample").exists()


@pytest.mark.filterwarnings("ignore")
def test_command_in_a_cell(shop, kernel, binary, tmp_path, monkeypatch):
    """What the command shows is one line that is written anew, on the terminal of !gyro and in the pipe of %%bash."""
    monkeypatch.setenv("GYRO_SOURCE", shop[0])
    config = tmp_path / "gyro.yaml"
    config.write_text("jobs: [{model: accounts_tenant}, {model: accounts_shop}]")
    export = f"{binary} export -c {config} --target {tmp_path}"
    book, client = kernel(f"!{export}/terminal", f"%%bash\n{export}/pipe")
    client.execute()
    for cell in book.cells:
        text = "".join(o.text for o in cell.outputs)
        assert "\x1b" not in text
        line = text.replace("\r\n", "\n").split("\n")[0]
        assert line.startswith("\r1/2 accounts_tenant: ")
        assert "\r2/2 accounts_shop: " in line
        assert re.search(r" rows, [0-9.]+kB, [0-9.]+ s *$", line)


def read(path):
    try:
        return path.read_bytes()
    except OSError:
        return b""
