"""Addresses of the documentation; the layout's footer knows two of them by name."""

from django.urls import path

from portal.reference import views

urlpatterns = [
    path("docs/", views.index, name="documentation"),
    path("docs/how-it-works/", views.how_it_works, name="how-it-works"),
    path("docs/permissions/", views.permissions, name="permissions"),
    path("docs/transitions/", views.transitions, name="transitions"),
    path("accessibility/", views.accessibility, name="accessibility"),
]
