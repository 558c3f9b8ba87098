from django.apps import apps
from django.urls import include, path
from wagtail.admin import urls as admin

urlpatterns = [path("cms/", include(admin)), path("", include(apps.get_app_config("oscar").urls[0]))]
