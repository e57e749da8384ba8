"""Storefronts: applications, review, campaigns, listings, and the public finder."""

from django.urls import URLPattern, URLResolver, include, path

app_name = "storefronts"
urlpatterns: list[URLPattern | URLResolver] = [
    path("storefronts/apply/", include("storefronts.applications.urls")),
    path("storefronts/applications/", include("storefronts.status.urls")),
    path("storefronts/campaigns/", include("storefronts.campaigns.urls")),
    path("", include("storefronts.finder.urls")),
    path("", include("storefronts.outside.urls")),
    path("storefronts/help-requests/", include("storefronts.contacts.urls")),
    path("storefronts/listings/", include("storefronts.listings.urls")),
    path("storefronts/review/", include("storefronts.review.urls")),
]
