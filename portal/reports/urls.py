from django.urls import path

from portal.reports import mine, views

app_name = "reports"
urlpatterns = [
    path("reports/clock/", views.clock, name="clock"),
    path("reports/clock/export/", views.export, name="clock-export"),
    path("reports/mine/", mine.mine, name="mine"),
    path("reports/mine/new/<slug:key>/", mine.report, name="standard-report"),
    path("reports/mine/new/<slug:key>/edit/", mine.edit, name="standard-edit"),
    path("reports/mine/new/<slug:key>/export/", mine.export, name="standard-export"),
    path("reports/mine/<int:pk>/", mine.report, name="own-report"),
    path("reports/mine/<int:pk>/edit/", mine.edit, name="own-edit"),
    path("reports/mine/<int:pk>/save-as/", mine.save_as, name="own-save"),
    path("reports/mine/<int:pk>/delete/", mine.delete, name="own-delete"),
    path("reports/mine/<int:pk>/export/", mine.export, name="own-export"),
]
