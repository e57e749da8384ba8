"""Addresses of the room; they name nobody."""

from django.urls import path

from notifications.briefings.views import desk, public, reading

app_name = "briefings"
urlpatterns = [
    path("briefings/", reading.index, name="index"),
    path("briefings/<int:pk>/", reading.briefing, name="briefing"),
    path("briefings/mail/", reading.mail, name="mail"),
    path("briefings/stop/<str:token>/", public.stop, name="stop"),
    path("briefings/desk/", desk.desk, name="desk"),
    path("briefings/desk/new/", desk.new, name="new"),
    path("briefings/desk/<int:pk>/", desk.draft, name="draft"),
    path("briefings/desk/<int:pk>/change/", desk.change, name="change"),
    path("briefings/desk/<int:pk>/approve/", desk.approve, name="approve"),
    path("briefings/desk/<int:pk>/send/", desk.send, name="send"),
    path("briefings/desk/<int:pk>/cancel/", desk.cancel, name="cancel"),
    path("briefings/desk/<int:pk>/archive/", desk.archive, name="archive"),
    path("briefings/desk/<int:pk>/test/", desk.test, name="test"),
    path("briefings/desk/<int:pk>/figures/", desk.figures, name="figures"),
]
