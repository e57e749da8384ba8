"""Addresses of the room."""

from django.urls import path

from notifications.mailbox.views import configuration, conversations, folders

app_name = "mailbox"

_ONE = "mailbox/conversations/<int:pk>/"

urlpatterns = [
    path("mailbox/", folders.folder, name="index"),
    path("mailbox/folders/<slug:key>/", folders.folder, name="folder"),
    path("mailbox/search/", folders.search, name="search"),
    path("mailbox/mark/", folders.mark, name="mark"),
    path("mailbox/new/", conversations.begin, name="begin"),
    path("mailbox/new/<uuid:public_id>/", conversations.new, name="new"),
    path("mailbox/new/<uuid:public_id>/discard/", conversations.discard, name="discard"),
    path(_ONE, conversations.conversation, name="conversation"),
    path(f"{_ONE}archive/", conversations.archive, name="archive"),
    path(f"{_ONE}take/", conversations.take, name="take"),
    path(f"{_ONE}give-back/", conversations.give_back, name="give-back"),
    path(f"{_ONE}hand-on/", conversations.hand_on, name="hand-on"),
    path(f"{_ONE}settle/", conversations.settle, name="settle"),
    path(f"{_ONE}files/<uuid:public_id>/", conversations.file, name="file"),
    path("mailbox/settings/", configuration.settings, name="settings"),
    path("mailbox/settings/days/", configuration.days, name="days"),
    path("mailbox/settings/teams/<int:pk>/move/", configuration.move, name="move"),
    path("mailbox/holds/", configuration.hold, name="hold"),
]
