"""Requests for help from the finder, for those who answer them."""

from django.urls import path
from django.views.decorators.http import require_http_methods

from storefronts.contacts import views

urlpatterns = [
    path("", views.contacts, name="contacts"),
    path("<int:pk>/", views.contact, name="contact"),
    path("<int:pk>/accept/", views.accept, name="contact-accept"),
    path(
        "<int:pk>/decline/",
        require_http_methods(["GET", "HEAD", "POST"])(views.decline),
        name="contact-decline",
    ),
]
