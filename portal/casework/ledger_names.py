"""How the ledger's pages write cases, and find those about a person."""

from collections.abc import Collection, Mapping

from django.contrib.postgres.search import SearchQuery
from django.db.models import Value

from portal.casework.models import Case
from portal.casework.search import CONFIG, MatchingCases, normal_identifier
from portal.ledger.names import Directory
from portal.tenancy.models import Exchange
from portal.tenancy.scope import current_exchange_id

#: A person is found by what is theirs alone; more hits than this are no person.
_MOST = 200


def _label(ids: Collection[int]) -> Mapping[int, str]:
    return dict(Case.objects.filter(pk__in=ids).values_list("pk", "number"))


def _by_number(text: str) -> Collection[int]:
    return list(Case.objects.filter(number__iexact=text.strip()).values_list("pk", flat=True))


def _about_person(text: str) -> Collection[int]:
    words = SearchQuery(text, config=CONFIG, search_type="plain")
    matching = MatchingCases(words, Value(normal_identifier(text)))
    exchange = Exchange.objects.filter(pk=current_exchange_id() or 0).annotate(found=matching)
    return list(exchange.values_list("found", flat=True)[:_MOST])


DIRECTORY = Directory(label=_label, by_number=_by_number, about_person=_about_person)
