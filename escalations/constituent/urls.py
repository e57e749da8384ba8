from django.urls import path, register_converter

from escalations.constituent import views


class WayConverter:
    """How a case is typed in: ``new`` by an office, ``record`` by an analyst."""

    regex = "new|record"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(WayConverter, "way")

app_name = "constituent"

urlpatterns = [
    path("constituent-cases/help/", views.help_page, name="help"),
    path("constituent-cases/new/", views.begin, {"way": "new"}, name="new"),
    path("constituent-cases/record/", views.begin, {"way": "record"}, name="record"),
    path("constituent-cases/<way:way>/", views.begin, name="begin"),
    path("constituent-cases/<way:way>/<uuid:public_id>/", views.write_case, name="draft"),
    path("constituent-cases/<way:way>/<uuid:public_id>/review/", views.review_case, name="review"),
    path(
        "constituent-cases/<way:way>/<uuid:public_id>/discard/", views.discard_draft, name="discard"
    ),
    path("constituent-cases/<str:number>/received/", views.received, name="received"),
]
