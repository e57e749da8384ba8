"""One search box for numbers, names and text, behind the gate (decision 6, X-04)."""

import re
from collections.abc import Iterable

from django.contrib.postgres.search import SearchQuery, SearchVector
from django.db.models import BigIntegerField, F, Func, Value

from portal.casework.models import Case, CaseText
from portal.casework.querysets import CaseQuerySet
from portal.tenancy.actor import Actor
from portal.tenancy.models import Exchange

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
    text = " ".join(text.split())[:200]
    visible = Case.objects.visible_to(actor)
    if not text:
        return visible.none()
    matching = MatchingCases(
        SearchQuery(text, config=CONFIG, search_type="plain"), Value(normal_identifier(text))
    )
    exchange = Exchange.objects.filter(pk=actor.exchange_id)
    in_text = exchange.annotate(found=matching).values(found_id=F("found"))
    detailed = Case.objects.detailed_to(actor).filter(pk__in=in_text).order_by()
    if " " in text:  # no case number
        return visible.filter(pk__in=detailed.values("pk"))
    # Both ways in have an index of their own; an OR of the two would use neither.
    by_number = Case.objects.filter(number__in={text, text.upper(), text.lower()}).order_by()
    return visible.filter(pk__in=by_number.values("pk").union(detailed.values("pk"), all=True))
