"""The two flags of an appeal: expedited, and continued enrollment (C.8 15; 10 CCR 6608)."""

from datetime import date

from django.core.exceptions import ValidationError

from escalations.appeals.common import past_day, screened, text_of
from escalations.appeals.models import AppealDetail
from portal.casework.machine import Refused
from portal.casework.models import Case
from portal.casework.services import Change, perform
from portal.tenancy.actor import Actor

_State = AppealDetail.Expedited


def ask_expedited(
    *, case: Case, actor: Actor, need: str, expected_version: int | None = None
) -> Case:
    """The consumer, or whoever assists, asks CDSS for an expedited appeal.

    Raises:
        Refused: it has been asked for, or granted.
        ValidationError: the immediate need for health services is not named.
    """
    need = text_of("need", need, "the immediate need for health services")

    def effect(case: Case) -> Change:
        detail = case.appeal
        if detail.expedited in (_State.ASKED, _State.GRANTED):
            raise Refused(f"This is on record already: {detail.get_expedited_display().lower()}.")
        detail.expedited, detail.expedited_because = _State.ASKED, need
        detail.denial_phoned_on = detail.denial_written_on = None
        detail.save()
        return Change(note=need, fields=["expedited"])

    return perform(
        case=case,
        act_key="ask_expedited",
        actor=actor,
        expected_version=expected_version,
        effect=effect,
    )


def decide_expedited(
    *,
    granted: bool,
    case: Case,
    actor: Actor,
    remark: str = "",
    expected_version: int | None = None,
) -> Case:
    """CDSS granted or denied it; granted, the case is urgent, denied, two clocks start.

    Raises:
        Refused: nobody asked for it.
    """
    remark = screened("the remark", remark)

    def effect(case: Case) -> Change:
        detail = case.appeal
        if detail.expedited != _State.ASKED:
            raise Refused("Nobody has asked for an expedited appeal.")
        detail.expedited = _State.GRANTED if granted else _State.DENIED
        detail.save(update_fields=["expedited"])
        columns = {"is_urgent": True} if granted else {}
        return Change(columns=columns, note=remark, fields=["expedited", *columns])

    return perform(
        case=case,
        act_key="grant_expedited" if granted else "deny_expedited",
        actor=actor,
        expected_version=expected_version,
        effect=effect,
    )


def record_continued(
    *,
    case: Case,
    actor: Actor,
    accepted_on: date | None = None,
    paid_on: date | None = None,
    expected_version: int | None = None,
) -> Case:
    """Whether the appellant accepted continued enrollment, and paid the premium (10 CCR 6608).

    Both together set the flag; an empty day takes it back.

    Raises:
        ValidationError: a day lies in the future, or a payment without acceptance.
    """
    for name, day in (("accepted_on", accepted_on), ("paid_on", paid_on)):
        if day is not None:
            past_day(name, day, actor.exchange)
    if paid_on is not None and accepted_on is None:
        raise ValidationError({"accepted_on": "Record first that the appellant accepted."})

    def effect(case: Case) -> Change:
        AppealDetail.objects.filter(case=case).update(
            continued_accepted_on=accepted_on, continued_paid_on=paid_on
        )
        return Change(fields=["continued_enrollment"])

    return perform(
        case=case,
        act_key="record_continued",
        actor=actor,
        expected_version=expected_version,
        effect=effect,
    )
