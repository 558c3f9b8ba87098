"""Projects of others: django-oscar and wagtail in one, with a content type's id that is another in each database.

    scripts/test-projects

Their environment is requirements/projects.txt. What is compared is what Django itself says of both databases, by
natural keys: no id is in it.
"""

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import url
from server import execute, rows

pytestmark = pytest.mark.long
HERE = Path(__file__).parent

#: What someone adds to what gyro_init wrote, so that rows get new ids in a database that holds them already.
FOUND_AGAIN = {
    "Category": "path",
    "Collection": "path",
    "Page": "path",
    "Locale": "language_code",
    "ProductClass": "slug",
    "Product": "upc",
    "Partner": "code",
    "ShippingEventType": "code",
    "SourceType": "code",
    "Range": "slug",
    "ConditionalOffer": "slug",
    "Voucher": "code",
    "ProductAttribute": "code",
    "Tag": "slug",
    "Advert": "name",
    "Image": "title",
}
KEYS = {
    "UserAddress": '"user", "hash"',
    "ProductAttributeValue": '"attribute", "product"',
    "TaggedItem": '"content_type", "object_id", "tag"',
    "StockRecord": '"partner", "partner_sku"',
    "ProductCategory": '"product", "category"',
}


class Project:
    """A copy of the project, its databases, and its commands."""

    def __init__(self, root, binary):
        self.root, self.names = root, []
        for name in ("projects", "project"):
            shutil.copytree(HERE / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy(HERE / "manage_projects.py", root)
        (root / "media").mkdir()
        self.importers = root / "projects/storefront/importers.py"
        self.environment = os.environ | {
            "PYTHONPATH": os.pathsep.join([str(root), str(HERE.parent)]),
            "DJANGO_SETTINGS_MODULE": "projects.settings",
            "GYRO_BINARY": binary,
            "GYRO_TEST_MEDIA": str(root / "media"),
            "XDG_STATE_HOME": str(root),
        }

    def start(self, database, *args):
        return subprocess.Popen(
            [sys.executable, *args],
            cwd=self.root,
            env=self.environment | {"GYRO_TEST_DATABASE": url(database)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def python(self, database, *args, code=0):
        process = self.start(database, *args)
        out, err = process.communicate()
        assert process.returncode == code, f"{args}: {process.returncode}\n{out}{err}"
        return out if code == 0 else err

    def manage(self, database, *args, code=0):
        return self.python(database, "manage_projects.py", *args, code=code)

    def facts(self, database, *names):
        return json.loads(self.python(database, "-m", "projects.facts", *names))

    def make(self, name, template=None):
        execute(url("postgres"), f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        execute(url("postgres"), f"CREATE DATABASE {name}" + (f" TEMPLATE {template}" if template else ""))
        self.names.append(name)
        return name


@pytest.fixture(scope="session")
def project(binary, tmp_path_factory):
    if not all(map(importlib.util.find_spec, ("oscar", "wagtail"))):
        pytest.fail("no oscar and wagtail: scripts/test-projects, or pip install -r requirements/projects.txt")
    project = Project(tmp_path_factory.mktemp("projects"), binary)
    source, empty = project.make("gyro_projects_source"), project.make("gyro_projects_empty")
    filling = project.start(source, "manage_projects.py", "migrate", "-v0")
    project.manage(empty, "migrate", "-v0", "contenttypes")
    execute(
        url(empty), "INSERT INTO django_content_type (app_label, model) SELECT 'gone', n FROM generate_series(1, 999) n"
    )
    project.manage(empty, "migrate", "-v0")
    execute(url(empty), "DELETE FROM django_content_type WHERE app_label = 'gone'")
    assert filling.wait() == 0
    project.python(source, "-m", "projects.fill")
    project.manage(source, "gyro_init", "--into", "storefront")
    yield project
    for name in project.names:
        execute(url("postgres"), f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def source(project):
    return "gyro_projects_source"


@pytest.fixture(scope="session")
def said(project, source):
    """What the source says."""
    return project.facts(source, "orders", "products", "pages", "adverts", "images")


@pytest.fixture(scope="session")
def slices(project, source):
    """The slices, taken and proved."""
    # What a natural key refers to can't be the table itself: to be found again, tagged items say to what they lead.
    before, name, after = project.importers.read_text().partition("class TaggedItemImporter")
    after = after.replace("    class Columns:\n", "    class Columns:\n        content_object = [Image]\n", 1)
    project.importers.write_text(before + name + after)
    taken = {}
    for name in ("orders", "pages"):
        taken[name] = str(project.root / name)
        project.manage(
            source, "gyro_export", taken[name], "--jobs", f"projects.slices:{name}", "--missing=include", "--order=auto"
        )
        verify = "from django_gyro import DataSlicer as S; import sys; S.verify(S.File(sys.argv[1]))"
        project.python(source, "-c", verify, taken[name])
    return taken


@pytest.fixture
def target(project):
    """A freshly migrated database, whose content types have other ids."""
    name = project.make("gyro_projects_target", "gyro_projects_empty")
    yield name
    execute(url("postgres"), f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def found_again(project):
    """The importers with natural keys, as someone writes them in."""
    before = project.importers.read_text()
    text = before.replace("import Importer\n", "import Importer, NaturalKey\n", 1)
    for model, fields in [*((m, f'"{f}"') for m, f in FOUND_AGAIN.items()), *KEYS.items()]:
        assert f"    model = {model}\n" in text
        text = text.replace(f"    model = {model}\n", f"    model = {model}\n    ids = NaturalKey({fields})\n")
    text = text.replace(
        "    model = Order\n\n    class Columns:\n",
        "    model = Order\n\n    class Columns:\n        number = Column(expr=\"value || '-again'\")\n",
    ).replace("import Importer, NaturalKey", "import Column, Importer, NaturalKey")
    project.importers.write_text(text)
    yield
    project.importers.write_text(before)


def behind(database):
    """The sequences that would give a key again."""
    query = """
        SELECT format('%I.%I', n.nspname, s.relname), format('SELECT max(%I) FROM %I', a.attname, t.relname)
        FROM pg_class s
        JOIN pg_depend d ON d.objid = s.oid AND d.classid = 'pg_class'::regclass AND d.deptype IN ('a', 'i')
        JOIN pg_class t ON t.oid = d.refobjid
        JOIN pg_attribute a ON (a.attrelid, a.attnum) = (d.refobjid, d.refobjsubid)
        JOIN pg_namespace n ON n.oid = s.relnamespace
        WHERE s.relkind = 'S'"""
    found = []
    for sequence, highest in rows(url(database), query):
        last, called = rows(url(database), f"SELECT last_value, is_called FROM {sequence}")[0]
        highest = rows(url(database), highest)[0][0]
        if highest is not None and highest >= last + called:
            found.append(sequence)
    return found


def healthy(project, database):
    """New rows can be made of every model that has some, and no generic foreign key's content type is missing."""
    assert behind(database) == []
    created = project.facts(database, "created")["created"]
    assert created["done"]
    assert [name for name, constraint in created["refused"].items() if constraint.endswith("_pkey")] == []


def other_kinds(project, source, target):
    ours, theirs = (project.facts(d, "kinds")["kinds"] for d in (source, target))
    assert all(theirs[kind] != ours[kind] for kind in theirs)


def test_gyro_init(project, source):
    text = project.importers.read_text()
    assert text.count("(Importer):") > 100
    assert "ProductCategoryHierarchy" not in text
    assert "model = Session\n" not in text
    assert "model = LogEntry\n" not in text
    assert "content_object leads to every model" in text
    assert project.manage(source, "check") == "System check identified no issues (0 silenced).\n"
    ruff = shutil.which("ruff", path=str(Path(sys.executable).parent))
    assert ruff, "ruff is in requirements/projects.txt"
    for rule in (["check", "--select=E,F,I,N,UP"], ["format", "--check"]):
        ran = subprocess.run(
            [ruff, *rule, "--isolated", "--config", f'src = ["{project.root}"]', project.importers],
            capture_output=True,
            text=True,
            check=False,
            cwd=project.root,
        )
        assert ran.returncode == 0, ran.stdout


def test_root(project, source):
    key = rows(url(source), "SELECT min(id) FROM order_order WHERE number = 'N0-1'")[0][0]
    out = project.manage(source, "gyro_export", str(project.root / "root"), "--root", f"order.Order={key}")
    assert "order_order.csv: 1 rows" in out
    assert "order_line.csv: 2 rows" in out
    assert "auth_user.csv: 2 rows" in out


def test_orders_into_a_migrated_database(project, source, slices, said, target):
    other_kinds(project, source, target)
    project.manage(target, "gyro_import", slices["orders"])
    got = project.facts(target, "orders", "products")
    assert set(got["orders"]) == {"N0-0", "N0-1", "N4-0", "N4-1"}
    assert got["orders"] == {number: said["orders"][number] for number in got["orders"]}
    assert got["orders"]["N4-1"]["vouchers"] == ["SPRING"]
    for upc, product in got["products"].items():
        expected = dict(said["products"][upc])
        if upc not in ("upc-1", "upc-2"):
            expected["readers"] = []  # whose attributes' values were not taken
        assert product == expected
    assert got["products"]["upc-1"]["readers"] == ["reader1"]
    healthy(project, target)


def test_orders_again_with_new_ids(project, slices, said, target, found_again):
    project.manage(target, "gyro_import", slices["orders"])
    before = project.facts(target, "orders", "products")
    assert set(before["orders"]) == {f"{n}-again" for n in ("N0-0", "N0-1", "N4-0", "N4-1")}
    execute(url(target), "UPDATE order_order SET number = replace(number, '-again', '')")
    project.manage(target, "gyro_import", slices["orders"], "--ids=sequential")
    after = project.facts(target, "orders", "products")
    assert after["products"] == before["products"]
    for number in ("N0-0", "N0-1", "N4-0", "N4-1"):
        assert after["orders"][f"{number}-again"] == after["orders"][number] == said["orders"][number]
    # Everything is found again but what has no natural key: each order has its own.
    assert rows(url(target), "SELECT count(*), count(DISTINCT shipping_address_id) FROM order_order") == [(8, 8)]
    healthy(project, target)


def test_a_tree_gets_no_new_ids(project, slices, target):
    text = project.manage(target, "gyro_import", slices["pages"], "--ids=sequential", code=4)
    for model in ("catalogue.Category", "wagtailcore.Collection", "wagtailcore.Page"):
        assert f"{model} is a tree (MP_Node), whose path, depth, numchild say where a row stands" in text
    assert 'NaturalKey("path")' in text


def test_pages_into_a_migrated_database(project, source, slices, said, target):
    """With their ids: the root, the home page and the locale are there already."""
    other_kinds(project, source, target)
    project.manage(target, "gyro_import", slices["pages"], "--conflict=skip")
    compare_pages(project, said, target)


def test_pages_with_new_ids(project, slices, said, target, found_again):
    """Under other ids than the source's, and then once more: paths are matched."""
    execute(url(target), "SELECT setval('wagtailcore_page_id_seq', 5000), setval('storefront_advert_id_seq', 7000)")
    project.manage(target, "gyro_import", slices["pages"], "--ids=sequential")
    assert rows(url(target), "SELECT count(*) FROM wagtailcore_page WHERE depth > 2 AND id < 5000") == [(0,)]
    compare_pages(project, said, target)
    before = rows(url(target), "SELECT id, path FROM wagtailcore_page ORDER BY id")
    project.manage(target, "gyro_import", slices["pages"], "--ids=sequential")
    assert rows(url(target), "SELECT id, path FROM wagtailcore_page ORDER BY id") == before
    compare_pages(project, said, target)


def compare_pages(project, said, target):
    got = project.facts(target, "pages", "adverts", "images")
    sections = [page["title"] for page in got["pages"].values() if page["class"] == "SectionPage"]
    assert sections == ["Section 1"]
    assert len(got["pages"]) >= 5
    for path, page in got["pages"].items():
        expected = dict(said["pages"][path])
        # Page 1.0 refers to one of another section, so that it is only included; what refers to it stays away.
        if page["title"] not in ("Section 1", "Page 1.1", "Page 1.2", "Page 1.3"):
            expected |= {name: page[name] for name in ("comments", "log", "highlights")}
        assert page == expected
    assert got["adverts"] == {name: said["adverts"][name] for name in got["adverts"]}
    assert "advert 1" in got["adverts"]
    tagged = [title for title in got["images"] if got["images"][title]["tags"]]
    assert tagged == ["image 4", "image 5"]
    for title in tagged:
        assert got["images"][title] == said["images"][title]
    healthy(project, target)
