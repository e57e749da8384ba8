"""Addresses of the risk models, below the workspace's."""

from django.urls import path

from retention.risk import views

urlpatterns = [
    path("", views.models, name="risk-models"),
    path("<int:number>/", views.model, name="risk-model"),
    path("<int:number>/use/", views.use, name="risk-model-use"),
    path("<int:number>/retire/", views.retire, name="risk-model-retire"),
]
