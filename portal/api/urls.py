"""Every address under ``/api/v1/``: the portal's own, then those of the wings."""

from django.urls import path, re_path
from rest_framework.exceptions import NotFound
from rest_framework.request import Request

from portal.api import (
    acts,
    cases,
    docs,
    feeds,
    files,
    ledger,
    macros,
    reference,
    registry,
    tokens,
)
from portal.api.base import ApiView


class NothingHere(ApiView):
    """Answers addresses that do not exist as the API answers everything."""

    schema = None

    def initial(self, request: Request, *args: object, **kwargs: object) -> None:
        """Whoever has no token learns that first."""
        super(ApiView, self).initial(request, *args, **kwargs)
        raise NotFound


app_name = "api"
urlpatterns = [
    path("schema/", docs.SchemaView.as_view(), name="schema"),
    path("docs/", docs.docs, name="docs"),
    *acts.urlpatterns,
    *cases.urlpatterns,
    *files.urlpatterns,
    *reference.urlpatterns,
    *tokens.urlpatterns,
    *ledger.urlpatterns,
    *macros.urlpatterns,
    *feeds.urlpatterns,
    *registry.urlpatterns(),
    re_path(r"^", NothingHere.as_view(), name="nothing"),
]
