"""One search box for numbers, names and text, behind the gate (decision 6, X-04)."""

import re
from collections.abc import Iterable

from django.contrib.postgres.search import SearchQuery, SearchVector
from django.db.models import Q, Value

from portal.casework.models import Case, CaseText
from portal.casework.querysets import CaseQuerySet
from portal.tenancy.actor import Actor

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
    known = {normal_identifier(i) for i in identifiers if i} - {""}
    words = SearchVector(Value(" ".join(t for t in texts if t)), config=CONFIG)
    CaseText.objects.update_or_create(
        case=case,
        defaults={
            "exchange_id": case.exchange_id,
            "words": words,
            "identifiers": sorted(known),
        },
    )


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
    by_number = Q(number__iexact=text)
    in_text = CaseText.objects.filter(exchange_id=actor.exchange_id).filter(
        Q(identifiers__contains=[normal_identifier(text)])
        | Q(words=SearchQuery(text, config=CONFIG, search_type="plain"))
    )
    detailed = Case.objects.detailed_to(actor).filter(pk__in=in_text.values("case_id"))
    return visible.filter(by_number | Q(pk__in=detailed.values("pk")))
