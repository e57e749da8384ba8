"""Delegation Tool, standing delegations, and the Service Center's pages on them."""

from django.urls import path

from portal.delegations.views import staff, standing, tool

app_name = "delegations"
urlpatterns = [
    path("delegations/", standing.standing, name="standing"),
    path("delegations/search/", tool.search, name="search"),
    path("delegations/search/<str:key>/disclaimers/", tool.disclaimers, name="disclaimers"),
    path("delegations/search/<str:key>/", tool.result, name="result"),
    path("delegations/search/<str:key>/send/", tool.send, name="send"),
    path("delegations/search/<str:key>/passcode/", tool.enter, name="enter"),
    path("delegations/search/<str:key>/end/", tool.give_up, name="give-up"),
    path("delegations/transfer/", standing.transfer, name="transfer"),
    path("delegations/manage/", staff.manage, name="manage"),
    path("delegations/manage/<int:pk>/", staff.consumer, name="consumer"),
    path("delegations/manage/<int:pk>/add/", staff.add, name="add"),
    path("delegations/manage/<int:pk>/remove/", staff.remove, name="remove"),
    path("delegations/<int:pk>/accept/", standing.accept, name="accept"),
    path("delegations/<int:pk>/decline/", standing.decline, name="decline"),
    path("delegations/<int:pk>/end/", standing.end, name="end"),
    path("delegations/list/<slug:tab>/", standing.standing, name="standing-tab"),
]
