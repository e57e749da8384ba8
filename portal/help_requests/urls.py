"""Addresses of the help requests room; none holds personal data."""

from django.urls import path

from portal.help_requests import views

app_name = "help_requests"
urlpatterns = [
    path("help-requests/", views.home, name="home"),
    path("help-requests/figures/", views.figures, name="figures"),
    path("help-requests/new/", views.begin, name="new"),
    path("help-requests/new/<uuid:public_id>/topic/", views.choose_topic, name="topic"),
    path("help-requests/new/<uuid:public_id>/details/", views.write_details, name="details"),
    path("help-requests/new/<uuid:public_id>/review/", views.review, name="review"),
    path("help-requests/new/<uuid:public_id>/discard/", views.discard, name="discard"),
    path("help-requests/<str:number>/received/", views.received, name="received"),
]
