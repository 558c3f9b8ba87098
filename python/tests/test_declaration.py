"""What the document says of importers."""

import django
import pytest
from django.contrib.contenttypes.models import ContentType
from project.worlds import models as w

from django_gyro import (
    Case,
    Column,
    DeclarationError,
    Fixed,
    Importer,
    Keep,
    MaxPlusOne,
    NaturalKey,
    Offset,
    Ref,
    Sequential,
)
from django_gyro.declaration import document


def declare(of, columns=None, **namespace):
    name = of.__name__ + "Importer"
    if columns is not None:
        namespace["Columns"] = type("Columns", (), columns)
    return type(Importer)(name, (Importer,), {"model": of, "__module__": __name__, "__qualname__": name, **namespace})


def written(of, *others, ids=None, jobs=(), rules=()):
    for other in others:
        declare(other)
    from django_gyro.model import table_name

    return document(ids=ids, jobs=jobs, rules=rules)[table_name(of)]


def test_all_that_can_be_said():
    declare(
        w.Shop,
        {
            "tenant": Ref(w.Tenant, missing="restrict", follow=True),
            "name": Column(from_="Shop Name", one_of=["a", 1], default=5, check="name <> ''", max=9, trim=True),
        },
        ids=Fixed({1060: 10}),
        conflict={"update": "url"},
        missing="restrict",
        file="x.csv",
        csv={"delimiter": ";"},
    )
    assert written(w.Shop, w.Tenant) == {
        "file": "x.csv",
        "missing": "restrict",
        "ids": {"fixed": {"1060": "10"}},
        "conflict": {"update": ["url"]},
        "csv": {"delimiter": ";"},
        "columns": {
            "tenant_id": {"ref": "worlds_tenant", "missing": "restrict", "follow": True},
            "name": {
                "from": "Shop Name", "one_of": ["a", "1"], "default": "5",
                "check": "name <> ''", "max": "9", "trim": True,
            },
        },
    }  # fmt: skip


def test_names_of_fields_become_columns():
    declare(w.Plan, {"country": Column(by={"pk": "Country"})}, ids=NaturalKey("code", "country"))
    assert written(w.Plan, w.Country) == {
        "ids": {"natural": ["code", "country_id"]},
        "columns": {"country_id": {"by": {"iso": "Country"}}},
    }


def test_an_attname_and_a_column_are_names_too():
    for name in ("quoted", "quoted_id", "q"):
        declare(w.ToCode, {name: w.Quoted})
        columns = written(w.ToCode, w.Quoted)["columns"]
        assert columns == {"q": {"ref": "sales.quoted", "soft": True, "to": "Code"}}


def test_said_twice():
    with pytest.raises(DeclarationError, match="column tenant_id is said twice"):
        declare(w.Shop, {"tenant": w.Tenant, "tenant_id": w.Tenant})


def test_what_the_catalog_does_not_know():
    declare(w.ToCode)
    assert written(w.ToCode, w.Quoted)["columns"] == {"q": {"ref": "sales.quoted", "soft": True, "to": "Code"}}
    assert written(w.Unmanaged, w.Unmanaged, w.Tenant)["columns"] == {
        "tenant_id": {"ref": "worlds_tenant", "soft": True}
    }
    assert written(w.Pair, w.Pair)["columns"] == {
        "other": {"over": "tenant_id, to_number", "to": "tenant_id, number", "ref": "worlds_pair", "soft": True}
    }


def test_parents_are_included_unless_they_have_a_job():
    assert written(w.Pizzeria, w.Pizzeria)["columns"] == {"rest": {"ref": "worlds_restaurant", "missing": "include"}}
    assert "worlds_place" in document()
    assert written(w.Pizzeria, jobs=[w.Restaurant])["columns"] == {"rest": {"ref": "worlds_restaurant"}}
    declare(w.Pizzeria, {"link": Column(follow=True)})
    assert "missing" not in written(w.Pizzeria)["columns"]["rest"]
    declare(w.Pizzeria, {"link": Column(missing="restrict")})
    assert written(w.Pizzeria)["columns"]["rest"]["missing"] == "restrict"


def case(of, column="ct"):
    from django_gyro.model import table_name

    app, name = of._meta.label_lower.split(".")
    return {"of": {f"{column}.app_label": app, f"{column}.model": name}, "ref": table_name(of)}


def test_generic_keys():
    columns = written(w.Note, w.Note, w.Shop, w.Tenant)["columns"]
    assert columns["ct"] == {"ref": "django_content_type", "missing": "include"}
    cases = columns["object_id"]["cases"]
    assert case(w.Shop) in cases
    assert case(w.Tenant) in cases
    assert case(ContentType) in cases
    assert not any("stranger" in str(c) or "proxyshop" in str(c) for c in cases)


def test_a_generic_key_of_some_models():
    for value in (w.Shop, [w.Shop], Ref("worlds.Shop")):
        declare(w.Note, {"target": value})
        assert written(w.Note, w.Shop, w.Tenant)["columns"]["object_id"] == {"cases": [case(w.Shop)]}
    declare(w.Note, {"target": Column(missing="set_null")})
    said = written(w.Note)["columns"]["object_id"]
    assert said["missing"] == "set_null"
    assert case(w.Tenant) in said["cases"]


@pytest.mark.skipif(django.VERSION < (5, 2), reason="no composite keys")
def test_a_generic_key_leads_to_no_composite_key():
    """Which one column can't hold."""
    cases = written(w.Note, w.Note, w.Tenant, w.Composite)["columns"]["object_id"]["cases"]
    assert "worlds_composite" not in [case["ref"] for case in cases]
    with pytest.raises(DeclarationError, match="worlds.Composite has a key of several columns"):
        declare(w.Note, {"target": [w.Tenant, w.Composite]})


def test_a_generic_key_that_knows_proxies():
    cases = written(w.ProxyNote, w.ProxyNote, w.Shop)["columns"]["key"]["cases"]
    assert case(w.Shop, "kind_id") in cases
    assert {**case(w.ProxyShop, "kind_id"), "ref": "worlds_shop"} in cases


def test_a_proxys_importer_is_its_models():
    cases = written(w.Note, w.Note, w.ProxyShop)["columns"]["object_id"]["cases"]
    assert case(w.Shop) in cases


def test_cases_in_sql():
    declare(
        w.Pair, {"to_number": Ref(cases=[Case("number = 7", w.Tenant), Case("number = 8", "worlds.Quoted", to="code")])}
    )
    assert written(w.Pair, w.Tenant, w.Quoted)["columns"]["to_number"] == {
        "cases": [
            {"when": "number = 7", "ref": "worlds_tenant"},
            {"when": "number = 8", "ref": "sales.quoted", "to": "Code"},
        ]
    }


def test_a_reference_without_importer():
    declare(w.Shop, {"tenant": w.Tenant})
    with pytest.raises(DeclarationError, match="class TenantImporter"):
        document()


@pytest.mark.parametrize("run", [None, Keep(), Sequential(), MaxPlusOne(), Offset(1000)])
def test_what_every_project_has_is_found_again(run):
    found = document(ids=run)
    assert {table: entry.get("ids") for table, entry in found.items()} == {
        "django_content_type": {"natural": ["app_label", "model"]},
        "auth_permission": {"natural": ["content_type_id", "codename"]},
        "auth_group": {"natural": ["name"]},
        "django_site": {"natural": ["domain"]},
        "auth_group_permissions": {"natural": ["group_id", "permission_id"]},
    }


IDS = [
    # model, of a run that keeps ids, Sequential, MaxPlusOne, Offset; None leaves them to the run
    (w.Tenant, None, None, None, None),
    (w.Country, None, {"natural": ["iso"]}, {"natural": ["iso"]}, {"natural": ["iso"]}),
    (w.Counted, None, {"natural": ["number"]}, None, None),
    (w.Token, None, None, "sequential", "sequential"),
    (w.Profile, None, None, "sequential", "sequential"),
    (w.Pizzeria, None, None, "sequential", "sequential"),
    (w.Plan, None, *[{"natural": ["code", "country_id"]}] * 3),
    (w.PartlyUnique, None, None, None, None),
]


@pytest.mark.parametrize(("of", "keep", "sequential", "highest", "offset"), IDS)
def test_ids_that_nobody_says(of, keep, sequential, highest, offset):
    declare(of)
    runs = [None, Keep(), Sequential(), MaxPlusOne(), Offset(7)]
    assert [written(of, ids=run).get("ids") for run in runs] == [keep, keep, sequential, highest, offset]


def test_ids_of_users():
    from django.contrib.auth.models import User

    assert written(User, User, ids=Sequential())["ids"] == {"natural": ["username"]}


@pytest.mark.parametrize("run", [Sequential(), MaxPlusOne(), Offset(7)])
def test_a_tree_gets_no_new_ids(run):
    declare(w.Category)
    with pytest.raises(DeclarationError, match=r"worlds.Category is a tree \(MP_Node\).*NaturalKey\(\"path\"\)"):
        document(ids=run)
    assert "ids" not in written(w.Category, ids=Keep())
    for own in (Keep(), NaturalKey("path")):
        declare(w.Category, ids=own)
        assert "ids" in written(w.Category, ids=run)
    with pytest.raises(DeclarationError, match="below a stranger"):
        declare(w.Category, ids=Sequential())


@pytest.mark.parametrize(
    ("of", "ids", "words"),
    [
        (w.Country, Sequential(), "nothing gives the key iso new values"),
        (w.Counted, Sequential(), r"MaxPlusOne\(\) counts on"),
        (w.Token, MaxPlusOne(), "MaxPlusOne is for numbers"),
        (w.Tenant, NaturalKey("name", "name"), "names a field twice"),
        (w.Profile, Fixed({1: 2}), "follows a reference"),
        (w.Tenant, Offset(0), "gives no new ids"),
    ],
)
def test_ids_that_can_not_be(of, ids, words):
    with pytest.raises(DeclarationError, match=words):
        declare(of, ids=ids)


@pytest.mark.skipif(django.VERSION < (5, 2), reason="Django has no composite keys yet")
def test_composite_keys():
    assert "ids" not in written(w.Composite, w.Composite, ids=Sequential())
    declare(w.Composite, ids=NaturalKey("pk"))
    assert written(w.Composite)["ids"] == {"natural": ["tenant_id", "number"]}


def test_rows_that_continue_others_are_found_where_these_are():
    """With parents found by a natural key, whatever the run says."""
    declare(w.Restaurant)
    declare(w.Place, ids=NaturalKey("name"))
    for run in (None, Sequential(), MaxPlusOne(), Offset(1000)):
        assert document(ids=run)["worlds_restaurant"]["ids"] == {"natural": ["place_ptr_id"]}
