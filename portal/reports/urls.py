from django.urls import path

from portal.reports import views

app_name = "reports"
urlpatterns = [
    path("reports/clock/", views.clock, name="clock"),
    path("reports/clock/export/", views.export, name="clock-export"),
]
