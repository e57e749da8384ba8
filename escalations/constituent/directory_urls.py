"""Addresses of the referral directory."""

from django.urls import path

from escalations.constituent import directory_views

app_name = "referrals"
urlpatterns = [
    path("referral-directory/", directory_views.contacts, name="contacts"),
    path("referral-directory/add/", directory_views.add_contact, name="add"),
    path("referral-directory/<int:pk>/edit/", directory_views.edit_contact, name="edit"),
]
