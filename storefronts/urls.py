"""Storefronts: applications, review, campaigns, listings, and the public finder."""

from django.urls import URLPattern

app_name = "storefronts"
urlpatterns: list[URLPattern] = []
