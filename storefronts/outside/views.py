"""Pages for other sites: the finder in a frame, the script that puts it there, and its site map."""

import zlib
from collections.abc import Iterator, Mapping
from functools import cache as once
from html import escape
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from portal.tenancy.models import Exchange
from storefronts import generation, tongues
from storefronts.finder.public import open_exchange, public_page, remembered
from storefronts.finder.views import search_context
from storefronts.finder.where import zip_code_in
from storefronts.models import Listing

#: Listings of one site map; it may hold 50,000 addresses, and each listing has one a language.
LISTINGS_A_MAP: Final = 20_000
_MAP_SECONDS: Final = 3600
_SCRIPT_SECONDS: Final = 3600


@login_not_required
@require_safe
def embed(request: HttpRequest, slug: str) -> HttpResponse:
    """The search in a frame of the sites the exchange names; of nobody else's."""
    zip_code = zip_code_in(request.GET.get("place", ""))
    with transaction.atomic():
        exchange = open_exchange(slug, zip_code=zip_code)
        with timezone.override(exchange.time_zone):
            response = remembered(request, exchange, lambda: _embed(request, exchange))
    if exchange.website_origins:
        response._csp_replace = {"frame-ancestors": list(exchange.website_origins)}  # type: ignore[attr-defined]
        response.xframe_options_exempt = True  # type: ignore[attr-defined]
    return response


def _embed(request: HttpRequest, exchange: Exchange) -> HttpResponse:
    query = request.GET.urlencode()
    context = search_context(request, exchange) | {
        "whole": f"?{query}" if query else "",
        "sites": " ".join(exchange.website_origins),
    }
    return render(request, "storefronts/outside/embed.html", context)


@require_safe
@public_page
def widget(request: HttpRequest, exchange: Exchange) -> HttpResponse:
    """The script other sites load; it knows its exchange by its own address."""
    return HttpResponse(
        _script(),
        content_type="text/javascript; charset=utf-8",
        headers={
            "Cache-Control": f"public, max-age={_SCRIPT_SECONDS}",
            "Cross-Origin-Resource-Policy": "cross-origin",
        },
    )


@once
def _script() -> bytes:
    return Path(__file__).with_name("widget.js").read_bytes()


@require_safe
@public_page
def sitemap(request: HttpRequest, exchange: Exchange, number: int = 0) -> HttpResponse:
    """Every page a search engine shall know: the search and each place, in each language.

    Args:
        number: of a part, from 1, where there are too many for one; 0 is the whole or its index.
    """
    key = f"finder-map:{exchange.pk}|{generation.current(exchange)}|{number}"
    packed: bytes | None = cache.get(key)
    if packed is None:
        packed = zlib.compress("".join(_map(exchange, number)).encode())
        cache.set(key, packed, _MAP_SECONDS)
    return HttpResponse(
        zlib.decompress(packed),
        content_type="application/xml; charset=utf-8",
        headers={"Cache-Control": f"public, max-age={_MAP_SECONDS}"},
    )


def _map(exchange: Exchange, number: int) -> Iterator[str]:
    rows = Listing.objects.filter(exchange=exchange, state=Listing.State.ACTIVE).order_by("pk")
    parts = -(-rows.count() // LISTINGS_A_MAP)
    if number > parts or (number and parts < 2):
        raise Http404
    yield '<?xml version="1.0" encoding="UTF-8"?>\n'
    if parts > 1 and not number:
        yield '<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
        for part in range(1, parts + 1):
            kwargs = {"slug": exchange.slug, "number": part}
            yield f"<sitemap><loc>{_outside('storefronts:find-map-part', kwargs)}</loc></sitemap>\n"
        yield "</sitemapindex>\n"
        return
    yield '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
    if number < 2:
        for code in tongues.codes():
            yield f"<url><loc>{_spoken('find', code, slug=exchange.slug)}</loc></url>\n"
    first = max(0, number - 1) * LISTINGS_A_MAP
    part_of = rows[first : first + LISTINGS_A_MAP].values_list("public_id", "updated_at")
    for public_id, updated_at in part_of:
        for code in tongues.codes():
            place = _spoken("find-place", code, slug=exchange.slug, public_id=public_id)
            yield f"<url><loc>{place}</loc><lastmod>{updated_at:%Y-%m-%d}</lastmod></url>\n"
    yield "</urlset>\n"


def _spoken(name: str, code: str, **kwargs: Any) -> str:
    path = tongues.address(f"storefronts:{name}", language=code, **kwargs)
    return escape(f"{settings.PUBLIC_URL}{path}")


def _outside(name: str, kwargs: Mapping[str, Any]) -> str:
    return escape(f"{settings.PUBLIC_URL}{reverse(name, kwargs=dict(kwargs))}")
