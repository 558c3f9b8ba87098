"""Rows of both, made by their own factories and methods: python -m projects.fill."""

import io
import os
from decimal import Decimal

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "projects.settings")


def shop():
    from django.contrib.auth.models import User
    from oscar.apps.catalogue.categories import create_from_breadcrumbs
    from oscar.apps.catalogue.models import ProductAttribute, ProductAttributeValue, ProductCategory
    from oscar.apps.communication.models import Notification
    from oscar.apps.order.models import Line, OrderNote
    from oscar.apps.partner.strategy import Default
    from oscar.test import factories as f

    leaves = [
        create_from_breadcrumbs(f"Books > {kind} > {age}") for kind in ("Prose", "Verse") for age in ("Old", "New")
    ]
    country = f.CountryFactory(iso_3166_1_a2="GB", name="UNITED KINGDOM")
    users = [f.UserFactory(username=f"reader{n}", email=f"reader{n}@example.com") for n in range(6)]
    partner = f.PartnerFactory(name="Printer")
    partner.users.add(users[0])
    products = [
        f.create_product(
            upc=f"upc-{n}", title=f"Book {n}", price=Decimal(5 + n), num_in_stock=50, partner_name="Printer"
        )
        for n in range(12)
    ]
    child = f.create_product(
        upc="upc-child", title="", parent=products[0], structure="child", price=Decimal(3), num_in_stock=9
    )
    for n, product in enumerate(products):
        ProductCategory.objects.create(product=product, category=leaves[n % 4])
    f.ProductImageFactory(product=products[1])
    about = ProductAttribute.objects.create(
        product_class=products[0].product_class, name="reader", code="reader", type=ProductAttribute.ENTITY
    )
    for n in range(4):  # a generic foreign key of oscar's
        ProductAttributeValue.objects.create(attribute=about, product=products[n], value_entity=users[n])
    every = f.RangeFactory(name="Every", products=products[:5])
    card = f.SourceTypeFactory()
    offer = f.ConditionalOfferFactory(
        name="Ten off", benefit=f.BenefitFactory(range=every), condition=f.ConditionFactory(range=every, value=1)
    )
    voucher = f.create_voucher(code="SPRING", name="Spring")
    for n, user in enumerate(users[1:]):
        f.UserAddressFactory(user=user, country=country, line1=f"{n} Street")
        for m in range(2):
            basket = f.BasketFactory(owner=user)
            basket.strategy = Default()
            basket.add_product(products[(n + m) % 12], 2)
            basket.add_product(child)
            order = f.create_order(
                number=f"N{n}-{m}",
                basket=basket,
                user=user,
                shipping_address=f.ShippingAddressFactory(country=country, line1=f"{n} Street"),
                billing_address=f.BillingAddressFactory(country=country, line1=f"{n} Street"),
            )
            OrderNote.objects.create(order=order, user=users[0], message=f"note {n} {m}")
            source = f.SourceFactory(order=order, source_type=card, amount_allocated=order.total_incl_tax)
            f.TransactionFactory(source=source)
            event = f.ShippingEventFactory(order=order)
            assert event.lines.count() >= 0
        open_basket = f.BasketFactory(owner=user)
        open_basket.strategy = Default()
        open_basket.add_product(products[n])
        f.ProductReviewFactory(product=products[n], user=user)
        f.WishListFactory(owner=user)
        Notification.objects.create(recipient=user, subject=f"hello {n}")
    voucher.record_usage(order, users[-1])
    assert offer.pk
    assert Line.objects.count() == 20
    assert User.objects.count() >= 6
    return users, products


def cms(users, products):
    from django.core.files.base import ContentFile
    from PIL import Image as Picture
    from wagtail.contrib.redirects.models import Redirect
    from wagtail.documents.models import Document
    from wagtail.images.models import Image
    from wagtail.models import Collection, Comment, Page

    from projects.storefront.models import Advert, Highlight, ProductPage, SectionPage

    def image(n):
        content = io.BytesIO()
        Picture.new("RGB", (4, 4)).save(content, "PNG")
        made = Image.objects.create(title=f"image {n}", file=ContentFile(content.getvalue(), name=f"i{n}.png"))
        made.tags.add("red", f"tag {n}")  # a generic foreign key of taggit's
        made.get_rendition("width-2")
        return made

    folder = Collection.get_first_root_node().add_child(name="Papers")
    for n in range(3):
        Document.objects.create(title=f"document {n}", file=ContentFile(b"x", name=f"d{n}.txt"), collection=folder)
    home = Page.objects.get(depth=2)
    adverts = []
    for n in range(3):
        advert = Advert.objects.create(name=f"advert {n}", page=home)
        advert.save_revision(user=users[0]).publish()  # wagtail's revisions refer by generic foreign keys
        adverts.append(advert)
    pages = []
    for n in range(3):
        section = home.add_child(instance=SectionPage(title=f"Section {n}", slug=f"section-{n}", owner=users[0]))
        for m in range(4):
            page = ProductPage(
                title=f"Page {n}.{m}",
                slug=f"page-{n}-{m}",
                owner=users[m],
                product=products[n * 4 + m],
                advert=adverts[n],
                image=image(n * 4 + m) if m < 2 else None,
                related=pages[-1] if pages else None,
            )
            page.highlights = [Highlight(text=f"highlight {n}.{m}.{k}") for k in range(2)]
            pages.append(section.add_child(instance=page))
            page.save_revision(user=users[0]).publish()
            Comment.objects.create(page=page, user=users[m], text="well", contentpath="title")
        Redirect.objects.create(old_path=f"/old-{n}", redirect_page=section)


def main():
    django.setup()
    from django.db import connection, transaction

    with transaction.atomic():
        cms(*shop())
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


if __name__ == "__main__":
    main()
