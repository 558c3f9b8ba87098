"""A part of each: the orders of two readers, and a subtree of pages."""

from oscar.apps.address.models import UserAddress
from oscar.apps.basket.models import Basket
from oscar.apps.basket.models import Line as BasketLine
from oscar.apps.catalogue.models import ProductAttributeValue, ProductCategory
from oscar.apps.offer.models import Benefit, Condition, ConditionalOffer
from oscar.apps.order.models import Line, LinePrice, Order, OrderNote, ShippingEvent
from oscar.apps.payment.models import Source, Transaction
from oscar.apps.voucher.models import Voucher, VoucherApplication
from taggit.models import TaggedItem
from wagtail.images.models import Image
from wagtail.models import Comment, Page, PageLogEntry, Revision

from django_gyro import ImportJob
from projects.storefront.models import Advert, Highlight, ProductPage, SectionPage


def orders():
    taken = Order.objects.filter(user__username__in=["reader1", "reader5"])
    restricted = [Line, LinePrice, OrderNote, ShippingEvent, Source, Transaction, VoucherApplication]
    return [
        ImportJob(Order, taken),
        *(ImportJob(model) for model in restricted),
        ImportJob(Basket, Basket.objects.filter(order__in=taken)),
        ImportJob(BasketLine),
        ImportJob(UserAddress, UserAddress.objects.filter(user__username="reader1")),
        ImportJob(ConditionalOffer),
        ImportJob(Benefit),
        ImportJob(Condition),
        ImportJob(Voucher),
        ImportJob(Voucher.offers.through),
        ImportJob(ProductAttributeValue, ProductAttributeValue.objects.filter(product__upc__in=["upc-1", "upc-2"])),
        ImportJob(ProductCategory),
    ]


def pages():
    section = Page.objects.get(slug="section-1")
    return [
        ImportJob(Page, Page.objects.filter(path__startswith=section.path)),
        ImportJob(SectionPage),
        ImportJob(ProductPage),
        ImportJob(Highlight),
        ImportJob(Advert, Advert.objects.filter(name="advert 1")),
        ImportJob(Image, Image.objects.filter(title__in=["image 4", "image 5"])),
        ImportJob(TaggedItem),
        ImportJob(Revision),
        ImportJob(Comment),
        ImportJob(PageLogEntry),
    ]
