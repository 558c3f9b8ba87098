"""The engine takes a slice of one query."""

import csv
import json
import subprocess


def export(binary, database, folder, query):
    """The keys that the engine takes, as its CSV file says them."""
    model = query.model._meta.concrete_model
    name = table(model)
    importers = {}
    for field in model._meta.concrete_fields:
        if field.remote_field and field.remote_field.model is model:
            columns = importers.setdefault(name, {"file": "keys.csv", "columns": {}})["columns"]
            columns[field.column] = {"ref": name, "missing": "set_null"}
    job = {"model": name, "sql": query.sql} | ({"args": query.args} if query.args else {})
    document = {
        "source": database,
        "target": str(folder / "slice"),
        "order": "auto",
        "importers": importers or {name: {"file": "keys.csv"}},
        "jobs": [job, *sorted(table(parent) for parent in ancestors(model) - {model})],
    }
    config = folder / "gyro.yaml"
    config.write_text(json.dumps(document))
    ran = subprocess.run(
        [binary, "export", "-c", config, "--progress", "none"], capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr + "\n" + query.sql[:3000]
    key = [field.column for field in getattr(model._meta, "pk_fields", [model._meta.pk])]
    with (folder / "slice" / "keys.csv").open(newline="") as file:
        return {tuple(row[column] for column in key) for row in csv.DictReader(file)}


def table(model):
    name = model._meta.db_table
    return name if name.isidentifier() and name.islower() else '"' + name.replace('"', '""') + '"'


def ancestors(model):
    """The models that it refers to, directly or not: taken whole, they leave none of its rows out."""
    found, new = set(), {model}
    while new:
        found |= new
        new = {f.remote_field.model for m in new for f in m._meta.concrete_fields if f.remote_field} - found
    return found
