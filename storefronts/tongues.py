"""The languages of the public finder: one address each, and one word in settings for a new one.

The default language stands at ``/find/<exchange>/``, every other below its code
(``/find/<exchange>/es/``), so that a page can be linked, cached and found in the language it was
read in, without a cookie and without asking what the browser prefers. Nothing else of the portal
is translated: outside a view made here the process speaks ``settings.LANGUAGE_CODE``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, register_converter, reverse
from django.utils import translation

View = Callable[..., HttpResponse]

#: Code of the language that has no part of its own in the address.
DEFAULT = translation.to_language(settings.LANGUAGE_CODE).partition("-")[0]


@dataclass(frozen=True)
class Alternate:
    """The page one looks at, in one language."""

    code: str
    #: The language's name for itself, e.g. “Español”.
    name: str
    href: str
    is_current: bool

    @property
    def address(self) -> str:
        """With the portal's public address, as search engines want it."""
        return f"{settings.PUBLIC_URL}{self.href}"


def codes() -> tuple[str, ...]:
    """Codes of every language of the finder, the default first."""
    others = (code for code, _ in settings.LANGUAGES if code != DEFAULT)
    return (DEFAULT, *others)


def current() -> str:
    """Code of the language spoken now; for keys of caches."""
    return translation.get_language().partition("-")[0]


def locale_of(code: str) -> str:
    """What Django calls the language of a code."""
    return settings.LANGUAGE_CODE if code == DEFAULT else code


class TongueConverter:
    """Code of a language other than the default, which has no such part."""

    regex = "|".join(codes()[1:]) or r"(?!)"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        if value not in codes()[1:]:
            raise ValueError(f"{value} has no addresses of its own")
        return value


register_converter(TongueConverter, "tongue")


def with_language(view: View) -> View:
    """Answer in the language of the address, and render before another one is spoken."""

    @wraps(view)
    def spoken(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        code = kwargs.pop("language", DEFAULT)
        with translation.override(locale_of(code)):
            response = view(request, *args, **kwargs)
            if callable(render := getattr(response, "render", None)):
                render()
        response.headers["Content-Language"] = code
        return response

    return spoken


def in_languages(rest: str, view: View, *, name: str) -> list[URLPattern]:
    """The addresses of one page of the finder in every language, all under one name.

    Args:
        rest: what follows ``find/<slug:slug>/``, e.g. ``places/<uuid:public_id>/``. The view is
            called with ``slug`` and what ``rest`` captures, never with the language.
    """
    spoken = with_language(view)
    return [
        path(f"find/<slug:slug>/{rest}", spoken, name=name),
        path(f"find/<slug:slug>/<tongue:language>/{rest}", spoken, name=name),
    ]


def address(name: str, *, language: str | None = None, **kwargs: Any) -> str:
    """Path of a page made with :func:`in_languages`, in a language or the one spoken now."""
    language = language or current()
    if language != DEFAULT:
        kwargs["language"] = language
    return reverse(name, kwargs=kwargs)


def alternates(request: HttpRequest) -> Iterable[Alternate]:
    """The page of this request in every language, with the same search."""
    match = request.resolver_match
    assert match is not None, "a view answers, so its address was resolved"
    kwargs = {name: value for name, value in match.kwargs.items() if name != "language"}
    query = request.META.get("QUERY_STRING", "")
    spoken, names = current(), dict(settings.LANGUAGES)
    for code in codes():
        href = address(match.view_name, language=code, **kwargs)
        yield Alternate(
            code, names[code], f"{href}?{query}" if query else href, is_current=code == spoken
        )
