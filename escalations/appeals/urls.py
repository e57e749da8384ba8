"""Addresses of appeals beyond the case page."""

from django.urls import path

from escalations.appeals import views

app_name = "appeals"
urlpatterns = [
    path("appeals/", views.start, name="start"),
    path("appeals/open/", views.open_appeal, name="open"),
    path("appeals/hearings/", views.hearings, name="hearings"),
    path("appeals/<str:number>/hearing.ics", views.hearing_file, name="hearing-ics"),
    path("appeals/figures/", views.figures, name="figures"),
    path("appeals/figures/appeals.csv", views.figures_file, name="figures-csv"),
]
