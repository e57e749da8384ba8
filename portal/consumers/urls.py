from django.urls import path

from portal.consumers import views

app_name = "consumers"
urlpatterns = [
    path("feeds/", views.feed_list, name="feeds"),
    path("feeds/formats/<slug:key>.csv", views.feed_example, {"form": "csv"}, "feed-example-csv"),
    path(
        "feeds/formats/<slug:key>.jsonl", views.feed_example, {"form": "jsonl"}, "feed-example-json"
    ),
    path("feeds/<int:pk>/", views.feed_run, name="feed-run"),
    path("feeds/<int:pk>/progress/", views.feed_progress, name="feed-progress"),
    path("feeds/<int:pk>/continue/", views.feed_continue, name="feed-continue"),
    path("feeds/<int:pk>/refused.csv", views.refused_rows, name="feed-refused"),
]
