"""Addresses of the lead's page."""

from django.urls import path

from portal.oversight import views

app_name = "oversight"
urlpatterns = [path("leads/", views.open_work, name="open-work")]
