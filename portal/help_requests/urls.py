"""Help requests."""

from django.urls import URLPattern

app_name = "help_requests"
urlpatterns: list[URLPattern] = []
