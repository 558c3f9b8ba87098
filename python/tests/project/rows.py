"""Rows for the project: few, and each with something that hurts."""

import datetime
import uuid
from decimal import Decimal

import django
from django.utils import timezone

from project.accounts.models import Customer, Shop, Tenant
from project.kinds import models as kinds
from project.orders.models import Order, OrderItem
from project.products.models import Product

SHOP = [Tenant, Shop, Product, Customer, Order, OrderItem]
UTC = datetime.timezone.utc
START = datetime.datetime(2024, 1, 1, 12, 30, 15, 123456, tzinfo=UTC)
NAMES = [
    "O'Brien",
    'the "best"',
    "100%",
    "%s",
    "back\\slash",
    "two\nlines",
    "Zoe\u0301",
    "日本語",
    "",
    "plain",
    "$1",
    "a,b",
]
HOSTILE = "\" x\\') TO STDOUT; DROP TABLE accounts_tenant; --"
MARKS = [uuid.UUID(int=i) for i in range(12)]


def at(n):
    return START + datetime.timedelta(days=n)


def fill():
    shop()
    values()
    others()


def shop():
    for t in range(1, 4):
        tenant = Tenant.objects.create(name=NAMES[t - 1], subdomain=f"t{t}", created_at=at(t), is_active=t != 3)
        for s in range(3):
            shop = Shop.objects.create(
                tenant=tenant, name=NAMES[3 * t + s - 1], url="https://x", created_at=at(10 * t + s)
            )
            products = Product.objects.bulk_create(
                Product(
                    tenant=tenant,
                    shop=shop,
                    sku=f"p{p}",
                    name=NAMES[p],
                    price=Decimal(p * 10) / 3,
                    created_at=at(p),
                    inventory_count=p * 7,
                )
                for p in range(6)
            )
            for c in range(4):
                customer = Customer.objects.create(
                    tenant=tenant,
                    shop=shop,
                    email=f"c{c}@x",
                    first_name=NAMES[c],
                    last_name=HOSTILE if c == 2 else NAMES[c + 4],
                    created_at=at(c),
                )
                for o in range(c):
                    order = Order.objects.create(
                        tenant=tenant,
                        shop=shop,
                        customer=customer,
                        order_number=f"{c}-{o}",
                        status=Order.Status.values[(c + o) % 5],
                        total_amount=c * 100 + o,
                        created_at=at(c * 30 + o),
                    )
                    OrderItem.objects.bulk_create(
                        OrderItem(
                            tenant=tenant,
                            shop=shop,
                            order=order,
                            product=product,
                            quantity=i + 1,
                            unit_price=product.price,
                            total_price=0,
                        )
                        for i, product in enumerate(products[: c + 1])
                    )


def values():
    from django.db.backends.postgresql.psycopg_any import DateRange, DateTimeTZRange, NumericRange

    for i, name in enumerate(NAMES):
        kinds.Value.objects.create(
            text=name,
            small=i,
            whole=i * 1000,
            large=i * 10**12,
            broken=i / 3,
            money=Decimal(i) / 8,
            yes=i % 2 == 0,
            day=at(i).date(),
            moment=at(i),
            clock=datetime.time(i, 30, 1, 5),
            span=datetime.timedelta(days=i - 5, seconds=i, microseconds=i),
            blob=bytes([i, 0, 92, 39, 255]),
            mark=MARKS[i],
            address=f"10.0.0.{i}" if i % 2 else f"2001:db8::{i}",
            colour=["red", "blue"][i % 2],
            size=1 + i % 2,
            data=[{"kind": name, "n": i, "deep": {"list": [i, None, "x"]}}, None, [name], name, i, True][i % 6],
            words=[name, NAMES[i - 1]],
            numbers=[i, i + 1, 40000 + i],
            grid=[[i, 1], [2, 3]],
            amounts=NumericRange(i, i + 10),
            prices=NumericRange(Decimal(i), None),
            days=DateRange(at(i).date(), at(i + 5).date()),
            moments=DateTimeTZRange(at(i), at(i + 1)),
        )
    kinds.Value.objects.create(text="nothing", data=kinds.models.Value(None, kinds.models.JSONField()))


def others():
    keyed = [kinds.Keyed.objects.create(id=mark, name=name) for mark, name in zip(MARKS, NAMES, strict=True)]
    for i, name in enumerate(NAMES):
        coded = kinds.Coded.objects.create(code=f"c{i}", name=name)
        kinds.Referring.objects.create(named=coded, keyed=keyed[i] if i % 2 else None)
        kinds.Place.objects.create(name=name)
        kinds.Restaurant.objects.create(name=name, stars=i % 6)
        kinds.Pizzeria.objects.create(name=name, stars=i % 6, oven=name)
    tags = [kinds.Tag.objects.create(name=name) for name in NAMES]
    nodes: list[kinds.Node] = []
    for i, name in enumerate(NAMES):
        nodes.append(kinds.Node.objects.create(name=name, parent=nodes[i // 2 - 1] if i > 1 else None))
        article = kinds.Article.objects.create(title=name, about=nodes[-1])
        article.tags.set(tags[: i % 4])
    if django.VERSION >= (5, 2):
        for document in range(4):
            for n in range(4):
                kinds.Line.objects.create(document=document, number=n, text=NAMES[n + document])
        for i, name in enumerate(NAMES):
            kinds.Label.objects.create(name=name, since=at(i))
            kinds.Label.objects.create(name=name, since=timezone.localtime(at(-i - 1)))
