"""Help desk tickets: drafted, with the vendor, fixed or rejected, and the cases they hold (ES-03).

One help desk ticket holds many cases. Its fix, its rejection or its cancellation sets free every
one that still waits, in the same transaction and with a row of history each; a case that has
ended meanwhile is left alone.

Everybody locks a help desk ticket before the cases it holds, so that a case that begins to wait
and a fix that is recorded at the same moment cannot lock each other out.
"""

from collections.abc import Callable
from functools import partial

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from escalations.tickets.help_desk_table import HELP_DESK_MACHINE, HOLDS
from escalations.tickets.machines import HELP_DESK
from escalations.tickets.models import HeldCase, HelpDeskTicket, TicketDetail, TicketType
from escalations.tickets.opening import open_ticket, reindex
from portal.casework.machine import Refused
from portal.casework.models import Case
from portal.casework.services import Change, lock_case, perform, require_text
from portal.documents.refusals import SsnRefused
from portal.documents.ssn import contains_ssn
from portal.tenancy.actor import Actor
from portal.tenancy.roles import Family

KIND = HELP_DESK_MACHINE.kind


def visible(actor: Actor) -> Q | None:
    """Whoever tracks them sees all; another unit those in its queue, those it asked for, and
    those its cases wait for."""
    if not actor.may("tickets.view") or actor.family is not Family.UNIT:
        return None
    if actor.may("tickets.track_help_desk") or actor.may("tickets.request_help_desk"):
        return Q()
    return Q(queue_id__in=actor.organization_ids) | Q(opened_by_id=actor.person_id)


def holding(actor: Actor) -> QuerySet[Case]:
    """The help desk tickets the actor may let a case wait for, newest first."""
    rows = Case.objects.visible_to(actor).filter(kind=KIND, status__in=HOLDS)
    return rows.select_related("help_desk_ticket").order_by("-opened_at")


@transaction.atomic
def draft_help_desk_ticket(*, actor: Actor, system: str, subject: str, description: str) -> Case:
    """Draft a help desk ticket for the unit that tracks them.

    Raises:
        Refused: the exchange has no type of ticket worked as one.
        SsnRefused: subject or description holds a Social Security number.
    """
    subject = _text("subject", subject, "a subject line")
    description = _text("description", description, "what the vendor should fix")
    rows = TicketType.objects.filter(exchange=actor.exchange, kind=KIND, is_active=True)
    ticket_type = rows.first()
    if ticket_type is None:
        raise Refused("This exchange has no type of ticket for the help desk. Add it first.")
    case = open_ticket(actor=actor, ticket_type=ticket_type, summary=description)
    HelpDeskTicket.objects.filter(case=case).update(system=system, subject=subject)
    return case


def opened(case: Case, actor: Actor) -> None:
    """Every help desk ticket has its own row, also one opened like any other ticket."""
    subject = case.ticket.summary.partition("\n")[0][:120]
    HelpDeskTicket.objects.create(
        exchange_id=case.exchange_id,
        case=case,
        system=HelpDeskTicket.System.CALHEERS,
        subject=subject,
    )


@transaction.atomic
def wait_for_help_desk(
    *,
    case: Case,
    actor: Actor,
    help_desk: Case | None = None,
    system: str = HelpDeskTicket.System.CALHEERS,
    subject: str = "",
    description: str = "",
    expected_version: int | None = None,
) -> Case:
    """Let a case wait for a help desk ticket: one that is there, or one drafted in the same act.

    Args:
        help_desk: None: draft one from ``system``, ``subject`` and ``description``.

    Raises:
        Refused: the help desk ticket is fixed, rejected or closed already.
        ValidationError: neither a ticket nor what a draft needs is given; by field.
    """
    if help_desk is None:
        help_desk = draft_help_desk_ticket(
            actor=actor, system=system, subject=subject, description=description
        )
    chosen = lock_case(help_desk.pk, actor=actor)
    if chosen.kind != KIND or chosen.status not in HOLDS:
        raise Refused(f"Nothing can wait for {chosen.number} any more.")

    def effect(case: Case) -> Change:
        HeldCase.objects.create(exchange_id=case.exchange_id, case=case, help_desk=chosen)
        return Change(event_data={"help_desk": chosen.pk}, fields=["help_desk"])

    return perform(
        case=case,
        act_key="wait_for_help_desk",
        actor=actor,
        expected_version=expected_version,
        effect=effect,
    )


def go_on_without_help_desk(
    *, case: Case, actor: Actor, reason: str, expected_version: int | None = None
) -> Case:
    """Take a case out of a help desk ticket's hands before that is done."""
    reason = require_text("reason", reason, "why you go on without it")

    def effect(case: Case) -> Change:
        case.holds.filter(released_at=None).update(released_at=timezone.now())
        return Change(note=reason, fields=["help_desk"])

    return perform(
        case=case,
        act_key="help_desk_done",
        actor=actor,
        expected_version=expected_version,
        effect=effect,
    )


def submit_help_desk_ticket(
    *, case: Case, actor: Actor, vendor_number: str, expected_version: int | None = None
) -> Case:
    """Record that the vendor has it, under which number."""
    vendor_number = _text("vendor_number", vendor_number, "the vendor's ticket number")

    def effect(case: Case) -> Change:
        HelpDeskTicket.objects.filter(case=case).update(
            vendor_number=vendor_number, submitted_at=timezone.now()
        )
        detail = TicketDetail.objects.select_related("case", "ticket_type").get(case=case)
        # The vendor quotes its own number: it is found like one of ours.
        reindex(detail, identifiers=[vendor_number])
        return Change(fields=["vendor_number"])

    return perform(
        case=case,
        act_key="submit_help_desk",
        actor=actor,
        expected_version=expected_version,
        effect=effect,
    )


def edit_help_desk_ticket(
    *,
    case: Case,
    actor: Actor,
    system: str,
    subject: str,
    description: str,
    expected_version: int | None = None,
) -> Case:
    """Change a draft before it is submitted."""
    subject = _text("subject", subject, "a subject line")
    description = _text("description", description, "what the vendor should fix")

    def effect(case: Case) -> Change:
        HelpDeskTicket.objects.filter(case=case).update(system=system, subject=subject)
        detail = TicketDetail.objects.select_related("case", "ticket_type").get(case=case)
        detail.summary = description
        detail.save(update_fields=["summary"])
        reindex(detail)
        return Change(fields=["system", "subject", "summary"])

    return perform(
        case=case,
        act_key="edit_help_desk",
        actor=actor,
        expected_version=expected_version,
        effect=effect,
    )


@transaction.atomic
def record_fix(*, case: Case, actor: Actor, fix: str, expected_version: int | None = None) -> Case:
    """Record the vendor's data fix; every case that waits for it goes on."""
    fix = _text("fix", fix, "what was fixed")

    def effect(case: Case) -> Change:
        HelpDeskTicket.objects.filter(case=case).update(fix=fix)
        return Change(fields=["fix"])

    case = perform(
        case=case,
        act_key="record_fix",
        actor=actor,
        expected_version=expected_version,
        effect=effect,
    )
    _release(case, "The help desk's data fix is applied.")
    return case


@transaction.atomic
def reject_help_desk_ticket(
    *, case: Case, actor: Actor, reason: str, expected_version: int | None = None
) -> Case:
    """Record that the vendor will not fix it; every case that waits for it goes on, told why."""
    reason = _text("reason", reason, "the vendor's reason")

    def effect(case: Case) -> Change:
        HelpDeskTicket.objects.filter(case=case).update(rejected_because=reason)
        return Change(note=reason, fields=["rejected_because"])

    case = perform(
        case=case,
        act_key="reject_help_desk",
        actor=actor,
        expected_version=expected_version,
        effect=effect,
    )
    _release(case, f"The help desk has rejected it: {reason}")
    return case


@transaction.atomic
def cancel_help_desk_ticket(
    *, case: Case, actor: Actor, reason: str = "", expected_version: int | None = None
) -> Case:
    """Give a draft up; every case that waits for it goes on."""
    reason = reason.strip()
    case = perform(
        case=case,
        act_key="cancel",
        actor=actor,
        expected_version=expected_version,
        effect=lambda case: Change(note=reason),
    )
    _release(case, "The help desk ticket was cancelled.")
    return case


def _noted(
    *,
    act_key: str,
    case: Case,
    actor: Actor,
    reason: str,
    expected_version: int | None = None,
) -> Case:
    change = Change(note=_text("reason", reason, "what was found"))
    return perform(
        case=case,
        act_key=act_key,
        actor=actor,
        expected_version=expected_version,
        effect=lambda case: change,
    )


def _plain(*, act_key: str, case: Case, actor: Actor, expected_version: int | None = None) -> Case:
    return perform(case=case, act_key=act_key, actor=actor, expected_version=expected_version)


#: The weekly look after it, and a fix that turned out not to work.
review_with_vendor: Callable[..., Case] = partial(_noted, act_key="help_desk_followed_up")
fix_failed: Callable[..., Case] = partial(_noted, act_key="fix_failed")
vendor_works: Callable[..., Case] = partial(_plain, act_key="vendor_works")
verify_fix: Callable[..., Case] = partial(_plain, act_key="verify_fix")


def _release(help_desk: Case, why: str) -> None:
    """Let every case that still waits for a help desk ticket go on, as the system."""
    system = Actor.system(help_desk.exchange)
    now = timezone.now()
    holds = help_desk.held.filter(released_at=None)
    held = list(holds.order_by("case_id").values_list("case_id", flat=True))
    holds.update(released_at=now)
    change = Change(note=why, event_data={"help_desk": help_desk.pk})
    for case_id in held:
        case = lock_case(case_id, actor=system)
        if case.status == HELP_DESK.status:  # it may have ended, or gone on without us
            perform(case=case, act_key=HELP_DESK.end, actor=system, effect=lambda case: change)


def _text(name: str, text: str, label: str) -> str:
    text = require_text(name, text, label)
    if contains_ssn(text):
        raise SsnRefused(label)
    return text


def held_by(case: Case) -> HeldCase | None:
    """What holds a case now."""
    rows = case.holds.filter(released_at=None).select_related("help_desk__help_desk_ticket")
    return rows.first()
