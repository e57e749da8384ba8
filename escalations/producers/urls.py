"""Addresses of the producers room; none holds personal data."""

from django.urls import path, register_converter

from escalations.producers.views import desk, escalate, home


class ProducerWayConverter:
    """How an escalation is typed in: an issue, a commission issue, or the record of a call."""

    regex = "issue|commission|record"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(ProducerWayConverter, "producer_way")

app_name = "producers"
urlpatterns = [
    path("producer/", home.home, name="home"),
    path("producer/help/", home.help_page, name="help"),
    path("producer/record/", escalate.record, name="record"),
    path("producer/escalations/<str:number>/received/", escalate.received, name="received"),
    path("producer/calls/<int:pk>/", desk.call, name="call"),
    path("producer/<producer_way:way>/begin/", escalate.begin, name="begin"),
    path("producer/<producer_way:way>/<uuid:public_id>/", escalate.choose, name="choose"),
    path("producer/<producer_way:way>/<uuid:public_id>/details/", escalate.details, name="details"),
    path(
        "producer/<producer_way:way>/<uuid:public_id>/call/",
        desk.call_details,
        name="call-details",
    ),
    path(
        "producer/<producer_way:way>/<uuid:public_id>/add-to/<str:number>/",
        escalate.add_to_original,
        name="add-to-original",
    ),
]
