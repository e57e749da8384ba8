"""Finding toolkit entries: by words, by what they are, by how much they are used.

Full text over title (weightiest), summary and topics, text, and what a PDF says (TK-02, TK-03).
Texts in English and Spanish are compared by the stems of their words, others as they are written.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from operator import attrgetter
from typing import Any, Final

from django.db.models import (
    BigIntegerField,
    BooleanField,
    F,
    FloatField,
    Func,
    OuterRef,
    Q,
    Subquery,
    Sum,
    TextField,
    Value,
)
from django.db.models.functions import Coalesce, Concat
from django.urls import reverse
from django.utils.safestring import SafeString

from portal.tenancy.actor import Actor
from portal.tenancy.models import Exchange
from portal.toolkits import highlight
from portal.toolkits.models import (
    Entry,
    EntryQuerySet,
    EntryUse,
    EntryVersion,
    Kind,
    Language,
    Readers,
)
from portal.toolkits.services import local_today

#: Days over which uses are counted: last year's favourites do not stay on top for good.
USE_DAYS: Final = 90
#: Characters of a search that are read; more is for suggestions while a request is typed.
MOST_TYPED, MOST_SUGGESTED_FROM = 200, 600
#: Below this rank one chance word in a long sentence has matched somewhere in a body.
_WORTH_SUGGESTING: Final = 0.02
_QUOTE: Final = (
    f"StartSel={highlight.BEGIN}, StopSel={highlight.END},"
    ' MaxFragments=2, MaxWords=24, MinWords=10, FragmentDelimiter=" … "'
)
_WHOLE: Final = f"StartSel={highlight.BEGIN}, StopSel={highlight.END}, HighlightAll=true"
#: What a list does not show.
_LONG: Final = tuple(f"current__{name}" for name in ("body", "text", "document_text", "words"))


@dataclass(frozen=True)
class EntryRow:
    """An entry in a list; ``marked`` holds its title and a quote as the database marked them."""

    key: str
    url: str
    kind: str
    title: str
    summary: str
    marked: tuple[str, str]
    language: Language
    readers: str
    as_of: date | None
    is_coming_soon: bool
    topics: Sequence[str]
    has_file: bool
    has_link: bool
    uses: int

    @property
    def title_html(self) -> SafeString:
        """The title with the hits of the search marked."""
        return highlight.as_html(self.marked[0])

    @property
    def quote_html(self) -> SafeString:
        """Pieces of the entry around the hits, marked; empty without a search."""
        return highlight.as_html(self.marked[1])


@dataclass(frozen=True)
class Hit:
    """An entry as the one search of the portal shows it; plain text."""

    title: str
    url: str
    snippet: str


class _Matching(Func):
    """Ids of the exchange's versions that match a text.

    A function of the database, as for cases: under row-level security the planner may not use the
    index for an operator it does not trust.
    """

    function = "toolkits_matching"
    set_returning = True
    output_field = BigIntegerField()


def find_entries(
    *,
    actor: Actor,
    text: str = "",
    any_word: bool = False,
    kind: str = "",
    readers: str = "",
    language: str = "",
    downloads: bool = False,
) -> EntryQuerySet:
    """What the actor may read that fits, best first; without a text the most used first.

    Every word has to be there, ``"quoted words"`` side by side, ``-word`` nowhere.

    Args:
        any_word: one of the words is enough.
        readers: entries written for them alone, and for everyone.
        downloads: only those that can be downloaded (TK-02).
    """
    rows = Entry.objects.visible_to(actor).published().select_related("current").defer(*_LONG)
    text = tidy(text)
    if kind:
        rows = rows.filter(current__kind=kind)
    if readers:
        rows = rows.filter(current__readers__in={readers, Readers.EVERYONE})
    if language:
        rows = rows.filter(current__language=language)
    if downloads:
        rows = rows.filter(Q(current__kind=Kind.DOWNLOAD) | Q(current__document__isnull=False))
    rows = rows.annotate(uses=_uses(local_today(actor.exchange)))
    if not text:
        return rows.order_by("current__is_coming_soon", "-uses", "current__title", "pk")
    exchange = Exchange.objects.filter(pk=actor.exchange_id)
    found = exchange.annotate(
        found=_Matching(Value(text), Value(any_word, output_field=BooleanField()))
    )
    rows = rows.filter(current__in=found.values("found")).annotate(rank=_rank(text, any_word))
    return rows.order_by("-rank", "-uses", "current__title", "pk")


def rows_of(entries: Sequence[Entry], *, text: str = "", any_word: bool = False) -> list[EntryRow]:
    """Entries of :func:`find_entries` as list rows, with the hits marked; one statement more."""
    quotes = _quotes(entries, tidy(text), any_word) if text else {}
    return [_row(entry, quotes.get(entry.pk)) for entry in entries]


def search(actor: Actor, text: str, limit: int = 5) -> list[Hit]:
    """The best published entries for a text, as plain rows for the one search of the portal."""
    if not tidy(text):
        return []
    entries = list(find_entries(actor=actor, text=text)[:limit])
    return [_hit(row) for row in rows_of(entries, text=text)]


def suggest(actor: Actor, text: str, limit: int = 5) -> list[EntryRow]:
    """Entries that may answer what somebody is typing: the more of its words, the better."""
    text = tidy(text, MOST_SUGGESTED_FROM)
    if len(text) < 3:
        return []
    best = find_entries(actor=actor, text=text, any_word=True)[:limit]
    rank = attrgetter("rank")  # find_entries adds it
    return rows_of([entry for entry in best if rank(entry) >= _WORTH_SUGGESTING])


def drafts(actor: Actor) -> list[EntryVersion]:
    """For those who write: the newest version of every entry that is not published as it stands."""
    entries = Entry.objects.visible_to(actor).in_the_making()
    newest = EntryVersion.objects.filter(entry__in=entries).order_by("entry_id", "-number")
    found = newest.distinct("entry_id").select_related("entry", "written_by")
    return sorted(found, key=lambda version: version.written_at, reverse=True)


def tidy(text: str, limit: int = MOST_TYPED) -> str:
    """What was typed, on one line and not longer than ``limit`` characters."""
    return " ".join(text.replace("\x00", " ").split())[:limit]


def _uses(today: date) -> Coalesce:
    since = today - timedelta(days=USE_DAYS)
    counted = EntryUse.objects.filter(entry=OuterRef("pk"), day__gt=since).values("entry")
    total = counted.annotate(total=Sum("count")).values("total")
    return Coalesce(Subquery(total), 0)


def _query(text: str, any_word: bool) -> Func:
    return Func(
        F("current__language"),
        Value(text),
        Value(any_word, output_field=BooleanField()),
        function="toolkits_query",
        output_field=TextField(),
    )


def _rank(text: str, any_word: bool) -> Func:
    query = _query(text, any_word)
    return Func(F("current__words"), query, function="ts_rank", output_field=FloatField())


def _quotes(entries: Sequence[Entry], text: str, any_word: bool) -> Mapping[int, tuple[str, str]]:
    """Entry's id → its title and a piece of it around the hits, marked."""
    query = _query(text, any_word)
    all_of_it = Concat(
        "current__summary",
        Value("\n"),
        "current__text",
        Value("\n"),
        "current__document_text",
        output_field=TextField(),
    )
    marked = Entry.objects.filter(pk__in=[entry.pk for entry in entries]).values_list(
        "pk", _headline(F("current__title"), query, _WHOLE), _headline(all_of_it, query, _QUOTE)
    )
    return {pk: (title, quote) for pk, title, quote in marked}


def _headline(words: Any, query: Func, options: str) -> Func:
    config = Func(F("current__language"), function="toolkits_config", output_field=TextField())
    return Func(
        config, words, query, Value(options), function="ts_headline", output_field=TextField()
    )


def _row(entry: Entry, quoted: tuple[str, str] | None) -> EntryRow:
    version = entry.current
    assert version is not None  # what is published has one; the database sees to it
    return EntryRow(
        key=entry.key,
        url=reverse("toolkits:entry", args=[entry.key]),
        kind=version.get_kind_display(),
        title=version.title,
        summary=version.summary,
        marked=quoted or (version.title, ""),
        language=Language(version.language),
        readers=version.get_readers_display(),
        as_of=version.as_of,
        is_coming_soon=version.is_coming_soon,
        topics=version.topics,
        has_file=version.document_id is not None,
        has_link=bool(version.link),
        uses=getattr(entry, "uses", 0),
    )


def _hit(row: EntryRow) -> Hit:
    quote = highlight.as_text(row.marked[1])
    return Hit(title=row.title, url=row.url, snippet=quote or row.summary)
