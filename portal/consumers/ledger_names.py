"""How the ledger's pages write consumers, and find them."""

from collections.abc import Collection, Mapping

from django.db.models import Q

from portal.consumers.models import Consumer
from portal.ledger.names import Directory

#: More hits than this are no person.
_MOST = 200


def _label(ids: Collection[int]) -> Mapping[int, str]:
    return dict(Consumer.objects.filter(pk__in=ids).values_list("pk", "case_number"))


def _about_person(text: str) -> Collection[int]:
    text = text.strip()
    rows = Consumer.objects.filter(
        Q(case_number=text)
        | Q(application_id__iexact=text)
        | Q(full_name__iexact=text)
        | Q(phone=text)
        | Q(email__iexact=text)
    )
    return list(rows.values_list("pk", flat=True)[:_MOST])


DIRECTORY = Directory(label=_label, about_person=_about_person)
