"""Pages anybody may open: the exchange of the address, and answers that are remembered (FL-01).

No session is read and no cookie set. An answer is remembered for a minute under the finder's
generation, so an approval or a lapse shows with its commit; a browser may keep it half as long.
"""

import hashlib
from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from typing import Any, Final

from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.db import transaction
from django.db.models import CharField, F, Func, Subquery, TextField, Value
from django.db.models.functions import Cast, JSONObject
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from redis.exceptions import RedisError

from portal.tenancy.models import Exchange
from storefronts import generation, tongues
from storefronts.places import ZipArea
from storefronts.table import KIND

View = Callable[..., HttpResponse]

#: Seconds a browser or a cache on the way may keep an answer.
KEPT_BY_BROWSERS: Final = 30
_REMEMBERED_SECONDS: Final = 60
#: Longer questions are answered, but not remembered.
_LONGEST_PATH: Final = 400
#: So many new answers of an exchange are remembered in a minute: whoever asks for ever new places
#: must not fill the memory that sessions and limits share.
_REMEMBERED_A_MINUTE: Final = 1_000


def public_page(view: View) -> View:
    """Call the view with the exchange its address names, in one transaction that works for it.

    The view gets ``exchange`` instead of ``slug``. Unknown exchanges, and those without
    storefronts, are 404.
    """

    @login_not_required
    @wraps(view)
    def opened(request: HttpRequest, slug: str, *args: Any, **kwargs: Any) -> HttpResponse:
        with transaction.atomic():
            exchange = open_exchange(slug)
            with timezone.override(exchange.time_zone):
                return view(request, exchange, *args, **kwargs)

    return opened


def open_exchange(slug: str, *, zip_code: str = "") -> Exchange:
    """Let the rest of the transaction work for an exchange; one statement with the ZIP code.

    What the ZIP code stands for is read on the way: :func:`area_read_with` has it.

    Raises:
        Http404: there is no such exchange, or it has no storefronts.
    """
    area = ZipArea.objects.filter(pk=zip_code).values(
        read=JSONObject(
            zip_code="zip_code",
            city="city",
            state="state",
            county="county",
            latitude="latitude",
            longitude="longitude",
        )
    )
    exchange = (
        Exchange.objects.filter(slug=slug, is_active=True, modules__contains=[KIND])
        .annotate(
            read_area=Subquery(area) if zip_code else Value(None, output_field=CharField()),
            scope=Func(
                Value("liaison.exchange"),
                Cast(F("pk"), TextField()),
                Value(True),
                function="set_config",
                output_field=TextField(),
            ),
        )
        .first()
    )
    if exchange is None:
        raise Http404
    return exchange


def area_read_with(exchange: Exchange) -> ZipArea | None:
    """The area of the ZIP code the exchange was opened with."""
    found = getattr(exchange, "read_area", None)
    return ZipArea(**found) if found else None


def remembered(
    request: HttpRequest, exchange: Exchange, make: Callable[[], HttpResponse]
) -> HttpResponse:
    """The answer to this very address, from memory or made now; 304 for who has it already.

    What ``make`` returns may depend on the address, the language, the listings and the minute, and
    on nothing else. Only a 200 is remembered.
    """
    path = request.get_full_path()
    if len(path) > _LONGEST_PATH:
        return make()
    minute = int(timezone.now().timestamp()) // 60
    number = generation.current(exchange)
    digest = hashlib.sha256(
        f"{exchange.pk}|{number}|{tongues.current()}|{minute}|{path}".encode()
    ).hexdigest()
    key, etag = f"finder:{digest}", f'"{digest[:32]}"'
    found = _recalled(key)
    if found is None:
        response = make()
        if response.status_code != 200:
            return response
        found = (response.content, response.headers["Content-Type"])
        _remember(exchange, minute, key, found)
    body, content_type = found
    response = HttpResponse(body, content_type=content_type)
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = f"public, max-age={KEPT_BY_BROWSERS}"
    return get_conditional_response(request, etag=etag, response=response) or response


def _recalled(key: str) -> tuple[bytes, str] | None:
    try:
        found: tuple[bytes, str] | None = cache.get(key)
    except RedisError:
        return None
    return found


def _remember(exchange: Exchange, minute: int, key: str, found: tuple[bytes, str]) -> None:
    """Keep an answer, unless there were too many new ones in this minute or the cache is away."""
    counter = f"finder-room:{exchange.pk}:{minute}"
    with suppress(RedisError, ValueError):  # ValueError: the cache was emptied in between
        cache.add(counter, 0, 2 * _REMEMBERED_SECONDS)
        if cache.incr(counter) <= _REMEMBERED_A_MINUTE:
            cache.set(key, found, _REMEMBERED_SECONDS)
