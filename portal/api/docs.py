"""The OpenAPI document and a page to read and try it; closed to strangers (K4)."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from drf_spectacular.renderers import OpenApiJsonRenderer, OpenApiYamlRenderer
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from portal.tenancy.actor import NotAllowed


class _IsKnown(BasePermission):
    """A token, or a browser signed in: the document tells how the API works, and no data."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        return getattr(request._request, "actor", None) is not None


@extend_schema(exclude=True)
class SchemaView(SpectacularAPIView):
    """The OpenAPI 3 document, as JSON or, with ``?format=yaml``, as YAML."""

    permission_classes = [_IsKnown]
    renderer_classes = [OpenApiJsonRenderer, OpenApiYamlRenderer]
    metadata_class = None

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The same for everybody; what a token may do, ``/me/`` says."""
        return super().get(request, *args, **kwargs)


def docs(request: HttpRequest) -> HttpResponse:
    """Swagger UI from our own server, under the portal's content policy; for browsers."""
    if getattr(request, "actor", None) is None:
        raise NotAllowed("tenancy.sign_in")
    return render(request, "api/docs.html")
