"""A model of each kind that Django has."""

import uuid

import django
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.contrib.postgres.fields import (
    ArrayField,
    DateRangeField,
    DateTimeRangeField,
    DecimalRangeField,
    IntegerRangeField,
)
from django.db import models


class Colour(models.TextChoices):
    RED = "red"
    BLUE = "blue"


class Size(models.IntegerChoices):
    SMALL = 1
    LARGE = 2


class Value(models.Model):
    """A column of each type."""

    text = models.TextField(blank=True)
    small = models.SmallIntegerField(default=0)
    whole = models.IntegerField(default=0)
    large = models.BigIntegerField(default=0)
    broken = models.FloatField(default=0)
    money = models.DecimalField(max_digits=20, decimal_places=4, default=0)
    yes = models.BooleanField(default=False)
    day = models.DateField(null=True)
    moment = models.DateTimeField(null=True)
    clock = models.TimeField(null=True)
    span = models.DurationField(null=True)
    blob = models.BinaryField(null=True)
    mark = models.UUIDField(null=True)
    address = models.GenericIPAddressField(null=True)
    colour = models.CharField(max_length=10, choices=Colour.choices, blank=True)
    size = models.IntegerField(choices=Size.choices, default=Size.SMALL)
    data = models.JSONField(null=True)
    words = ArrayField(models.CharField(max_length=20), default=list)
    numbers = ArrayField(models.IntegerField(), default=list)
    grid = ArrayField(ArrayField(models.IntegerField()), null=True)
    amounts = IntegerRangeField(null=True)
    prices = DecimalRangeField(null=True)
    days = DateRangeField(null=True)
    moments = DateTimeRangeField(null=True)


class Keyed(models.Model):
    """A UUID key."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    name = models.CharField(max_length=50)


class Coded(models.Model):
    """A text key, a column and a table of other names, both of which need quotes."""

    code = models.CharField(max_length=20, primary_key=True, db_column="The Code")
    name = models.CharField(max_length=50, unique=True)

    class Meta:
        db_table = "kinds Odd.Name"


class Referring(models.Model):
    """A reference to another column than the key, and one with a column name of its own."""

    named = models.ForeignKey(Coded, to_field="name", on_delete=models.CASCADE, db_column="by_name")
    keyed = models.ForeignKey(Keyed, null=True, on_delete=models.SET_NULL)


class Node(models.Model):
    """A tree by self-reference, with an order of its own."""

    parent = models.ForeignKey("self", null=True, on_delete=models.CASCADE, related_name="children")
    name = models.CharField(max_length=50)

    class Meta:
        ordering = ["-name"]


class Place(models.Model):
    """A parent of multi-table inheritance."""

    name = models.CharField(max_length=50)


class Restaurant(Place):
    stars = models.IntegerField(default=0)


class Pizzeria(Restaurant):
    oven = models.CharField(max_length=50)


class StarredManager(models.Manager):
    def get_queryset(self):
        return super().get_queryset().filter(stars__gt=2)


class Starred(Restaurant):
    """A proxy, whose manager filters."""

    objects = StarredManager()

    class Meta:
        proxy = True


class Tag(models.Model):
    name = models.CharField(max_length=50, unique=True)


class Article(models.Model):
    """Many-to-many by an automatic through table."""

    title = models.CharField(max_length=50)
    tags = models.ManyToManyField(Tag, related_name="articles")
    kind = models.ForeignKey(ContentType, null=True, on_delete=models.CASCADE)
    object_id = models.PositiveBigIntegerField(null=True)
    about = GenericForeignKey("kind", "object_id")


if django.VERSION >= (5, 2):

    class Line(models.Model):
        """A key of two columns."""

        pk = models.CompositePrimaryKey("document", "number")
        document = models.IntegerField()
        number = models.IntegerField(db_column="no")
        text = models.CharField(max_length=50)

    class Label(models.Model):
        """A key of a text and a moment."""

        pk = models.CompositePrimaryKey("name", "since")
        name = models.CharField(max_length=50)
        since = models.DateTimeField()
