"""Rows of all kinds of models are loaded into a migrated database, whose content types have other ids."""

from urllib.parse import urlsplit

import pytest
from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.db import connections
from django.test.utils import CaptureQueriesContext
from project.accounts.models import Customer, Shop, Tenant
from project.kinds import models as kinds
from project.rings.models import Member, Office, Team
from server import execute, rows

from django_gyro import Column, DataSlicer, Importer, ImportJob, Invalid, Keep, NaturalKey, Ref, Sequential

KINDS = [kinds.Place, kinds.Restaurant, kinds.Pizzeria, kinds.Tag, kinds.Node, kinds.Article]


@pytest.fixture(autouse=True)
def gyro(binary, monkeypatch, database):
    monkeypatch.setenv("GYRO_BINARY", binary)


def importers(*all_models, **options):
    for one in all_models:
        type(f"{one.__name__}Importer", (Importer,), {"model": one, **options})


@pytest.fixture
def target(database, copy):
    """Another database, migrated and empty; its content types stand in another order, and others are there first."""
    empty = {
        m._meta.db_table for m in apps.get_models(include_auto_created=True) if m._meta.app_label in ("kinds", "rings")
    }
    there = {table for (table,) in rows(copy, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'")}
    quoted = [f'"{t}"' for t in [*(empty & there), "accounts_tenant", "django_content_type"]]
    execute(copy, f"TRUNCATE {', '.join(quoted)} RESTART IDENTITY CASCADE")
    types = rows(database, "SELECT app_label, model FROM django_content_type ORDER BY model DESC, app_label")
    values = ", ".join(
        f"('{label}', '{model}')" for label, model in [("stranger", "first"), ("stranger", "second"), *types]
    )
    execute(copy, f"INSERT INTO django_content_type (app_label, model) VALUES {values}")
    connections.databases["target"] = {**connections.databases["default"], "NAME": urlsplit(copy).path.lstrip("/")}
    yield copy
    connections["target"].close()
    del connections["target"]
    del connections.databases["target"]


def take(database, folder, *jobs, **options):
    directory = DataSlicer.File(folder / "slice", overwrite=True)
    DataSlicer.run(source=DataSlicer.Postgres(database), target=directory, jobs=jobs, progress=False, **options)
    return directory


def load(directory, target, **options):
    return DataSlicer.run(
        source=directory, target=DataSlicer.Postgres(target), progress=False, no_record=True, **options
    )


def articles(alias):
    """What each article is about, and its tags: by names, for ids may differ."""
    found = []
    for article in kinds.Article.objects.using(alias).order_by("title", "pk"):
        ContentType.objects.clear_cache()
        model = ContentType.objects.db_manager(alias).get(pk=article.kind_id).model_class()
        about = model._base_manager.using(alias).get(pk=article.object_id)
        found.append(
            (article.title, model.__name__, about.name, sorted(t.name for t in article.tags.using(alias).all()))
        )
    return found


def tree(alias):
    return sorted(
        (n.name, n.parent.name if n.parent else "") for n in kinds.Node.objects.using(alias).select_related("parent")
    )


def houses(alias):
    return sorted((p.name, p.stars, p.oven) for p in kinds.Pizzeria.objects.using(alias))


def sees_all(alias):
    return articles(alias), tree(alias), houses(alias)


def test_all_kinds(database, target, tmp_path):
    importers(*KINDS)
    directory = take(database, tmp_path, *[ImportJob(m) for m in KINDS], missing="include")
    here = sees_all("default")
    assert len(here[0]) == 12
    load(directory, target)
    assert sees_all("target") == here
    kept = rows(target, 'SELECT min(id), max(id) FROM "kinds_node"')
    assert kept == rows(database, 'SELECT min(id), max(id) FROM "kinds_node"')
    # Again, with new ids, beside the rows that are there: tags are known by their names.
    Importer.get_importer_for_model(kinds.Tag).unregister()
    type("TagImporter", (Importer,), {"model": kinds.Tag, "ids": NaturalKey("name")})
    load(directory, target, ids=Sequential())
    there = sees_all("target")
    assert there == tuple(sorted(part * 2) for part in here)
    # The next rows get ids of their own.
    for model, values in ((kinds.Node, {}), (kinds.Pizzeria, {"oven": "wood"}), (kinds.Tag, {}), (kinds.Place, {})):
        assert model.objects.using("target").create(name=f"the next {model.__name__}", **values).pk
    assert ContentType.objects.using("target").create(app_label="the", model="next").pk
    assert kinds.Article.objects.using("target").create(title="the next").pk


def test_references_that_nobody_declared_are_followed(database, target, tmp_path):
    """The importer says nothing of its columns: the catalog does."""
    importers(Tenant, Shop, Customer)
    directory = take(
        database, tmp_path, ImportJob(Tenant, Tenant.objects.filter(pk=1)), ImportJob(Shop), ImportJob(Customer)
    )
    assert DataSlicer.verify(directory)
    tenants = (tmp_path / "slice" / "accounts_customer.csv").read_text()
    assert tenants.count("\n") > 1
    report = load(directory, target)
    assert report.load.inserted > 3


def test_circle_of_three(database, target, tmp_path):
    using = connections["default"]
    execute(
        database,
        "INSERT INTO rings_team (id, name, lead_id) VALUES (1, 'a', NULL), (2, 'b', NULL)",
        "INSERT INTO rings_office (id, town, home_id) VALUES (1, 'x', 1), (2, 'y', 2)",
        "INSERT INTO rings_member (id, name, boss_id, office_id) VALUES (1, 'p', NULL, 2), (2, 'q', 1, 1)",
        "UPDATE rings_team SET lead_id = 3 - id",
    )
    try:
        importers(Team, Office, Member)
        directory = take(database, tmp_path, ImportJob(Team, Team.objects.filter(name="a")), missing="include")
        for ids in (Keep(), Sequential()):
            load(directory, target, ids=ids)
        query = """
            SELECT t.name, m.name, o.town, h.name, b.name FROM rings_team t
            JOIN rings_member m ON m.id = t.lead_id JOIN rings_office o ON o.id = m.office_id
            JOIN rings_team h ON h.id = o.home_id LEFT JOIN rings_member b ON b.id = m.boss_id
            WHERE t.id {} 2 ORDER BY 1"""
        there = rows(target, query.format("<="))
        assert there == [("a", "q", "x", "a", "p"), ("b", "p", "y", "b", None)]
        assert rows(target, query.format(">")) == there
    finally:
        execute(database, "TRUNCATE rings_team, rings_office, rings_member")
        using.close()


def test_twenty_thousand_new_ids(database, target, tmp_path):
    execute(database, "INSERT INTO kinds_tag (name) SELECT 'many ' || n FROM generate_series(1, 20000) n")
    try:
        importers(kinds.Tag)
        tags = kinds.Tag.objects.filter(name__startswith="many")
        directory = take(database, tmp_path, ImportJob(kinds.Tag, tags))
        execute(target, "INSERT INTO kinds_tag (name) SELECT 'own ' || n FROM generate_series(1, 100) n")
        assert load(directory, target, ids=Sequential()).load.inserted == 20000
        assert rows(target, "SELECT count(DISTINCT id), max(id) FROM kinds_tag") == [(20100, 20100)]
        created = kinds.Tag.objects.using("target").create(name="next")
        assert created.pk == 20101
    finally:
        execute(database, "DELETE FROM kinds_tag WHERE name LIKE 'many %'")


def test_newlines_are_no_rows(database, tmp_path):
    importers(kinds.Tag)
    two_lines = kinds.Tag.objects.filter(name__contains="\n")
    directory = DataSlicer.File(tmp_path / "slice")
    report = DataSlicer.run(
        source=DataSlicer.Postgres(database), target=directory, jobs=[ImportJob(kinds.Tag, two_lines)], progress=False
    )
    assert report.rows == 1
    assert (tmp_path / "slice" / "kinds_tag.csv").read_text().count("\n") == 3


def test_all_files_are_of_one_moment(database, tmp_path):
    """A row that is committed while the export runs is in no file."""
    importers(Tenant, Shop)
    done = []

    def commit(event):
        if event.get("step") == "finished" and event.get("job") == 1 and not done:
            done.append(True)
            execute(
                database,
                "INSERT INTO accounts_shop (name, url, currency, created_at, tenant_id) "
                "VALUES ('late', '', '', now(), 1)",
            )

    try:
        report = DataSlicer.run(
            source=DataSlicer.Postgres(database),
            target=DataSlicer.File(tmp_path / "slice"),
            jobs=[ImportJob(Tenant), ImportJob(Shop)],
            progress=False,
            progress_callback=commit,
        )
        assert done
        assert report.rows
        assert "late" not in (tmp_path / "slice" / "accounts_shop.csv").read_text()
    finally:
        execute(database, "DELETE FROM accounts_shop WHERE name = 'late'")


def test_a_second_import_is_refused_or_matched(database, target, tmp_path):
    importers(kinds.Tag)
    directory = take(database, tmp_path, ImportJob(kinds.Tag))
    load(directory, target)
    with pytest.raises(Exception, match="already"):
        load(directory, target)
    assert load(directory, target, conflict="skip").load.inserted == 0


def test_expressions_change_values_on_their_way(database, target, tmp_path):
    class TagImporter(Importer):
        model = kinds.Tag

        class Columns:
            name = Column(expr="upper(value)")

    directory = take(database, tmp_path, ImportJob(kinds.Tag, kinds.Tag.objects.filter(name="plain")))
    load(directory, target)
    assert rows(target, "SELECT name FROM kinds_tag") == [("PLAIN",)]


def test_references_are_included_or_left_out(database, tmp_path):
    class ShopImporter(Importer):
        model = Shop

        class Columns:
            tenant = Ref(Tenant, missing="include")

    importers(Tenant)
    shops = Shop.objects.order_by("pk")[:1]
    directory = take(database, tmp_path, ImportJob(Shop, shops))
    assert (tmp_path / "slice" / "accounts_tenant.csv").read_text().count("\n") == 2
    ShopImporter.unregister()
    importers(Shop)
    with pytest.raises(Invalid, match="refers to accounts_tenant, which has no job"):
        take(database, tmp_path, ImportJob(Shop, shops))
    assert DataSlicer.verify(directory)


def test_the_callers_thread_asks_no_server(database, tmp_path):
    importers(Tenant)
    with CaptureQueriesContext(connections["default"]) as asked:
        take(database, tmp_path, ImportJob(Tenant, Tenant.objects.filter(pk=1)))
    assert not asked.captured_queries
