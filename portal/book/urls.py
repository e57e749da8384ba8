"""Consumers and the book of business; addresses name nobody."""

from django.urls import path

from portal.book import views

app_name = "book"
urlpatterns = [
    path("book/", views.book_list, name="list"),
    path("book/export/", views.export, name="export"),
    path("consumers/<int:pk>/", views.consumer, name="consumer"),
]
