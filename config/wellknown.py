"""Two small files programs look for at the root of every site."""

from datetime import timedelta
from typing import Final

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from portal.tenancy.models import Exchange
from storefronts.table import KIND as STOREFRONTS

#: How long a finder may rely on the contact; it is written anew with every request (RFC 9116
#: wants less than a year).
_VALID: Final = timedelta(days=180)


@login_not_required
@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """The public finder is for search engines; every other page is somebody's work.

    Results of searches are left out: there is no end of them, and each place has its page.
    """
    exchanges = Exchange.objects.filter(is_active=True, modules__contains=[STOREFRONTS])
    slugs = exchanges.order_by("slug").values_list("slug", flat=True)
    maps = (reverse("storefronts:find-map", kwargs={"slug": slug}) for slug in slugs)
    lines = (
        "User-agent: *",
        "Allow: /find/",
        "Disallow: /find/*?",
        "Disallow: /find/*/embed/",
        "Disallow: /",
        *(f"Sitemap: {settings.PUBLIC_URL}{path}" for path in maps),
    )
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain")


@login_not_required
@require_safe
def security(request: HttpRequest) -> HttpResponse:
    """Whom to tell of a weakness, in the form of RFC 9116; times are UTC."""
    lines = (
        f"Contact: {settings.SECURITY_CONTACT}",
        f"Expires: {timezone.now() + _VALID:%Y-%m-%dT%H:%M:%SZ}",
        "Preferred-Languages: en",
        f"Canonical: {settings.PUBLIC_URL}{request.path}",
    )
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")
