"""The sign-in pages' own addresses, without any room's."""

from django.http import HttpRequest, HttpResponse
from django.urls import include, path


def home(request: HttpRequest) -> HttpResponse:
    """Stand for the page behind the sign-in."""
    return HttpResponse("home")


urlpatterns = [path("", home, name="home"), path("accounts/", include("allauth.urls"))]
