"""What a database says, by natural keys alone, asked through Django: python -m projects.facts."""

import json
import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "projects.settings")


def orders():
    from oscar.apps.order.models import Order

    return {
        order.number: {
            "user": order.user.username,
            "site": order.site.domain,
            "to": [order.shipping_address.line1, order.shipping_address.country.name],
            "from": order.billing_address.line1,
            "total": str(order.total_incl_tax),
            "basket": [[line.product.upc, line.quantity] for line in order.basket.lines.order_by("product__upc")],
            "lines": [
                [line.product.upc, line.quantity, line.stockrecord.partner_sku, line.partner.code]
                + [str(price.price_incl_tax) for price in line.prices.all()]
                for line in order.lines.order_by("product__upc")
            ],
            "notes": sorted([note.user.username, note.message] for note in order.notes.all()),
            "paid": [
                [source.source_type.code, str(source.amount_allocated), source.transactions.count()]
                for source in order.sources.all()
            ],
            "events": [event.event_type.code for event in order.shipping_events.all()],
            "vouchers": [used.voucher.code for used in order.voucherapplication_set.all()],
        }
        for order in Order.objects.all()
    }


def products():
    from oscar.apps.catalogue.models import Product

    return {
        product.upc: {
            "title": product.get_title(),
            "parent": product.parent and product.parent.upc,
            "categories": sorted(category.path for category in product.categories.all()),
            # a generic foreign key
            "readers": [value.value.username for value in product.attribute_values.all()],
        }
        for product in Product.objects.all()
    }


def pages():
    from wagtail.models import Page, PageLogEntry

    def revision(of):
        return of and [of.content_object.path, of.as_object().title, of.user.username, of.base_content_type.name]

    found = {}
    for page in Page.objects.filter(depth__gt=2).order_by("path"):
        specific = page.specific
        found[page.path] = {
            "class": type(specific).__name__,
            "title": specific.title,
            "owner": page.owner.username,
            "locale": page.locale.language_code,
            "live": revision(page.live_revision),
            "revisions": [revision(r) for r in specific.revisions.all()][-1:],
            "comments": sorted({(c.user.username, c.text) for c in page.wagtail_admin_comments.all()}),
            "log": sorted({entry.action for entry in PageLogEntry.objects.filter(page=page)}),
        }
        if type(specific).__name__ == "ProductPage":
            found[page.path] |= {
                "product": specific.product.upc,
                "advert": specific.advert.name,
                "image": specific.image and specific.image.title,
                "related": specific.related and specific.related.path,
                "highlights": sorted({h.text for h in specific.highlights.all()}),
            }
    return found


def adverts():
    from projects.storefront.models import Advert

    return {
        advert.name: {
            "page": advert.page.path,
            "latest": advert.latest_revision.content_object.name,
            "revisions": sorted({r.content_object.name for r in advert.revisions.all()}),
        }
        for advert in Advert.objects.all()
    }


def images():
    from wagtail.images.models import Image

    return {
        image.title: {"tags": sorted(tag.name for tag in image.tags.all()), "collection": image.collection.path}
        for image in Image.objects.order_by("pk")
    }


def kinds():
    from django.contrib.contenttypes.models import ContentType

    return {f"{kind.app_label}.{kind.model}": kind.pk for kind in ContentType.objects.all()}


def created():
    """A copy of a row of every model that has some is created: nothing of it may collide with a primary key."""
    from django.apps import apps
    from django.db import IntegrityError, transaction

    done, refused = [], {}
    for model in apps.get_models(include_auto_created=True):
        if not model._meta.managed or model._meta.proxy or model._meta.pk.remote_field is not None:
            continue
        row = model._base_manager.order_by("pk").first()
        if row is None or model._meta.pk.get_internal_type() not in ("AutoField", "BigAutoField"):
            continue
        try:
            with transaction.atomic():
                row.pk = None
                row.save_base(raw=True, force_insert=True)
                done.append(model._meta.label)
                transaction.set_rollback(True)
        except IntegrityError as error:
            refused[model._meta.label] = error.__cause__.diag.constraint_name
    return {"done": done, "refused": refused}


if __name__ == "__main__":
    django.setup()
    json.dump({name: globals()[name]() for name in sys.argv[1:]}, sys.stdout)
