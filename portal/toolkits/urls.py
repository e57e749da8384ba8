"""Enroller Toolkits."""

from django.urls import URLPattern, path

from portal.toolkits import views, writing

app_name = "toolkits"
urlpatterns: list[URLPattern] = [
    path("toolkits/", views.index, name="index"),
    path("toolkits/downloads/", views.downloads, name="downloads"),
    path("toolkits/suggest/", views.suggestions, name="suggest"),
    path("toolkits/drafts/", writing.drafts, name="drafts"),
    path("toolkits/add/", writing.add, name="add"),
    path("toolkits/<slug:key>/", views.entry_page, name="entry"),
    path("toolkits/<slug:key>/used/", views.used, name="used"),
    path("toolkits/<slug:key>/file/", views.file, name="file"),
    path("toolkits/<slug:key>/versions/<int:edition>/", views.version_page, name="version"),
    path(
        "toolkits/<slug:key>/versions/<int:edition>/file/", views.version_file, name="version-file"
    ),
    path("toolkits/<slug:key>/edit/", writing.edit, name="edit"),
    path("toolkits/<slug:key>/publish/", writing.publish, name="publish"),
    path("toolkits/<slug:key>/withdraw/", writing.withdraw, name="withdraw"),
    path("toolkits/<slug:key>/restore/", writing.restore, name="restore"),
    path("toolkits/<slug:key>/discard/", writing.discard, name="discard"),
]
