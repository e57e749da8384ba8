"""Enroller Toolkits."""

from django.urls import URLPattern

app_name = "toolkits"
urlpatterns: list[URLPattern] = []
