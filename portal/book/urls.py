"""Consumers and the book of business."""

from django.urls import URLPattern

app_name = "book"
urlpatterns: list[URLPattern] = []
