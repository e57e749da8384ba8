"""Find a Local Enroller: public addresses, one for each language."""

from django.urls import path

from storefronts.contacts import public_views as contacts
from storefronts.finder import views
from storefronts.tongues import in_languages

urlpatterns = [
    *in_languages("", views.find, name="find"),
    *in_languages("places/<uuid:public_id>/", views.place, name="find-place"),
    *in_languages("places/<uuid:public_id>/help/", contacts.request_help, name="find-help"),
    *in_languages("places/<uuid:public_id>/help/sent/", contacts.help_sent, name="find-help-sent"),
    path("find/<slug:slug>/places/<uuid:public_id>/photo", views.photo, name="find-photo"),
]
