"""Listings, for their owners and for Outreach and Sales; under ``storefronts/listings/``."""

from django.urls import path

from storefronts.listings import views

urlpatterns = [
    path("", views.listings, name="listings"),
    path("<uuid:public_id>/", views.manage, name="listing-manage"),
    path("<uuid:public_id>/edit/", views.edit, name="listing-edit"),
    path("<uuid:public_id>/preview/", views.preview, name="listing-preview"),
    path("<uuid:public_id>/apply/", views.apply_again, name="listing-apply"),
    path("<uuid:public_id>/suspend/", views.suspend, name="listing-suspend"),
    path("<uuid:public_id>/close/", views.close, name="listing-close"),
    path("<uuid:public_id>/show-again/", views.reactivate, name="listing-reactivate"),
]
