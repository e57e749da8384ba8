from django.urls import path

from portal.clocks import views

app_name = "clocks"
urlpatterns = [
    path("hours/", views.calendar, name="calendar"),
    path("hours/<slug:key>/edit/", views.edit_calendar, name="calendar-edit"),
    path("policies/", views.policies, name="policies"),
    path("policies/<str:key>/edit/", views.edit_policy, name="policy-edit"),
]
