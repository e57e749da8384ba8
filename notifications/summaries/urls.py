"""Addresses of the room; they name nobody."""

from django.urls import path

from notifications.summaries import views

app_name = "summaries"
urlpatterns = [
    path("summaries/<int:pk>/", views.summary, name="summary"),
    path("summaries/<int:pk>/export/", views.export, name="export"),
]
