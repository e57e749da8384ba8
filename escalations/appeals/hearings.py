"""Hearing and statement of position (AP-02, AP-03, AP-09; C.8 6–10).

The hearing is a fact of its own and the status follows it, because scheduling and the statement
of position run in parallel. Whatever came first, no hearing is recorded as held before the
statement was delivered to both sides.
"""

from datetime import date, datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from escalations.appeals import packets
from escalations.appeals.common import check_columns, own_file, screened, text_of
from escalations.appeals.models import AppealDetail, Delivery, Hearing
from escalations.appeals.steps import live_hearing, start
from escalations.appeals.table.hearing import BY_HEARING_DATE
from portal.casework.machine import Refused
from portal.casework.models import Attachment, Case
from portal.casework.services import Change, perform
from portal.clocks.effects import ClockEffect, Effect
from portal.tenancy.actor import Actor

_State = Hearing.State
#: Statuses in which setting a hearing makes the appeal wait for it.
_THEN_SCHEDULED = ("statement_of_position", "sop_delivered", "postponed")
#: A hearing can be recorded a little after the fact, not invented years ahead.
_FARTHEST = timedelta(days=730)


@transaction.atomic
def schedule_hearing(
    *,
    case: Case,
    actor: Actor,
    at: datetime,
    format: str,
    place: str = "",
    judge: str = "",
    notice_on: date | None = None,
    expected_version: int | None = None,
) -> Case:
    """Record the hearing CDSS set, also again after a postponement.

    Args:
        at: when it begins (UTC); people enter it in the exchange's zone.
        notice_on: day CDSS sent the notice of hearing, if it has.

    Raises:
        Refused: a hearing is set already.
        ValidationError: the time has passed, or lies more than two years ahead.
    """
    place, judge = screened("the place", place), screened("the judge", judge)
    now = timezone.now()
    if at <= now:
        raise ValidationError({"at": "Choose a time that is still to come."})
    if at > now + _FARTHEST:
        raise ValidationError({"at": "This is more than two years ahead. Check the year."})

    def effect(case: Case) -> Change:
        hearing = Hearing.objects.filter(case=case).first()
        if hearing is not None and hearing.state == _State.SCHEDULED:
            raise Refused("A hearing is set already. If it has moved, postpone it first.")
        if hearing is None:
            hearing = Hearing(exchange_id=case.exchange_id, case=case)
        else:
            hearing.sequence += 1
        hearing.state, hearing.at, hearing.format = _State.SCHEDULED, at, format
        hearing.place, hearing.judge = place, judge or hearing.judge
        hearing.notice_on, hearing.record_opened_on = notice_on, None
        hearing.changed_at = now
        check_columns(hearing, ("format", "place", "judge"))
        hearing.save()
        return Change(
            event_data={"at": at.isoformat(), "format": format},
            fields=["hearing"],
            clocks=_clocks_before(case, hearing),
        )

    case = perform(
        case=case,
        act_key="schedule_hearing",
        actor=actor,
        expected_version=expected_version,
        effect=effect,
    )
    return _follow(case, actor, "hearing_set") if case.status in _THEN_SCHEDULED else case


@transaction.atomic
def postpone_hearing(
    *, case: Case, actor: Actor, reason: str, expected_version: int | None = None
) -> Case:
    """CDSS postponed the hearing; what is reckoned from its day starts again with a new one.

    Raises:
        Refused: no hearing is set.
        ValidationError: no reason.
    """
    reason = text_of("reason", reason, "why it was postponed")

    def effect(case: Case) -> Change:
        hearing = live_hearing(case)
        hearing.state = _State.POSTPONED
        hearing.sequence += 1
        hearing.postponements += 1
        hearing.changed_at = timezone.now()
        hearing.save()
        return Change(note=reason, event_data={"at": hearing.at.isoformat()}, fields=["hearing"])

    case = perform(
        case=case,
        act_key="postpone_hearing",
        actor=actor,
        expected_version=expected_version,
        effect=effect,
    )
    return _follow(case, actor, "hearing_off") if case.status == "hearing_scheduled" else case


def begin_sop(*, case: Case, actor: Actor, expected_version: int | None = None) -> Case:
    """The appeal was not resolved informally: the statement of position is written.

    Raises:
        Refused: the day of the hearing is not known.
    """

    def effect(case: Case) -> Change:
        live_hearing(case)
        return Change()

    return perform(
        case=case,
        act_key="begin_sop",
        actor=actor,
        expected_version=expected_version,
        effect=effect,
    )


@transaction.atomic
def deliver(
    *,
    case: Case,
    actor: Actor,
    recipient: str,
    at: datetime,
    way: str,
    evidence: str,
    attachment: Attachment | None = None,
    expected_version: int | None = None,
) -> Case:
    """Record that the statement of position and its documents reached one of the two (AP-02).

    When both have it, the clock stops, and the status follows.

    Args:
        at: when it was delivered (UTC).
        evidence: what shows it, e.g. a tracking number.

    Raises:
        Refused: a paper of the packet is missing; names it.
        ValidationError: no evidence, or a time that lies in the future.
    """
    evidence = text_of("evidence", evidence, "what shows the delivery")
    if at > timezone.now():
        raise ValidationError({"at": "A delivery cannot lie in the future."})

    def effect(case: Case) -> Change:
        packets.require_complete(case)
        Delivery.objects.create(
            exchange_id=case.exchange_id,
            case=case,
            recipient=recipient,
            at=at,
            way=way,
            delivered_by=actor.person,
            evidence=evidence,
            attachment=own_file(case, attachment),
        )
        both = not missing_deliveries(case)
        return Change(
            event_data={"recipient": recipient, "way": way},
            fields=["deliveries"],
            clocks=[ClockEffect(Effect.STOP, "appeal.sop")] if both else (),
        )

    case = perform(
        case=case, act_key="deliver", actor=actor, expected_version=expected_version, effect=effect
    )
    if case.status == "statement_of_position" and not missing_deliveries(case):
        case = _follow(case, actor, "sop_complete")
        if Hearing.objects.filter(case=case, state=_State.SCHEDULED).exists():
            case = _follow(case, actor, "hearing_set")
    return case


def missing_deliveries(case: Case, before: datetime | None = None) -> list[str]:
    """To whom the statement of position has not been delivered, before an instant (UTC)."""
    rows = Delivery.objects.filter(case=case)
    if before is not None:
        rows = rows.filter(at__lt=before)
    have = set(rows.values_list("recipient", flat=True))
    return [choice.label for choice in Delivery.Recipient if choice.value not in have]


def hold_hearing(
    *, case: Case, actor: Actor, judge: str, remark: str = "", expected_version: int | None = None
) -> Case:
    """The hearing was held before the judge who is named (AP-03).

    Raises:
        Refused: the statement of position was not delivered to both before it (AP-09), or the
            hearing still lies ahead; says what is missing.
        ValidationError: no judge.
    """
    judge = text_of("judge", judge, "the Administrative Law Judge's name")
    remark = screened("the remark", remark)

    def effect(case: Case) -> Change:
        hearing = live_hearing(case)
        if missing := missing_deliveries(case, before=hearing.at):
            raise Refused(
                "A hearing cannot be recorded as held without the statement of position."
                f" No delivery before the hearing is on record to: {' and '.join(missing)}."
            )
        if hearing.at > timezone.now():
            raise Refused("The hearing lies still ahead. If it was moved, postpone it first.")
        hearing.state, hearing.judge = _State.HELD, judge
        hearing.changed_at = timezone.now()
        hearing.save()
        expedited = case.appeal.expedited == AppealDetail.Expedited.GRANTED
        return Change(
            note=remark,
            fields=["hearing"],
            clocks=start("appeal.expedited_decision", party="appeals_entity") if expedited else (),
        )

    return perform(
        case=case,
        act_key="hold_hearing",
        actor=actor,
        expected_version=expected_version,
        effect=effect,
    )


def _clocks_before(case: Case, hearing: Hearing) -> list[ClockEffect]:
    """The clocks that are due before the hearing, but for what is done."""
    done = set()
    if hearing.notice_on is not None:
        done.add("appeal.hearing_notice")
    if not missing_deliveries(case):
        done.add("appeal.sop")
    return [
        ClockEffect(Effect.START, key, counts_from=hearing.at)
        for key in BY_HEARING_DATE
        if key not in done
    ]


def _follow(case: Case, actor: Actor, act_key: str) -> Case:
    """Let the status follow what was just recorded; the system does it, in the same act."""
    system = Actor.system(actor.exchange, channel=actor.channel)
    return perform(case=case, act_key=act_key, actor=system)
