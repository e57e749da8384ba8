"""What a person does with a mail: make it a case, add it to one, set it aside, hand it on."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from escalations.constituent.models import ConstituentDetail
from escalations.constituent.services import reply_for_office, submit_case
from notifications.inbound.filing import close, open_mail
from notifications.inbound.models import RawMail
from notifications.inbound.papers import screen_files, store_papers
from notifications.inbound.quoting import reply_of
from portal.casework.machine import Refused
from portal.casework.models import Case, OutboxMessage
from portal.casework.services import require_text, wake_dispatcher
from portal.documents.refusals import SsnRefused
from portal.documents.ssn import contains_ssn
from portal.ledger.services import record
from portal.tenancy.actor import Actor
from portal.tenancy.models import Membership, Organization, Person

ACTION = "inbound.triage"
#: A mail that was ignored can still be filed: machines and lists bring words too.
_OPEN = (RawMail.State.HELD, RawMail.State.IGNORED)


def colleagues_of(actor: Actor) -> Any:
    """Whom a mail can be handed to: everybody of the exchange who deals with mail, but oneself."""
    members = Membership.objects.current().filter(
        exchange_id=actor.exchange_id, role__actions__contains=[ACTION]
    )
    people = Person.objects.filter(pk__in=members.values("person_id"))
    return people.exclude(pk=actor.person_id or 0).order_by("full_name")


@transaction.atomic
def file_as_case(
    *,
    actor: Actor,
    mail: RawMail,
    office: Organization,
    description: str,
    office_contact: str = "",
    constituent_name: str = "",
    case_or_application_id: str = "",
    date_of_birth: date | None = None,
    phone: str = "",
    email: str = "",
) -> Case:
    """Make a mail a new case of an office; the person vouches for who sent it.

    The sender is not answered: only the office's own people learn of its case.

    Raises:
        NotAllowed: the actor does not deal with mail, or may not record cases.
        RawMail.DoesNotExist: there is no such mail for the actor.
        Refused: somebody has dealt with it meanwhile, or its original is forgotten.
        ValidationError: a field is wrong; names it.
        SsnRefused: a text holds a Social Security number.
    """
    mail = _lock(actor, mail)
    stored = store_papers(actor=actor, papers=screen_files(open_mail(mail).files))
    case = submit_case(
        actor=actor,
        office=office,
        channel=ConstituentDetail.Channel.MAIL,
        description=description,
        office_contact=office_contact,
        constituent_name=constituent_name,
        case_or_application_id=case_or_application_id,
        date_of_birth=date_of_birth,
        phone=phone,
        email=email,
        documents=stored.documents,
        release_form=stored.release_form,
    )
    mail.office = office
    close(mail, RawMail.Reason.NEW_CASE, case, stored, actor=actor, now=timezone.now())
    return case


@transaction.atomic
def add_to_case(*, actor: Actor, mail: RawMail, case: Case) -> Case:
    """Add a mail's words and papers to a constituent case the actor may know of.

    Raises:
        NotAllowed, RawMail.DoesNotExist, Refused: as for :func:`file_as_case`; also where the
            case takes no messages in its status.
        ValidationError: the case is no constituent case.
    """
    mail = _lock(actor, mail)
    if case.kind != "constituent":
        raise ValidationError({"case": "Choose a constituent case."})
    parsed = open_mail(mail)
    stored = store_papers(actor=actor, papers=screen_files(parsed.files))
    case = reply_for_office(
        case=case,
        actor=actor,
        message=reply_of(parsed.text) or parsed.subject or "A mail without words.",
        documents=stored.documents,
        release_form=stored.release_form,
        act_key="take_mail",
    )
    mail.office = case.organization
    close(mail, RawMail.Reason.ON_CASE, case, stored, actor=actor, now=timezone.now())
    return case


@transaction.atomic
def ignore_mail(*, actor: Actor, mail: RawMail, reason: str) -> RawMail:
    """Set a mail aside, and say why.

    Raises:
        NotAllowed, RawMail.DoesNotExist, Refused: as for :func:`file_as_case`.
        ValidationError: no reason.
        SsnRefused: the reason holds a Social Security number.
    """
    mail = _lock(actor, mail, states=(RawMail.State.HELD,))
    mail.note = require_text("reason", reason, "why the mail is set aside")
    if contains_ssn(mail.note):
        raise SsnRefused("the reason")
    mail.state, mail.reason = RawMail.State.IGNORED, RawMail.Reason.BY_PERSON
    mail.decided_at, mail.decided_by = timezone.now(), actor.person
    mail.save()
    record(actor=actor, action="inbound.ignored", data={"mail": mail.pk})
    return mail


@transaction.atomic
def hand_over(*, actor: Actor, mail: RawMail, colleague: Person) -> RawMail:
    """Hand a mail to a colleague who deals with mail.

    Raises:
        NotAllowed, RawMail.DoesNotExist, Refused: as for :func:`file_as_case`.
        ValidationError: the colleague does not deal with mail.
    """
    mail = _lock(actor, mail, states=(RawMail.State.HELD,))
    if not colleagues_of(actor).filter(pk=colleague.pk).exists():
        raise ValidationError({"colleague": "Choose a colleague who deals with mail."})
    mail.handler = colleague
    mail.save(update_fields=["handler"])
    OutboxMessage.objects.create(
        exchange=actor.exchange,
        key="inbound.handed",
        recipient=colleague,
        dedupe_key=f"inbound.handed:{mail.pk}:{colleague.pk}:{timezone.now().isoformat()}",
    )
    wake_dispatcher()
    record(actor=actor, action="inbound.handed", data={"mail": mail.pk, "to": colleague.pk})
    return mail


def _lock(actor: Actor, mail: RawMail, *, states: tuple[str, ...] = _OPEN) -> RawMail:
    actor.require(ACTION)
    rows = RawMail.objects.visible_to(actor).select_for_update(of=("self",))
    locked = rows.select_related("exchange", "mailbox").get(pk=mail.pk)
    if locked.state not in states:
        raise Refused("Somebody has dealt with this mail meanwhile.")
    if locked.sealed is None and states is _OPEN:
        raise Refused("The original of this mail is no longer kept, so it cannot be filed.")
    return locked
