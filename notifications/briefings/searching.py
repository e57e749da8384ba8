"""Finding briefings: by words, by what they are about, by year; newest first (AL-03)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.contrib.postgres.search import SearchHeadline, SearchQuery
from django.db.models import Exists, F, OuterRef, QuerySet
from django.db.models.functions import ExtractYear
from django.urls import reverse
from django.utils.safestring import SafeString

from notifications.briefings.models import OUT, SEARCH_CONFIG, Briefing, Delivery
from notifications.briefings.names import MODULE, READ
from portal.clocks.reckoning import zone
from portal.tenancy.actor import Actor
from portal.toolkits import highlight
from portal.ui.search import Found, Hit, Source

#: Characters of a search that are read.
MOST_TYPED: Final = 200
_MARKS: Final[dict[str, Any]] = {"start_sel": highlight.BEGIN, "stop_sel": highlight.END}


@dataclass(frozen=True)
class BriefingRow:
    """A briefing in a list, with what the database marked in it."""

    pk: int
    url: str
    kind: str
    is_alert: bool
    category: str
    summary: str
    sent_at: datetime
    is_unread: bool
    is_archived: bool
    #: Title, and pieces of the text around the hits, as the database marked them.
    marked: tuple[str, str]

    @property
    def title_html(self) -> SafeString:
        """The title with the hits of the search marked."""
        return highlight.as_html(self.marked[0])

    @property
    def quote_html(self) -> SafeString:
        """Pieces of the text around the hits, marked; empty without a search."""
        return highlight.as_html(self.marked[1])


def find_briefings(
    *, actor: Actor, text: str = "", category: str = "", kind: str = "", year: int | None = None
) -> QuerySet[Briefing]:
    """What is out, the actor may read, and fits; most recent first.

    Every word has to be there, ``"quoted words"`` side by side, ``-word`` nowhere.

    Args:
        year: of the local day on which it went out.
    """
    rows = Briefing.objects.visible_to(actor).filter(state__in=OUT)
    if category:
        rows = rows.filter(category=category)
    if kind:
        rows = rows.filter(kind=kind)
    if year is not None:
        # Reckoned and not compared with two instants: the last year of the calendar has no next.
        local_year = ExtractYear("sent_at", tzinfo=_zone(actor))
        rows = rows.annotate(local_year=local_year).filter(local_year=year)
    if text := tidy(text):
        query = _query(text)
        whole = SearchHeadline("title", query, config=SEARCH_CONFIG, highlight_all=True, **_MARKS)
        quote = SearchHeadline(
            "text",
            query,
            config=SEARCH_CONFIG,
            max_words=24,
            min_words=10,
            max_fragments=2,
            fragment_delimiter=" … ",
            **_MARKS,
        )
        rows = rows.filter(words=query).annotate(marked_title=whole, quote=quote)
    unread = Delivery.objects.filter(briefing=OuterRef("pk"), person=actor.person, read_at=None)
    return (
        rows.annotate(is_unread=Exists(unread))
        .defer("words", "body", "text")
        .order_by(F("sent_at").desc(), "-pk")
    )


def rows_of(briefings: Sequence[Briefing]) -> list[BriefingRow]:
    """Briefings of :func:`find_briefings` as list rows."""
    return [_row(briefing) for briefing in briefings]


def years_of(actor: Actor) -> list[int]:
    """The local years in which something went out that the actor may read, newest first."""
    rows = Briefing.objects.visible_to(actor).filter(state__in=OUT).order_by()
    years = rows.annotate(local_year=ExtractYear("sent_at", tzinfo=_zone(actor)))
    return sorted(years.values_list("local_year", flat=True).distinct(), reverse=True)


def tidy(text: str) -> str:
    """What was typed, on one line and not longer than :data:`MOST_TYPED` characters."""
    return " ".join(text.replace("\x00", " ").split())[:MOST_TYPED]


def find_for_all(actor: Actor, text: str, limit: int) -> Found:
    """Briefings in the one search of the portal; they tell of no person."""
    found = rows_of(list(find_briefings(actor=actor, text=text)[: limit + 1]))
    hits = [
        Hit(row_title(row), row.url, highlight.as_text(row.marked[1]) or row.summary)
        for row in found[:limit]
    ]
    return Found(rows=hits, has_more=len(found) > limit)


def row_title(row: BriefingRow) -> str:
    """The title of a row without marks."""
    return highlight.as_text(row.marked[0])


SOURCE: Final = Source(
    key="briefings",
    label="Alerts and Briefings",
    find=find_for_all,
    hints=("Words of an enroller alert or briefing.",),
    action=READ,
    module=MODULE,
    order=35,
)


def _query(text: str) -> SearchQuery:
    return SearchQuery(text, config=SEARCH_CONFIG, search_type="websearch")


def _zone(actor: Actor) -> ZoneInfo:
    return zone(actor.exchange.time_zone)


def _row(briefing: Briefing) -> BriefingRow:
    assert briefing.sent_at is not None  # what is out has one; the database sees to it
    return BriefingRow(
        pk=briefing.pk,
        url=reverse("briefings:briefing", args=[briefing.pk]),
        kind=briefing.get_kind_display(),
        is_alert=briefing.is_alert,
        category=briefing.get_category_display(),
        summary=briefing.summary,
        sent_at=briefing.sent_at,
        is_unread=getattr(briefing, "is_unread", False),
        is_archived=briefing.state == "archived",
        marked=(
            getattr(briefing, "marked_title", briefing.title),
            getattr(briefing, "quote", ""),
        ),
    )
