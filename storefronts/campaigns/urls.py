"""Re-application campaigns; under ``storefronts/campaigns/``."""

from django.urls import path

from storefronts.campaigns import views

urlpatterns = [
    path("", views.campaigns, name="campaigns"),
    path("new/", views.new, name="campaign-new"),
    path("<int:pk>/", views.campaign, name="campaign"),
    path("<int:pk>/edit/", views.edit, name="campaign-edit"),
    path("<int:pk>/start/", views.start, name="campaign-start"),
    path("<int:pk>/end/", views.end, name="campaign-end"),
    path("<int:pk>/export.<slug:file_format>", views.export, name="campaign-export"),
]
