"""One search box for numbers, names and text, behind the gate (decision 6, X-04)."""

import re
from collections.abc import Iterable, Sequence

from django.contrib.postgres.search import SearchQuery, SearchVector
from django.db.models import BigIntegerField, F, Func, Value
from django.urls import reverse

from portal.casework import kinds
from portal.casework.models import Case, CaseText
from portal.casework.querysets import CaseQuerySet
from portal.casework.rows import for_rows, project_rows
from portal.tenancy.actor import Actor
from portal.tenancy.models import Exchange
from portal.tenancy.sight import prepared_for
from portal.ui.search import Found, Source

#: Text search configuration: no stemming, so that names are found as they are written.
CONFIG = "simple"
_NOT_WORD = re.compile(r"[^0-9a-z@.]+")


def normal_identifier(text: str) -> str:
    """An identifier as it is compared: lower case, letters and digits only.

    E-mail addresses keep ``@`` and dots; a phone number is its digits.
    """
    text = text.strip().lower()
    if "@" in text:
        return _NOT_WORD.sub("", text)
    return re.sub(r"[^0-9a-z]", "", text)


def index_case(*, case: Case, texts: Iterable[str], identifiers: Iterable[str]) -> None:
    """Keep what a case can be found by; the service that writes the details calls this."""
    CaseText.objects.bulk_create(
        [build_text(case=case, texts=texts, identifiers=identifiers)],
        update_conflicts=True,  # one statement, where asking first would take five
        unique_fields=["case"],
        update_fields=["words", "identifiers"],
    )


def build_text(*, case: Case, texts: Iterable[str], identifiers: Iterable[str]) -> CaseText:
    """The unsaved row a case is found by; for services that write many at once."""
    known = {normal_identifier(i) for i in identifiers if i} - {""}
    return CaseText(
        case=case,
        exchange_id=case.exchange_id,
        words=SearchVector(Value(" ".join(t for t in texts if t)), config=CONFIG),
        identifiers=sorted(known),
    )


class MatchingCases(Func):
    """Ids of the exchange's cases whose words or identifiers match; one row for each.

    A function of the database: under row-level security the planner may not use the text index
    for an operator it does not trust, and would read every row of the exchange instead.
    """

    function = "casework_matching_cases"
    set_returning = True
    output_field = BigIntegerField()


def search_cases(*, actor: Actor, text: str) -> CaseQuerySet:
    """Cases the actor may know of that match.

    A case number matches for everybody who may know of the case. Words and other identifiers
    match only cases that show the actor their details, so that neither a hit nor a count tells
    an office anything (EA-19).
    """
    text = _tidy(text)
    if not text:
        return Case.objects.none()
    return _matching(actor, text, normal_identifier(text), _numbers(text))


def first_rows(*, actor: Actor, text: str, limit: int) -> list[Case]:
    """The newest cases that match, at most so many, with all a row needs; one statement."""
    text = _tidy(text)
    if not text:
        return []
    numbers = _numbers(text)

    def build(actor: Actor, text: str, identifier: str, numbers: Sequence[str]) -> CaseQuerySet:
        rows = for_rows(_matching(actor, text, identifier, numbers), actor)
        return rows.order_by("-opened_at", "-pk")[:limit]

    query = prepared_for(
        actor,
        ("casework.search", limit, len(numbers)),
        lambda sight, slots: build(
            sight,
            slots.text("text"),
            slots.text("identifier"),
            [slots.text(f"number{n}") for n, _ in enumerate(numbers)],
        ),
    )
    if query is None:
        return list(build(actor, text, normal_identifier(text), numbers))
    written = {f"number{n}": number for n, number in enumerate(numbers)}
    return query.rows(text=text, identifier=normal_identifier(text), **written)


def find_cases(actor: Actor, text: str, limit: int) -> Found:
    """Cases for the one search, each row showing no more than its page would.

    A case number that names the only hit leads to its page.
    """
    found = first_rows(actor=actor, text=text, limit=limit + 1)
    if len(found) == 1 and found[0].number.lower() == text.lower():
        return Found(leads_to=reverse(kinds.get(found[0].kind).url_name, args=[found[0].number]))
    rows = project_rows(actor, found[:limit], surface="search")
    return Found(rows=rows, has_more=len(found) > limit)


SOURCE = Source(
    key="cases",
    label="Cases",
    find=find_cases,
    hints=(
        "The number of a case, in full: its page opens at once.",
        "Other numbers people quote: case or application ID, incident or ticket number, telephone,"
        " email.",
        "A name, or words of a case’s description, as they are written.",
    ),
    action="casework.view",
    order=10,
    template="casework/_found.html",
)


def _tidy(text: str) -> str:
    return " ".join(text.split())[:200]


def _numbers(text: str) -> Sequence[str]:
    """The case numbers a text may be, as they are written; none when it has several words."""
    return () if " " in text else (text, text.upper(), text.lower())


def _matching(actor: Actor, text: str, identifier: str, numbers: Sequence[str]) -> CaseQuerySet:
    visible = Case.objects.visible_to(actor)
    matching = MatchingCases(
        SearchQuery(text, config=CONFIG, search_type="plain"), Value(identifier)
    )
    exchange = Exchange.objects.filter(pk=actor.exchange_id)
    in_text = exchange.annotate(found=matching).values(found_id=F("found"))
    detailed = Case.objects.detailed_to(actor).filter(pk__in=in_text).order_by()
    if not numbers:
        return visible.filter(pk__in=detailed.values("pk"))
    # Both ways in have an index of their own; an OR of the two would use neither.
    by_number = Case.objects.filter(number__in=numbers).order_by()
    return visible.filter(pk__in=by_number.values("pk").union(detailed.values("pk"), all=True))
