"""What the messages to producers may say of an escalation besides its number (N-14, N-15).

The automatic mail's subject bears the Person ID because the guide has it so (MD-11, MD-18): the one
identifier of a consumer that any mail of the portal may name, in that one message
(docs/decisions/0014-the-person-id-in-one-subject.md).
"""

from collections.abc import Mapping

from escalations.producers import selectors
from escalations.producers.models import EscalatedConsumer, ProducerEscalation
from escalations.producers.table import REPLY
from portal.casework.models import Case, CaseLink
from portal.clocks.models import SlaPolicy

#: Variables of messages to producers.
VARIABLES = frozenset({"producer", "type_short", "person_id", "promise", "thread", "original"})


def values_for(case: Case, *, wanted: frozenset[str]) -> Mapping[str, str]:
    """What the wanted variables stand for; only they are looked up."""
    more = ProducerEscalation.objects.filter(case=case).first()
    values: dict[str, str] = {}
    if "producer" in wanted:
        values["producer"] = more.producer_name if more else ""
    if "thread" in wanted:
        values["thread"] = f"ref:_{more.thread_token}:ref" if more else ""
    if "type_short" in wanted:
        settings = selectors.type_settings(case)
        values["type_short"] = settings.mail_label if settings else ""
    if "person_id" in wanted:
        values["person_id"] = _person_id(case, more)
    if "promise" in wanted:
        values["promise"] = _promise(case)
    if "original" in wanted:
        values["original"] = _original(case)
    return values


def _person_id(case: Case, more: ProducerEscalation | None) -> str:
    if more is None or more.is_commission:
        return ""
    rows = EscalatedConsumer.objects.filter(case=case)
    return rows.values_list("consumer__person_id", flat=True).first() or ""


def _promise(case: Case) -> str:
    """The exchange's promise as it stands; nothing where it promises nothing (MD-20)."""
    policy = SlaPolicy.objects.filter(
        exchange_id=case.exchange_id,
        key=REPLY,
        is_active=True,
        measure=SlaPolicy.Measure.BUSINESS_DAYS,
    ).first()
    if policy is None:
        return ""
    days = "business day" if policy.limit == 1 else "business days"
    return f"You can expect a reply within {policy.limit} {days}."


def _original(case: Case) -> str:
    rows = CaseLink.objects.filter(from_case=case, kind=CaseLink.Kind.DUPLICATE)
    return rows.order_by("-pk").values_list("to_case__number", flat=True).first() or ""
