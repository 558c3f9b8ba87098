from django.db import models


class Tenant(models.Model):
    """Multi-tenant organization."""

    name = models.CharField(max_length=200)
    subdomain = models.CharField(max_length=50, unique=True)
    created_at = models.DateTimeField()
    is_active = models.BooleanField(default=True)


class Shop(models.Model):
    """Individual shop within a tenant."""

    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE)
    name = models.CharField(max_length=200)
    url = models.URLField()
    currency = models.CharField(max_length=3, default="USD")
    created_at = models.DateTimeField()


class Customer(models.Model):
    """Customer of a shop."""

    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE)
    shop = models.ForeignKey(Shop, on_delete=models.CASCADE)
    email = models.EmailField()
    first_name = models.CharField(max_length=100)
    last_name = models.CharField(max_length=100)
    phone = models.CharField(max_length=20, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        unique_together = [("shop", "email")]
