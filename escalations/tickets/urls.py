"""Addresses of tickets beyond the case page."""

from django.urls import path, register_converter

from escalations.tickets import views


class DirectionConverter:
    """``up`` or ``down``."""

    regex = "up|down"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(DirectionConverter, "direction")

app_name = "tickets"
urlpatterns = [
    path("tickets/open/", views.open_ticket, name="open"),
    path("tickets/workload/", views.workload, name="workload"),
    path("tickets/types/", views.types, name="types"),
    path("tickets/types/add/", views.add_type, name="type-add"),
    path("tickets/types/<slug:key>/edit/", views.edit_type, name="type-edit"),
    path("tickets/routing/", views.routing, name="routing"),
    path("tickets/routing/add/", views.add_rule, name="rule-add"),
    path("tickets/routing/<int:pk>/edit/", views.edit_rule, name="rule-edit"),
    path("tickets/routing/<int:pk>/delete/", views.delete_rule, name="rule-delete"),
    path("tickets/routing/<int:pk>/<direction:direction>/", views.move_rule, name="rule-move"),
]
