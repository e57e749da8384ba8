from django.urls import path

from portal.clocks import simulation_views, views

app_name = "clocks"
urlpatterns = [
    path("hours/", views.calendar, name="calendar"),
    path("hours/<slug:key>.ics", views.calendar_file, name="calendar-file"),
    path("hours/<slug:key>/edit/", views.edit_calendar, name="calendar-edit"),
    path("policies/", views.policies, name="policies"),
    path("policies/<str:key>/edit/", views.edit_policy, name="policy-edit"),
    path("hours/<slug:key>/try/", simulation_views.try_hours, name="calendar-try"),
    path("policies/<str:key>/try/", simulation_views.try_policy, name="policy-try"),
    path("policies/tries/<int:pk>/", simulation_views.result, name="simulation"),
    path("policies/tries/<int:pk>/progress", simulation_views.progress, name="simulation-progress"),
    path(
        "policies/tries/<int:pk>/continue",
        simulation_views.continue_replay,
        name="simulation-continue",
    ),
    path("policies/tries/<int:pk>/clocks.csv", simulation_views.download, name="simulation-csv"),
]
