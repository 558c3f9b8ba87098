"""Slices by name, for manage.py gyro_export."""

from django_gyro import ImportJob

from .models import Customer, Order, OrderItem, Product, Shop, Tenant


def dev() -> list[ImportJob]:
    """One tenant, three shops, all their products, 100 customers, at most 10 orders each, every item."""
    return [
        ImportJob(model=Tenant, query=Tenant.objects.filter(id=1)),
        ImportJob(model=Shop, query=Shop.objects.filter(id__in=[10, 11, 12])),
        ImportJob(model=Product),
        ImportJob(model=Customer, limit=100),
        ImportJob(model=Order, limit=10, per="customer"),
        ImportJob(model=OrderItem),
    ]
