"""Storefronts: applications, review, campaigns, listings, and the public finder."""

from django.urls import URLPattern, URLResolver, include, path

app_name = "storefronts"
urlpatterns: list[URLPattern | URLResolver] = [
    path("storefronts/apply/", include("storefronts.applications.urls")),
    path("storefronts/applications/", include("storefronts.status.urls")),
    path("storefronts/review/", include("storefronts.review.urls")),
]
