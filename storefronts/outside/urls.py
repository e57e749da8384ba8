"""Addresses of the finder for other sites and for search engines."""

from django.urls import path

from storefronts.outside import views
from storefronts.tongues import in_languages

urlpatterns = [
    *in_languages("embed/", views.embed, name="find-embed"),
    path("find/<slug:slug>/widget.js", views.widget, name="find-widget"),
    path("find/<slug:slug>/sitemap.xml", views.sitemap, name="find-map"),
    path("find/<slug:slug>/sitemap-<int:number>.xml", views.sitemap, name="find-map-part"),
]
