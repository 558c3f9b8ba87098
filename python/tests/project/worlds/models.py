"""The technical design's models, and one of each kind that a Django model can be."""

import re
import uuid

import django
from django.contrib.auth.models import Group
from django.contrib.contenttypes.fields import GenericForeignKey, GenericRelation
from django.contrib.contenttypes.models import ContentType
from django.core.validators import (
    MaxValueValidator,
    MinLengthValidator,
    MinValueValidator,
    RegexValidator,
)
from django.db import models


class Tenant(models.Model):
    name = models.CharField(max_length=200)
    subdomain = models.CharField(max_length=50, unique=True)


class Shop(models.Model):
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE)
    name = models.CharField(max_length=200)
    url = models.URLField()


class Customer(models.Model):
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE)
    shop = models.ForeignKey(Shop, on_delete=models.CASCADE)
    email = models.EmailField()

    class Meta:
        unique_together = ["shop", "email"]


class Order(models.Model):
    STATUS = [("Open", [("pending", "Pending"), ("it's", "Odd")]), ("shipped", "Shipped")]

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE)
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE)
    status = models.CharField(max_length=20, choices=STATUS, default="pending")


class OrderItem(models.Model):
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE)
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="items")
    quantity = models.IntegerField(validators=[MinValueValidator(1), MinValueValidator(2), MaxValueValidator(9)])


class Tag(models.Model):
    slug = models.SlugField(unique=True)


class Base(models.Model):
    class Meta:
        abstract = True


class Place(models.Model):
    name = models.CharField(max_length=50)
    owner = models.ForeignKey(Tenant, null=True, on_delete=models.SET_NULL)
    tags = models.ManyToManyField(Tag)


class Restaurant(Place):
    stars = models.IntegerField(choices=[(1, "one"), (2, "two")])


class Pizzeria(Restaurant):
    link = models.OneToOneField(
        Restaurant, parent_link=True, primary_key=True, on_delete=models.CASCADE, db_column="rest"
    )
    oven = models.CharField(max_length=20, blank=True, validators=[MinLengthValidator(3)])


class ProxyShop(Shop):
    class Meta:
        proxy = True


class Stranger(models.Model):
    pass


class Quoted(models.Model):
    code = models.CharField(max_length=9, unique=True, db_column="Code")

    class Meta:
        db_table = '"sales"."quoted"'


class OldQuoted(models.Model):
    class Meta:
        db_table = 'sales"."old'


class Dotted(models.Model):
    class Meta:
        db_table = "a.b"


class ToCode(models.Model):
    quoted = models.ForeignKey(Quoted, to_field="code", db_column="q", db_constraint=False, on_delete=models.DO_NOTHING)
    stranger = models.ForeignKey(Stranger, db_constraint=False, on_delete=models.DO_NOTHING)
    parent = models.ForeignKey("self", null=True, on_delete=models.CASCADE)


class Unmanaged(models.Model):
    tenant = models.ForeignKey(Tenant, on_delete=models.DO_NOTHING)

    class Meta:
        managed = False


class Note(models.Model):
    content_type = models.ForeignKey(ContentType, on_delete=models.CASCADE, db_column="ct")
    object_id = models.PositiveIntegerField()
    target = GenericForeignKey()


class ProxyNote(models.Model):
    kind = models.ForeignKey(ContentType, on_delete=models.CASCADE)
    key = models.PositiveIntegerField()
    target = GenericForeignKey("kind", "key", for_concrete_model=False)


class Noted(models.Model):
    notes = GenericRelation(Note)


class LongNote(Note):
    pass


class Country(models.Model):
    iso = models.CharField(max_length=2, primary_key=True)


class Counted(models.Model):
    number = models.IntegerField(primary_key=True)


class Token(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4)


class Profile(models.Model):
    tenant = models.OneToOneField(Tenant, primary_key=True, on_delete=models.CASCADE)


class PlanManager(models.Manager):
    def get_by_natural_key(self, code, country):
        return self.get(code=code, country=country)


class Plan(models.Model):
    code = models.CharField(max_length=9)
    country = models.ForeignKey(Country, on_delete=models.CASCADE)
    objects = PlanManager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["country", "code"], name="plan")]

    def natural_key(self):
        return (self.code, self.country_id)


class PartlyUnique(models.Model):
    code = models.CharField(max_length=9)
    country = models.ForeignKey(Country, on_delete=models.CASCADE)
    objects = PlanManager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["country", "code"], condition=models.Q(code="x"), name="partly")]

    def natural_key(self):
        return (self.code, self.country_id)


class MP_Node(models.Model):  # noqa: N801 # what treebeard calls it
    path = models.CharField(max_length=255, unique=True)
    depth = models.PositiveIntegerField()
    numchild = models.PositiveIntegerField(default=0)

    class Meta:
        abstract = True


class Category(MP_Node):
    name = models.CharField(max_length=20)


class Membership(models.Model):
    club = models.ForeignKey("Club", on_delete=models.CASCADE)
    group = models.ForeignKey(Group, on_delete=models.CASCADE)


class Club(models.Model):
    groups = models.ManyToManyField(Group, through=Membership)
    friends = models.ManyToManyField("self")


class Pair(models.Model):
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE)
    number = models.IntegerField()
    to_number = models.IntegerField(null=True)
    other = models.ForeignObject(
        "self", on_delete=models.CASCADE, from_fields=["tenant", "to_number"], to_fields=["tenant", "number"], null=True
    )

    class Meta:
        unique_together = ["tenant", "number"]


class Ruled(models.Model):
    slug = models.SlugField()
    code = models.CharField(max_length=9, blank=True, validators=[RegexValidator(re.compile(r"^[A-Z]{2}-[0-9]+$"))])
    digits = models.CharField(max_length=9, validators=[RegexValidator(r"^\d+$")])
    ascii = models.CharField(max_length=9, validators=[RegexValidator(re.compile(r"\d", re.ASCII))])
    email = models.EmailField()
    price = models.DecimalField(max_digits=9, decimal_places=2, validators=[MinValueValidator(0)])
    late = models.IntegerField(validators=[MaxValueValidator(lambda: 3)])


if django.VERSION >= (5, 2):

    class Composite(models.Model):
        pk = models.CompositePrimaryKey("tenant", "number")
        tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE)
        number = models.IntegerField()
        total = models.GeneratedField(
            expression=models.F("number") + 1, output_field=models.IntegerField(choices=[(1, "x")]), db_persist=True
        )
