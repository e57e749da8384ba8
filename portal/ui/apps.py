"""The app that carries the pages' common look."""

from django.apps import AppConfig


class UiConfig(AppConfig):
    """Templates, template tags and static files that every room's pages are built from."""

    name = "portal.ui"
    label = "ui"
    verbose_name = "Pages"
