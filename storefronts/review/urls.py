"""Addresses of the review; none holds personal data."""

from django.urls import path

from storefronts.review import views

urlpatterns = [
    path("", views.queue, name="review"),
    path("assign/", views.assign, name="review-assign"),
    path("<str:number>/", views.application, name="review-case"),
    path("<str:number>/checklist/", views.keep_checklist, name="review-checklist"),
    path("<str:number>/photos/<uuid:public_id>/", views.photo, name="review-photo"),
]
