"""The project's own: pages of two kinds, one of which shows a product, and a snippet with revisions."""

from django.contrib.contenttypes.fields import GenericRelation
from django.db import models
from modelcluster.fields import ParentalKey
from wagtail.fields import RichTextField
from wagtail.models import DraftStateMixin, Orderable, Page, RevisionMixin
from wagtail.snippets.models import register_snippet


@register_snippet
class Advert(DraftStateMixin, RevisionMixin, models.Model):
    name = models.CharField(max_length=80, unique=True)
    page = models.ForeignKey(Page, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    revisions = GenericRelation("wagtailcore.Revision", related_query_name="advert")

    class Meta:
        app_label = "storefront"


class SectionPage(Page):
    intro = RichTextField(blank=True)


class ProductPage(Page):
    product = models.ForeignKey("catalogue.Product", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    advert = models.ForeignKey(Advert, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    image = models.ForeignKey("wagtailimages.Image", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    related = models.ForeignKey(Page, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")


class Highlight(Orderable):
    page = ParentalKey(ProductPage, on_delete=models.CASCADE, related_name="highlights")
    text = models.CharField(max_length=80)
