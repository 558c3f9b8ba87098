from django.apps import AppConfig


class Rings(AppConfig):
    name = "project.rings"
