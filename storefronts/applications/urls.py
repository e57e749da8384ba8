"""Addresses of the application; what is typed and chosen is never in one."""

from django.urls import path

from storefronts.applications import photo_views, views

_DRAFT = "<uuid:public_id>"

urlpatterns = [
    path("", views.choose_location, name="apply"),
    path("received/<str:number>/", views.received, name="apply-received"),
    path(f"{_DRAFT}/place/", views.place, name="apply-place"),
    path(f"{_DRAFT}/details/", views.details, name="apply-details"),
    path(f"{_DRAFT}/photos/", photo_views.photos, name="apply-photos"),
    path(f"{_DRAFT}/photos/add/", photo_views.add, name="apply-photo-add"),
    path(f"{_DRAFT}/photos/<uuid:photo>/", photo_views.photo, name="apply-photo"),
    path(f"{_DRAFT}/review/", views.review, name="apply-review"),
    path(f"{_DRAFT}/discard/", views.discard, name="apply-discard"),
    path(f"{_DRAFT}/keep/<slug:step>/", views.keep, name="apply-keep"),
]
