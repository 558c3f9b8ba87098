"""QuerySets of every kind: what Django returns for each is what the engine has to take."""

import datetime
import enum
import ipaddress
import uuid
from decimal import Decimal

import django
from django.contrib.contenttypes.models import ContentType
from django.contrib.postgres.aggregates import ArrayAgg
from django.contrib.postgres.search import SearchVector
from django.db import models
from django.db.backends.postgresql.psycopg_any import DateRange, NumericRange
from django.db.models import (
    Avg,
    BooleanField,
    Case,
    Count,
    Exists,
    ExpressionWrapper,
    F,
    FilteredRelation,
    Func,
    IntegerField,
    OuterRef,
    Prefetch,
    Q,
    Subquery,
    Sum,
    TextField,
    When,
    Window,
)
from django.db.models.expressions import RawSQL
from django.db.models.fields.json import KT
from django.db.models.functions import (
    Cast,
    Coalesce,
    Concat,
    ExtractYear,
    Greatest,
    JSONObject,
    Left,
    Length,
    Lower,
    LPad,
    Mod,
    Now,
    NullIf,
    Power,
    Repeat,
    Replace,
    Round,
    RowNumber,
    Substr,
    TruncDay,
    Upper,
)
from project.accounts.models import Customer, Shop, Tenant
from project.kinds.models import (
    Article,
    Coded,
    Colour,
    Keyed,
    Node,
    Pizzeria,
    Place,
    Referring,
    Restaurant,
    Size,
    Starred,
    Tag,
    Value,
)
from project.orders.models import Order, OrderItem
from project.products.models import Product
from project.rows import HOSTILE, MARKS, NAMES, at

if django.VERSION >= (5, 2):
    from project.kinds.models import Label, Line

values = Value.objects
NONE = Tenant.objects.none


class Plain(enum.Enum):
    RED = "red"


def shops():
    return Shop.objects.filter(tenant__in=Tenant.objects.filter(pk=1), pk__in=[1, 2, 12])


def gyro():
    """The technical design's queries, its slips mended."""
    tenant = Tenant.objects.filter(id=1)
    sites = Shop.objects.filter(tenant__in=tenant, id__in=[1, 2, 3])
    customers = Customer.objects.filter(shop__in=sites)
    return {
        "tenant": tenant,
        "shops": sites,
        "products": Product.objects.filter(shop__in=sites, tenant__in=tenant),
        "customers": customers,
        "orders": Order.objects.filter(customer__in=customers),
        "items": OrderItem.objects.filter(tenant__in=tenant, order__customer__in=customers),
    }


CASES = {
    f"design {name}": lambda name=name: gyro()[name]
    for name in ("tenant", "shops", "products", "customers", "orders", "items")
}
CASES |= {f"name {i}": lambda name=name: values.filter(text=name) for i, name in enumerate(NAMES)}
CASES |= {f"contains {i}": lambda name=name: values.filter(text__contains=name) for i, name in enumerate(NAMES)}
CASES |= {
    # The plain ones.
    "all": lambda: Tenant.objects.all(),
    "none": lambda: Tenant.objects.none(),
    "empty in": lambda: Tenant.objects.filter(pk__in=[]),
    "not empty in": lambda: Tenant.objects.exclude(pk__in=[]),
    "filter": lambda: Shop.objects.filter(currency="USD", tenant__is_active=True),
    "exclude": lambda: Shop.objects.exclude(tenant__name="O'Brien"),
    "exclude many": lambda: Order.objects.exclude(items__quantity__gt=2),
    "or": lambda: Tenant.objects.filter(Q(pk=1) | ~Q(name__startswith="the")),
    "xor": lambda: Tenant.objects.filter(Q(pk__lt=3) ^ Q(pk__gt=1)),
    "in queryset": shops,
    "in values": lambda: Shop.objects.filter(tenant__in=Tenant.objects.filter(is_active=True).values("pk")),
    "in sliced": lambda: Shop.objects.filter(tenant__in=Tenant.objects.order_by("-pk")[:2]),
    "in none": lambda: Shop.objects.filter(tenant__in=NONE()),
    "one of several": lambda: Shop.objects.filter(tenant=Tenant.objects.filter(pk=2)[:1]),
    "isnull": lambda: Node.objects.filter(parent__isnull=True),
    "regex": lambda: values.filter(text__iregex=r"^[op]'?.*\w"),
    "iexact": lambda: values.filter(text__iexact="PLAIN"),
    "like": lambda: values.filter(text__endswith="%"),
    "hostile": lambda: Customer.objects.filter(last_name=HOSTILE),
    "hostile contains": lambda: Customer.objects.filter(last_name__icontains=HOSTILE[2:]),
    "hostile in": lambda: Customer.objects.filter(last_name__in=[HOSTILE, "'", "\\"]),
    "using": lambda: Tenant.objects.using("default").filter(pk__gt=1),
    # Slices and order.
    "slice": lambda: Order.objects.order_by("-created_at", "pk")[:7],
    "slice from": lambda: Order.objects.order_by("total_amount", "pk")[5:12],
    "slice to the end": lambda: Order.objects.order_by("pk")[20:],
    "slice of a default order": lambda: Node.objects.all()[2:6],
    "slice by a relation": lambda: Order.objects.order_by("customer__email", "-shop__name", "pk")[:9],
    "slice by an expression": lambda: values.order_by(Length("text").desc(), F("pk").asc(nulls_last=True))[:5],
    "reverse": lambda: Order.objects.order_by("pk").reverse()[:3],
    "distinct": lambda: Order.objects.filter(items__quantity__gt=1).distinct(),
    "distinct slice": lambda: Order.objects.filter(items__quantity__gt=1).order_by("-total_amount", "pk").distinct()[:4],
    "distinct on": lambda: Order.objects.order_by("shop", "-total_amount", "pk").distinct("shop"),
    "distinct on slice": lambda: Order.objects.order_by("shop__name", "shop", "-pk").distinct("shop__name", "shop")[1:4],
    "distinct annotated slice": lambda: Order.objects.annotate(q=F("items__quantity")).order_by("pk").distinct()[:6],
    "many annotated slice": lambda: Order.objects.annotate(q=F("items__quantity")).order_by("pk")[:6],
    # Annotations and aggregates.
    "annotate": lambda: Order.objects.annotate(sum=F("total_amount") + F("tax_amount")).filter(sum__gt=150),
    "annotate unused": lambda: Order.objects.annotate(sum=F("total_amount") * Decimal("1.19")),
    "having": lambda: Order.objects.annotate(n=Count("items")).filter(n__gte=3),
    "having two": lambda: Shop.objects.annotate(n=Count("customer", distinct=True), s=Sum("order__total_amount")).filter(n__gt=1, s__lt=5000),
    "having slice": lambda: Shop.objects.annotate(n=Avg("product__price")).order_by("-n", "pk")[:3],
    "having filter": lambda: Shop.objects.annotate(n=Count("order", filter=Q(order__status="shipped"))).filter(n=1),
    "group by text": lambda: Product.objects.annotate(label=Concat("name", models.Value("-%s'"), "sku")).annotate(n=Count("orderitem")).filter(n__gt=0, label__contains="-%s'"),
    "group by order": lambda: Product.objects.annotate(label=Concat("name", models.Value("x"))).annotate(n=Count("orderitem")).order_by("label", "-pk")[:4],
    "group by a relation": lambda: Product.objects.annotate(label=Concat("shop__name", models.Value("x"))).annotate(n=Count("orderitem")).order_by("label", "-pk")[:4],
    "group by a number": lambda: Product.objects.annotate(m=F("shop__tenant_id") * 1.5).annotate(n=Count("orderitem")).order_by("m", "-pk")[:4],
    "distinct on an expression": lambda: Order.objects.annotate(label=Concat("shop__name", models.Value("x"))).order_by("label", "-pk").distinct("label"),
    "subquery": lambda: Customer.objects.annotate(last=Subquery(Order.objects.filter(customer=OuterRef("pk")).order_by("-pk").values("total_amount")[:1])).filter(last__gt=200),
    "exists": lambda: Customer.objects.filter(Exists(Order.objects.filter(customer=OuterRef("pk"), status=Order.Status.SHIPPED))),
    "not exists": lambda: Customer.objects.filter(~Exists(Order.objects.filter(customer=OuterRef("pk")))),
    "case": lambda: Tenant.objects.annotate(big=Case(When(pk__gt=1, then=True), default=False)).filter(big=True),
    "case text": lambda: Tenant.objects.annotate(k=Case(When(name="100%", then=models.Value("a")), default=models.Value("b"))).filter(k="a"),
    "case order": lambda: Tenant.objects.order_by(Case(When(pk=2, then=0), default=1), "pk")[:2],
    "alias": lambda: Order.objects.alias(y=ExtractYear("created_at")).filter(y=2024),
    "trunc": lambda: Order.objects.annotate(d=TruncDay("created_at")).filter(d=datetime.datetime(2024, 1, 31, tzinfo=datetime.timezone(datetime.timedelta(hours=1)))),
    "coalesce": lambda: values.annotate(t=Coalesce("colour", models.Value("none"))).filter(t=""),
    "filtered relation": lambda: Shop.objects.annotate(big=FilteredRelation("order", condition=Q(order__total_amount__gt=250))).filter(big__isnull=False),
    "window": lambda: Order.objects.filter(pk__in=Order.objects.annotate(n=Window(RowNumber(), partition_by="customer", order_by="-pk")).filter(n__lte=1)),
    "window filter": lambda: Order.objects.annotate(n=Window(RowNumber(), partition_by="shop", order_by="pk")).filter(n=2),
    "array agg": lambda: Order.objects.annotate(q=ArrayAgg("items__quantity")).filter(q__contains=[3]),
    "search": lambda: values.annotate(s=SearchVector("text")).filter(s="plain"),
    "search of a vector": lambda: Product.objects.annotate(s=SearchVector("name", "sku", config="simple")).filter(s="best"),
    "arithmetic": lambda: values.filter(small__gt=F("whole") / 1000 - 1),
    "large arithmetic": lambda: values.annotate(n=F("whole") * 10000 + 1).filter(n__gt=40_000_000),
    "modulo": lambda: values.annotate(m=F("whole") % 3000).filter(m=0),
    "cast": lambda: values.annotate(t=Cast("small", TextField())).filter(t__contains="1"),
    "json object": lambda: values.annotate(o=JSONObject(a="small", b=models.Value(1))).filter(o__a=3),
    "raw expression": lambda: values.annotate(r=RawSQL("small + %s", [5], output_field=IntegerField())).filter(r__gt=9),
    "raw like": lambda: values.filter(RawSQL("text LIKE 'O''%%' OR text = %s", ["%s"], output_field=BooleanField())),
    "extra": lambda: values.extra(where=["text LIKE %s OR small = %s"], params=["%'B%", 3]),
    "extra select": lambda: values.extra(select={"twice": "small * %s"}, select_params=[2], order_by=["-twice"])[:3],
    "func": lambda: values.filter(text=Func(models.Value("plain"), function="lower")),
    "upper": lambda: values.filter(Q(text=Lower(models.Value("PLAIN"))) | Q(text=Upper(F("text")))),
    "now": lambda: Order.objects.filter(created_at__lt=Now() - datetime.timedelta(days=1, microseconds=3)),
    "moment minus span": lambda: values.annotate(m=F("moment") - datetime.timedelta(days=2)).filter(m__gt=at(1)),
    "text functions": lambda: Tenant.objects.annotate(s=Substr("name", 1, 3), l=Left("name", 2), r=Repeat("name", 2), p=LPad("name", 10, models.Value("0"))).filter(s="O'B", l="O'", r__endswith="n", p="000O'Brien"),
    "replace": lambda: Tenant.objects.annotate(s=Replace("name", models.Value("'"), models.Value("%"))).filter(s="O%Brien"),
    "nullif": lambda: Tenant.objects.annotate(s=NullIf("name", models.Value("x"))).filter(s="O'Brien"),
    "greatest": lambda: Tenant.objects.annotate(s=Greatest("name", models.Value("p"))).filter(s="the \"best\""),
    "numeric functions": lambda: values.annotate(r=Round("money", 1), p=Power("small", 2), m=Mod("small", 3), b=F("small").bitand(1)).filter(r__gt=0.4, p__gt=8, m=1, b=0),
    "moment and span": lambda: values.annotate(f=ExpressionWrapper(F("moment") + F("span"), output_field=models.DateTimeField())).filter(f__lt=F("moment")),
    "a condition's value": lambda: Tenant.objects.annotate(f=Q(name="O'Brien")).filter(f=True),
    "a query's existence": lambda: Tenant.objects.annotate(f=Exists(Tenant.objects.filter(name="O'Brien", pk=OuterRef("pk")))).filter(f=True),
    "equal constants": lambda: Tenant.objects.annotate(a=models.Value("x"), b=models.Value("x")).filter(a=F("b")),
    "group by a case": lambda: Tenant.objects.annotate(k=Case(When(shop__name="plain", then=models.Value("p")), default=models.Value("q"))).annotate(n=Count("shop__order")).filter(k="p", n__gt=1),
    # Related.
    "select_related": lambda: Order.objects.select_related("customer", "shop__tenant").filter(customer__email="c2@x"),
    "prefetch_related": lambda: Order.objects.prefetch_related("items", Prefetch("customer")).filter(pk__lt=8),
    "only": lambda: Tenant.objects.only("name").filter(pk=1),
    "defer": lambda: Tenant.objects.defer("name").order_by("name")[:2],
    "many to many": lambda: Article.objects.filter(tags__name__in=NAMES[:2]),
    "many to many back": lambda: Tag.objects.filter(articles__title="plain"),
    "through": lambda: Article.tags.through.objects.filter(tag__name="O'Brien"),
    "content type": lambda: ContentType.objects.filter(app_label="kinds"),
    "generic": lambda: Article.objects.filter(kind__model="node", object_id__in=Node.objects.filter(name="plain")),
    "self reference": lambda: Node.objects.filter(parent__parent__name="O'Brien"),
    "self reference back": lambda: Node.objects.filter(children__isnull=False).distinct(),
    "to_field": lambda: Referring.objects.filter(named="O'Brien"),
    "to_field in": lambda: Referring.objects.filter(named__in=Coded.objects.filter(name__startswith="O")),
    "combined by &": lambda: Order.objects.filter(total_amount__gt=100) & Order.objects.filter(status="shipped"),
    "combined by |": lambda: Order.objects.filter(total_amount__gt=200) | Order.objects.filter(status="shipped"),
    # Sets.
    "union": lambda: Tenant.objects.filter(pk=1).union(Tenant.objects.filter(pk__gte=3)),
    "union all": lambda: Tenant.objects.filter(pk=1).union(Tenant.objects.filter(pk__lte=2), all=True),
    "union of three": lambda: Tenant.objects.filter(pk=1).union(NONE(), Tenant.objects.filter(pk=3)),
    "union slice": lambda: Node.objects.filter(pk__lt=5).union(Node.objects.filter(pk__gt=8)).order_by("name")[:4],
    "union of slices": lambda: Order.objects.order_by("pk")[:3].union(Order.objects.order_by("-pk")[:2]),
    "union of another order": lambda: Order.objects.filter(pk=1).union(Order.objects.filter(pk=5)).order_by("-total_amount")[:1],
    "union of coded": lambda: Coded.objects.filter(pk="c1").union(Coded.objects.filter(name="%s")),
    "intersection": lambda: Order.objects.filter(pk__lt=20).intersection(Order.objects.filter(pk__gt=10)),
    "difference": lambda: Order.objects.filter(pk__lt=20).difference(Order.objects.filter(pk__gt=10)),
    "difference of annotated": lambda: Tenant.objects.annotate(x=models.Value(1)).difference(Tenant.objects.annotate(x=models.Value(2)).filter(pk=1)),
    "in union": lambda: Shop.objects.filter(tenant__in=Tenant.objects.filter(pk=1).union(Tenant.objects.filter(pk=3)).values("pk")),
    "union of children": lambda: Restaurant.objects.filter(stars=1).union(Restaurant.objects.filter(name="O'Brien")),
    # Kinds of models.
    "uuid key": lambda: Keyed.objects.filter(pk=MARKS[3]),
    "uuid key as text": lambda: Keyed.objects.filter(pk__in=[str(MARKS[3]), MARKS[4].hex, MARKS[5]]),
    "uuid reference": lambda: Referring.objects.filter(keyed=MARKS[1]),
    "text key": lambda: Coded.objects.filter(pk__in=["c1", "c10", "x'"]),
    "text key slice": lambda: Coded.objects.order_by("-code")[:3],
    "child": lambda: Restaurant.objects.filter(stars__gt=3, name__contains="%"),
    "grandchild": lambda: Pizzeria.objects.filter(oven="O'Brien"),
    "grandchild by its parent": lambda: Pizzeria.objects.filter(stars__in=[1, 2]).order_by("name")[:2],
    "parent": lambda: Place.objects.filter(restaurant__stars=2),
    "parent by children": lambda: Place.objects.filter(pk__in=Pizzeria.objects.filter(stars=2)),
    "proxy": lambda: Starred.objects.all(),
    "proxy filter": lambda: Starred.objects.filter(name="O'Brien"),
    # Types.
    "small": lambda: values.filter(small=3),
    "small more": lambda: values.filter(small__lt=F("small") * 2 + 32767),
    "small large": lambda: values.filter(small__lt=40000),
    "whole": lambda: values.filter(whole__in=[3000, 2**31 - 1]),
    "large": lambda: values.filter(large__gte=3 * 10**12, large__lt=2**63 - 1),
    "float": lambda: values.filter(broken__gt=1 / 3),
    "float equal": lambda: values.filter(broken=5 / 3),
    "float infinite": lambda: values.filter(broken__lt=float("inf")),
    "decimal": lambda: values.filter(money=Decimal("0.375")),
    "decimal times float": lambda: values.annotate(m=F("broken") * 1.1).filter(m__gt=1.1),
    "decimal large": lambda: values.filter(money__lt=Decimal("1e15")),
    "bool": lambda: values.filter(yes=True),
    "date": lambda: values.filter(day=at(3).date()),
    "date text": lambda: values.filter(day__in=["2024-01-03", "2024-01-04"]),
    "date of a moment": lambda: values.filter(moment__date=at(3).date()),
    "moment": lambda: values.filter(moment=at(3)),
    "moment in a zone": lambda: values.filter(moment__lte=at(3).astimezone(datetime.timezone(datetime.timedelta(hours=-7, minutes=-30)))),
    "moment by year": lambda: values.filter(moment__year=2024, moment__month=1, moment__hour__gte=12),
    "range of moments": lambda: values.filter(moment__range=(at(2), at(4))),
    "clock": lambda: values.filter(clock=datetime.time(3, 30, 1, 5)),
    "span": lambda: values.filter(span__lt=datetime.timedelta(days=-1, seconds=5)),
    "span equal": lambda: values.filter(span=datetime.timedelta(days=-2, seconds=3, microseconds=3)),
    "bytes": lambda: values.filter(blob=bytes([3, 0, 92, 39, 255])),
    "bytes in": lambda: values.filter(blob__in=[bytes([i, 0, 92, 39, 255]) for i in (1, 2)]),
    "memory": lambda: values.filter(blob=memoryview(bytes([4, 0, 92, 39, 255]))),
    "uuid": lambda: values.filter(mark=MARKS[3]),
    "uuid text": lambda: values.filter(mark=str(MARKS[3])),
    "uuid contains": lambda: values.filter(mark__icontains="0000-00000000000a"),
    "inet": lambda: values.filter(address="10.0.0.3"),
    "inet in": lambda: values.filter(address__in=["10.0.0.3", "2001:db8::2"]),
    "inet object": lambda: values.filter(address=str(ipaddress.ip_address("2001:db8::4"))),
    "enum": lambda: values.filter(colour=Colour.RED),
    "enum in": lambda: values.filter(colour__in=[Colour.RED, Colour.BLUE]),
    "enum of numbers": lambda: values.filter(size=Size.LARGE),
    "enum's value": lambda: values.filter(colour=Plain.RED.value),
    "json key": lambda: values.filter(data__kind="O'Brien"),
    "json number": lambda: values.filter(data__n__gte=1),
    "json deep": lambda: values.filter(data__deep__list__2="x"),
    "json index": lambda: values.filter(data__0="100%"),
    "json text": lambda: values.filter(data="%s"),
    "json value": lambda: values.filter(data=4),
    "json true": lambda: values.filter(data=True),
    "json null": lambda: values.filter(data=models.Value(None, output_field=values.model._meta.get_field("data"))),
    "sql null": lambda: values.filter(data__isnull=True),
    "json key null": lambda: values.filter(data__deep__list__1=None),
    "json contains": lambda: values.filter(data__contains={"kind": "O'Brien"}),
    "json contained": lambda: values.filter(data__contained_by=["100%", "\\", "x"]),
    "json has key": lambda: values.filter(data__has_key="kind"),
    "json has keys": lambda: values.filter(data__has_any_keys=["kind", "%s", "a'b"]),
    "json key in": lambda: values.filter(data__kind__in=["O'Brien", "two\nlines"]),
    "json key contains": lambda: values.filter(data__kind__icontains="o'b"),
    "json by text": lambda: values.annotate(k=KT("data__kind")).filter(k="O'Brien"),
    "json odd key": lambda: values.filter(**{"data__a%b'c\"": 1}),
    "array": lambda: values.filter(words=["O'Brien", "a,b"]),
    "array contains": lambda: values.filter(words__contains=['the "best"']),
    "array overlap": lambda: values.filter(words__overlap=["%s", "back\\slash", "two\nlines"]),
    "array contained": lambda: values.filter(numbers__contained_by=[0, 1, 2, 40000, 40001]),
    "array empty": lambda: values.filter(words=[]),
    "array length": lambda: values.filter(numbers__len=3),
    "array index": lambda: values.filter(numbers__0=3),
    "array of arrays": lambda: values.filter(grid=[[3, 1], [2, 3]]),
    "array in": lambda: values.filter(numbers__in=[[3, 4, 40003], [7]]),
    "range": lambda: values.filter(amounts=NumericRange(3, 13)),
    "range contains": lambda: values.filter(amounts__contains=5),
    "range overlap": lambda: values.filter(amounts__overlap=NumericRange(None, 2)),
    "range empty": lambda: values.filter(amounts__contained_by=NumericRange(empty=True)),
    "range of decimals": lambda: values.filter(prices__overlap=NumericRange(Decimal("3.5"), Decimal(4))),
    "range of days": lambda: values.filter(days__contains=at(3).date()),
    "range of days overlap": lambda: values.filter(days__overlap=DateRange(at(1).date(), at(2).date())),
    "range of moments contains": lambda: values.filter(moments__contains=at(3)),
    "range of moments overlap": lambda: values.filter(moments__overlap=(at(3), at(4))),
    "range starts": lambda: values.filter(amounts__startswith=3),
    # Many.
    "many": lambda: Order.objects.filter(pk__in=range(0, 100_000, 2)),
    "not many": lambda: Order.objects.exclude(pk__in=range(0, 1000, 2)),
    "many texts": lambda: values.filter(text__in=NAMES + [f"x'{i}\\\"," for i in range(500)]),
    "many uuids": lambda: Keyed.objects.filter(pk__in=[MARKS[1]] + [uuid.UUID(int=i) for i in range(100, 700)]),
    "many moments": lambda: values.filter(moment__in=[at(i) for i in range(3, 200)]),
    "many decimals": lambda: values.filter(money__in=[Decimal(i) / 4 for i in range(200)]),
    "many large": lambda: values.filter(large__in=[i * 10**12 for i in range(2, 200)]),
    "many bytes": lambda: values.filter(blob__in=[bytes([i, 0, 92, 39, 255]) for i in range(3, 200)]),
    "many addresses": lambda: values.filter(address__in=[f"10.0.0.{i}" for i in range(2, 200)]),
    "many json": lambda: values.filter(data__n__in=[*range(200), "x"]),
    "many twice": lambda: Order.objects.filter(pk__in=range(150), customer__in=range(120)).filter(status__in=["shipped"]),
    "many keys": lambda: Coded.objects.filter(pk__in=[f"c{i}" for i in range(4, 200)]),
    # Raw SQL.
    "raw": lambda: Tenant.objects.raw("SELECT * FROM accounts_tenant WHERE name = %s", ["O'Brien"]),
    "raw key": lambda: Tenant.objects.raw("SELECT id FROM accounts_tenant -- all"),
    "raw semicolon": lambda: Tenant.objects.raw("SELECT id FROM accounts_tenant WHERE id > 1;\n"),
    "raw named": lambda: Tenant.objects.raw("SELECT id, name FROM accounts_tenant WHERE name = %(n)s OR id = %(i)s OR name = %(n)s", {"n": "100%", "i": 1}),
    "raw percent": lambda: Tenant.objects.raw("SELECT id FROM accounts_tenant WHERE name LIKE '%%''%%' AND id = %s", [1]),
    "raw without parameters": lambda: Tenant.objects.raw("SELECT id FROM accounts_tenant WHERE name LIKE '100%'", None),
    "raw quotes": lambda: Tenant.objects.raw("SELECT id FROM accounts_tenant WHERE name <> '$1' AND \"name\" <> $x$ $1 $x$ AND name <> E'\\'$1'"),
    "raw renamed": lambda: Tenant.objects.raw("SELECT id AS the_key, name FROM accounts_tenant", translations={"the_key": "id"}),
    "raw of a quoted column": lambda: Coded.objects.raw('SELECT * FROM "kinds Odd.Name" WHERE "The Code" = %s', ["c1"]),
    "raw moment": lambda: values.raw("SELECT id FROM kinds_value WHERE moment > %s AND span < %s AND mark = ANY(%s)", [at(1), datetime.timedelta(days=1), MARKS]),
}  # fmt: skip
if django.VERSION >= (5, 2):
    CASES |= {
        "composite": lambda: Line.objects.filter(text="O'Brien"),
        "composite all": lambda: Line.objects.all(),
        "composite key": lambda: Line.objects.filter(pk=(1, 2)),
        "composite in": lambda: Line.objects.filter(pk__in=[(1, 2), (3, 3), (9, 9)]),
        "composite slice": lambda: Line.objects.order_by("-number", "document")[:5],
        "composite union": lambda: Line.objects.filter(document=1).union(Line.objects.filter(number=2)),
        "composite none": lambda: Line.objects.none(),
        "composite many": lambda: Line.objects.filter(pk__in=[(i % 3, i % 400) for i in range(1200)]),
        "composite of a text": lambda: Label.objects.filter(pk=("O'Brien", at(0))),
        "composite of many texts": lambda: Label.objects.filter(pk__in=[(name, at(i)) for i in range(30) for name in NAMES]),
    }  # fmt: skip
