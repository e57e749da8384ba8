"""Reads of feeds: an actor sees the runs of the kinds of file they may import."""

from django.db.models import QuerySet

from portal.consumers import feeds
from portal.consumers.feeds import FeedKind
from portal.consumers.models import FeedRun
from portal.tenancy.actor import Actor


def kinds_of(actor: Actor) -> list[FeedKind]:
    """The kinds of file the actor may import, made for their exchange or for any."""
    slug = actor.exchange.slug
    return [
        kind for kind in feeds.all_kinds() if actor.may(kind.action) and kind.exchange in ("", slug)
    ]


def may_import(actor: Actor) -> bool:
    """Whether the role imports files at all, even where the exchange has no kind of file yet."""
    return any(actor.may(kind.action) for kind in feeds.all_kinds())


def runs_of(actor: Actor) -> QuerySet[FeedRun]:
    """The runs the actor may see, the latest first."""
    keys = [kind.key for kind in kinds_of(actor)]
    rows = FeedRun.objects.filter(exchange_id=actor.exchange_id, kind__in=keys)
    return rows.select_related("started_by")
