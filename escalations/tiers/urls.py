"""Addresses of the tiers: opening a member's case, the published service levels, configuration."""

from django.urls import path

from escalations.tiers import views

app_name = "tiers"
urlpatterns = [
    path("member-cases/open/", views.open_case, name="open"),
    path("service-levels/", views.levels, name="levels"),
    path("service-levels/<slug:key>/edit/", views.edit_level, name="level-edit"),
    path("tiers/", views.settings, name="settings"),
]
