"""What the front end costs beside `gyro export` of the same slice: time, and memory of its process.

    go run ./internal/pgtest/serve python/.venv/bin/python python/bench/overhead.py [SCALE] [ROUNDS]

Runs are interleaved; both export the shop's whole tenant into a directory that is replaced, bars off and on. Printed are
medians and their ratios. Needs go, which fills the shop.
"""

from __future__ import annotations

import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
GYRO = os.environ.get("GYRO_BINARY") or str(Path(sys.executable).parent / "gyro")

CHILD = """
import json, os, resource, sys, time
begin = time.monotonic()
sys.path.insert(0, sys.argv[1])
os.environ["DJANGO_SETTINGS_MODULE"] = "settings"
import django
django.setup()
from django_gyro import DataSlicer, ImportJob
from gyro_example.models import Customer, Order, OrderItem, Product, Shop, Tenant
jobs = [ImportJob(Tenant, Tenant.objects.filter(id__lt=4))] + [ImportJob(m) for m in (Shop, Product, Customer, Order, OrderItem)]
ready = time.monotonic()
DataSlicer.run(source=DataSlicer.Postgres(os.environ["DATABASE_URL"]), target=DataSlicer.File(sys.argv[2], overwrite=True), jobs=jobs, progress=sys.argv[3] == "bars")
end = time.monotonic()
print(json.dumps({"import": ready - begin, "run": end - ready, "rss": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss}))
"""


def database() -> str:
    """A database of its own."""
    server = os.environ.get("GYRO_TEST_DATABASE") or sys.exit(
        "error: no server: run it under go run ./internal/pgtest/serve"
    )
    name = f"overhead_{os.getpid()}"
    subprocess.run(["psql", "-q", server, "-c", f"CREATE DATABASE {name}"], check=True)
    return server.replace("/postgres?", f"/{name}?")


def main(scale: str = "1", rounds: str = "5") -> None:
    url = database()
    subprocess.run(["go", "run", "./examples/shop/run", "fill", url, scale], cwd=ROOT, check=True)
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "gyro.yaml"
        tables = ["accounts_shop", "products_product", "accounts_customer", "orders_order", "orders_orderitem"]
        config.write_text(json.dumps({"jobs": [{"model": "accounts_tenant", "where": "id < 4"}, *tables]}))
        env = {**os.environ, "DATABASE_URL": url, "GYRO_SOURCE": url, "GYRO_BINARY": GYRO}
        times: dict[str, list[float]] = {"gyro export": [], "front end": [], "its run": [], "with bars": []}
        rss = 0
        for _ in range(int(rounds) + 1):
            begin = time.monotonic()
            command = [GYRO, "export", "-c", config, "--target", f"{folder}/a", "--overwrite", "--progress", "none"]
            subprocess.run(command, env=env, check=True, capture_output=True)
            times["gyro export"].append(time.monotonic() - begin)
            for bars in ("none", "bars"):
                begin = time.monotonic()
                command = [sys.executable, "-c", CHILD, ROOT / "examples/django_shop", f"{folder}/b", bars]
                said = subprocess.run(command, env=env, check=True, capture_output=True, text=True)
                whole, inner = time.monotonic() - begin, json.loads(said.stdout)
                rss = max(rss, inner["rss"])
                if bars == "none":
                    times["front end"].append(whole)
                    times["its run"].append(inner["run"])
                else:
                    times["with bars"].append(whole)
        size = sum(f.stat().st_size for f in Path(folder, "b").glob("*.csv")) / 1e6
    base = statistics.median(times["gyro export"][1:])
    print(f"scale {scale}, {size:.1f} MB, {rounds} rounds, after one that is not counted")
    for name, all_times in times.items():
        middle = statistics.median(all_times[1:])
        print(f"{name:12} {middle:7.2f} s   {middle / base:5.2f}   {middle - base:+.2f} s")
    print(f"peak memory of the front end's process {rss / 1024:.0f} MB (this program {own():.0f} MB)")
    subprocess.run(
        ["psql", "-q", os.environ["GYRO_TEST_DATABASE"], "-c", f"DROP DATABASE overhead_{os.getpid()}"], check=True
    )


def own() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main(*sys.argv[1:])
