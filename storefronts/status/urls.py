"""Addresses of an organization's own applications; none holds personal data."""

from django.urls import path

from storefronts.status import views

urlpatterns = [
    path("", views.mine, name="mine"),
    path("pending/", views.pending, name="pending"),
    path("export/", views.export, name="mine-export"),
    path("<str:number>/", views.application, name="application"),
    path("<str:number>/copy/", views.copy, name="copy"),
    path("<str:number>/questions/<int:pk>/", views.answer, name="answer"),
]
