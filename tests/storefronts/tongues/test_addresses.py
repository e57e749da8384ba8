"""The language is a part of the address, is spoken for one answer, and keeps the search."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.template.response import TemplateResponse
from django.test import RequestFactory, override_settings
from django.urls import NoReverseMatch, resolve, reverse
from django.utils import translation

from storefronts import tongues

_PAGE = engines["django"].from_string(
    "{% load i18n tongues %}<html lang='{% spoken_language %}'>{% tongue_links %}"
    "{% language_switch %}{% find_url 'place' number=7 %}"
)


@login_not_required
def place(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    return TemplateResponse(request, _PAGE, {})


urlpatterns = tongues.in_languages("places/<int:number>/", place, name="place")
_HERE = override_settings(ROOT_URLCONF=__name__)


def _answer(path: str) -> HttpResponse:
    request = RequestFactory().get(path)
    request.resolver_match = match = resolve(request.path)
    return match.func(request, *match.args, **match.kwargs)


@_HERE
def test_english_has_the_short_address_and_every_other_language_its_own() -> None:
    assert tongues.address("place", slug="cc", number=7) == "/find/cc/places/7/"
    assert tongues.address("place", language="es", slug="cc", number=7) == "/find/cc/es/places/7/"


@_HERE
@pytest.mark.parametrize("language", ["en", "xx", "ES"])
def test_no_other_code_has_an_address(language: str) -> None:
    with pytest.raises(NoReverseMatch):
        reverse("place", kwargs={"slug": "cc", "language": language, "number": 7})


@_HERE
@pytest.mark.parametrize(("path", "code"), [("/find/cc/", "en"), ("/find/cc/es/", "es")])
def test_a_page_is_rendered_in_the_language_of_its_address(path: str, code: str) -> None:
    answer = _answer(f"{path}places/7/?zip=95814&language=Spanish")
    page = answer.content.decode()
    assert answer["Content-Language"] == code
    assert f"<html lang='{code}'>" in page
    assert page.endswith(f"{path}places/7/"), "a link leads on in the same language"
    assert translation.get_language() == settings.LANGUAGE_CODE, "the next answer is English again"


@_HERE
def test_the_language_switch_keeps_the_search_and_names_languages_in_themselves() -> None:
    page = _answer("/find/cc/places/7/?zip=95814&open=1").content.decode()
    assert (
        'href="/find/cc/es/places/7/?zip=95814&amp;open=1" lang="es" hreflang="es">Español' in page
    )
    assert '<span lang="en" aria-current="true">English</span>' in page


@_HERE
def test_search_engines_find_each_language_of_a_page() -> None:
    page = _answer("/find/cc/es/places/7/").content.decode()
    for code, path in (("en", ""), ("es", "es/"), ("x-default", "")):
        href = f"{settings.PUBLIC_URL}/find/cc/{path}places/7/"
        assert f'<link rel="alternate" hreflang="{code}" href="{href}">' in page


@_HERE
def test_a_language_is_left_again_when_a_view_fails() -> None:
    def failing(request: HttpRequest, slug: str) -> HttpResponse:
        raise ValueError(translation.get_language())

    with pytest.raises(ValueError, match="es"):
        tongues.with_language(failing)(RequestFactory().get("/"), slug="cc", language="es")
    assert translation.get_language() == settings.LANGUAGE_CODE


def test_what_is_marked_on_the_view_stays_marked() -> None:
    assert resolve("/find/cc/es/places/7/", urlconf=__name__).func.login_required is False
