"""What can happen to a demonstration case, each as one step on one day.

A step is made by a function named after the act; ``acknowledge(3)`` is the step that acknowledges
three open days ago. Stories (:mod:`config.demo.stories`) are lists of steps.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from config.demo.stage import Stage
from escalations.constituent import endings
from escalations.constituent import services as constituent
from escalations.constituent.models import ReferralContact
from escalations.releases import services as releases
from escalations.releases.models import Release
from escalations.tickets import services as tickets
from escalations.tickets.models import ResolutionCode
from portal.casework import common_acts
from portal.casework.models import Case, CaseLink
from portal.clocks.services import zone
from portal.documents.models import Document
from portal.tenancy.actor import Actor

ANALYST, LEAD = "ea.analyst@covered.example", "ea.lead@covered.example"
#: Office code → who sends its cases.
OFFICE_STAFF = {
    "assembly-13": "staff@assembly13.example",
    "senate-07": "staff@senate07.example",
}
#: Unit code → who works its queue.
WORKERS = {
    "escalations-unit": "eru.specialist@covered.example",
    "priority-support-unit": "psu.specialist@covered.example",
    "program-assistance-unit": "pau.specialist@covered.example",
    "appeals": "appeals.specialist@covered.example",
    "escalated-cases-team": "ect@mhc.example",
    "producer-operations": "pot@mhc.example",
    "tier-1": "tier1@calchoice.example",
    "tier-2": "tier2@calchoice.example",
    "tier-3": "tier3@calchoice.example",
}


@dataclass(frozen=True)
class Step:
    """One act on one day."""

    days_ago: int
    perform: Callable[[Stage, Case], Any]

    def play(self, stage: Stage, case: Case) -> None:
        """Move the clock and perform the act on the case as it now is."""
        stage.go_on(self.days_ago)
        self.perform(stage, Case.objects.get(pk=case.pk))


def _by_analyst(
    days_ago: int, service: Callable[..., Any], *, who: str = ANALYST, **data: Any
) -> Step:
    return Step(days_ago, lambda stage, case: service(case=case, actor=stage.actor(who), **data))


def acknowledge(days_ago: int) -> Step:
    return _by_analyst(days_ago, constituent.acknowledge)


def review(days_ago: int) -> Step:
    return _by_analyst(days_ago, constituent.begin_review)


def take_by_analyst(days_ago: int) -> Step:
    return _by_analyst(days_ago, common_acts.take_case)


def ask_office(days_ago: int, *items: str) -> Step:
    return _by_analyst(days_ago, constituent.ask_office, items=items)


def update(days_ago: int, text: str) -> Step:
    return _by_analyst(days_ago, constituent.post_update, text=text)


def note(days_ago: int, body: str) -> Step:
    return Step(
        days_ago,
        lambda stage, case: common_acts.add_note(
            case=case,
            actor=stage.actor(ANALYST),
            body=body,
            mentions=[person] if (person := stage.actor(LEAD).person) else [],
        ),
    )


def notify(days_ago: int) -> Step:
    return _by_analyst(days_ago, endings.notify_office)


def close(days_ago: int) -> Step:
    return _by_analyst(days_ago, endings.close_case)


def withdraw(days_ago: int, reason: str) -> Step:
    return _by_analyst(days_ago, endings.withdraw_case, reason=reason)


def reopen(days_ago: int, reason: str) -> Step:
    return _by_analyst(days_ago, endings.reopen_case, who=LEAD, reason=reason)


def watch(days_ago: int, who: str = LEAD) -> Step:
    return _by_analyst(days_ago, common_acts.watch_case, who=who)


def assign(days_ago: int, division: str = "escalations-unit", *, is_urgent: bool = False) -> Step:
    return Step(
        days_ago,
        lambda stage, case: constituent.assign_division(
            case=case,
            actor=stage.actor(ANALYST),
            division=stage.organizations[division],
            instructions="Please tell us when the consumer has been reached.",
            is_urgent=is_urgent,
        ),
    )


def refer(days_ago: int, contact: str, reason: str) -> Step:
    return Step(
        days_ago,
        lambda stage, case: constituent.refer_out(
            case=case,
            actor=stage.actor(ANALYST),
            contact=ReferralContact.objects.get(name=contact),
            reason=reason,
        ),
    )


def repeat_of_last(days_ago: int) -> Step:
    """The case repeats the latest other one of its office."""

    def mark(stage: Stage, case: Case) -> None:
        other = Case.objects.filter(
            kind="constituent", organization=case.organization, is_open=True
        ).exclude(pk=case.pk)
        endings.mark_duplicate(case=case, actor=stage.actor(ANALYST), of=other[0])

    return Step(days_ago, mark)


def office_replies(days_ago: int, message: str, **items: Any) -> Step:
    return Step(
        days_ago,
        lambda stage, case: constituent.reply_for_office(
            case=case, actor=_office(stage, case), message=message, **items
        ),
    )


def attach(days_ago: int, paper: str, audience: str) -> Step:
    """The analyst adds a file; ``paper`` names one of the prepared ones."""

    def add(stage: Stage, case: Case) -> None:
        actor = stage.actor(ANALYST)
        document = stage.file(getattr(stage.papers, paper), purpose="attachment", actor=actor)
        common_acts.attach_document(case=case, actor=actor, document=document, audience=audience)

    return Step(days_ago, add)


# --- releases -----------------------------------------------------------------------------------


def release_arrives(days_ago: int) -> Step:
    def submit(stage: Stage, case: Case) -> None:
        actor = _office(stage, case)
        releases.submit_release(
            actor=actor,
            case=case,
            document=stage.file(
                stage.papers.release_form, purpose=Document.Purpose.RELEASE_FORM, actor=actor
            ),
        )

    return Step(days_ago, submit)


def release_accepted(
    days_ago: int,
    *,
    lasts_days: int | None = None,
    names_staff: bool = False,
    replaces_valid: bool = False,
) -> Step:
    """The newest release is found valid, from the day it was signed, yesterday.

    Args:
        lasts_days: calendar days it names itself; None: it names no end.
        names_staff: it names the person who sent it, instead of the office.
    """

    def accept(stage: Stage, case: Case) -> None:
        today = _today(stage)
        old = case.releases.filter(state=Release.State.VALID).first() if replaces_valid else None
        sender = _office(stage, case).person
        releases.accept_release(
            actor=stage.actor(ANALYST),
            release=case.releases.filter(state=Release.State.RECEIVED)[0],
            is_signed=True,
            is_dated=True,
            names_recipient=True,
            authorizes_details=True,
            signed_on=today - timedelta(days=1),
            ends_on=today + timedelta(days=lasts_days) if lasts_days is not None else None,
            scope=Release.Scope.NAMED if names_staff else Release.Scope.OFFICE,
            named_staff=[sender] if names_staff and sender else [],
            replaces=old,
        )

    return Step(days_ago, accept)


def release_deficient(days_ago: int) -> Step:
    return Step(
        days_ago,
        lambda stage, case: releases.reject_release(
            actor=stage.actor(ANALYST),
            release=case.releases.all()[0],
            deficiency="The form is not dated. Please ask the constituent to date and sign again.",
        ),
    )


def release_override_asked(days_ago: int) -> Step:
    return Step(
        days_ago,
        lambda stage, case: releases.request_override(
            actor=stage.actor(ANALYST),
            release=case.releases.all()[0],
            reason="The office's name is abbreviated on the form, and is the only one it can mean.",
            signed_on=_today(stage) - timedelta(days=1),
        ),
    )


def release_revoked(days_ago: int) -> Step:
    return Step(
        days_ago,
        lambda stage, case: releases.revoke_release(
            actor=stage.actor(ANALYST),
            release=case.releases.filter(state=Release.State.VALID)[0],
            reason="The constituent called and took the permission back.",
        ),
    )


# --- the unit's work: on a ticket, or on the ticket of a constituent case -------------------------


def take(days_ago: int) -> Step:
    return _by_worker(days_ago, common_acts.take_case)


def start(days_ago: int) -> Step:
    return _by_worker(days_ago, tickets.start_work)


def contact(days_ago: int, summary: str, outcome: str = "reached") -> Step:
    return _by_worker(
        days_ago, tickets.record_contact, channel="phone", outcome=outcome, summary=summary
    )


def ask_consumer(days_ago: int, missing: str) -> Step:
    return _by_worker(days_ago, tickets.ask_consumer, missing=missing)


def consumer_answers(days_ago: int, answer: str) -> Step:
    return _by_worker(days_ago, tickets.record_consumer_answer, answer=answer)


#: What a type asks for when its work ends.
_AT_THE_END = {"rop-reinstatement": {"verification_cleared": "yes"}}


def resolve(days_ago: int, code: str, steps: str) -> Step:
    return Step(
        days_ago,
        lambda stage, case: tickets.resolve_ticket(
            case=(ticket := _ticket(case)),
            actor=_worker(stage, ticket),
            code=ResolutionCode.objects.get(exchange=stage.exchange, key=code),
            steps=steps,
            facts=_AT_THE_END.get(ticket.topic),
        ),
    )


def close_ticket(days_ago: int) -> Step:
    return _by_worker(days_ago, tickets.close_ticket)


def reopen_ticket(days_ago: int, reason: str) -> Step:
    return _by_worker(days_ago, tickets.reopen_ticket, reason=reason)


def return_ticket(days_ago: int, reason: str) -> Step:
    return _by_worker(days_ago, tickets.return_ticket, reason=reason)


def cancel_ticket(days_ago: int, reason: str) -> Step:
    return _by_worker(days_ago, tickets.cancel_ticket, reason=reason)


def mark_urgent(days_ago: int) -> Step:
    return _by_worker(days_ago, tickets.set_urgency, is_urgent=True)


def unit_note(days_ago: int, body: str) -> Step:
    return _by_worker(days_ago, common_acts.add_note, body=body)


def _by_worker(days_ago: int, service: Callable[..., Any], **data: Any) -> Step:
    def perform(stage: Stage, case: Case) -> None:
        ticket = _ticket(case)
        service(case=ticket, actor=_worker(stage, ticket), **data)

    return Step(days_ago, perform)


def _ticket(case: Case) -> Case:
    """The case itself, or the newest ticket that is work for it."""
    if case.kind == "ticket":
        return case
    link = case.links_in.filter(kind=CaseLink.Kind.CHILD).select_related("from_case").last()
    if link is None:
        raise LookupError(f"{case} has no ticket yet")
    return link.from_case


def _worker(stage: Stage, ticket: Case) -> Actor:
    if ticket.queue is None:
        raise LookupError(f"{ticket} is in no queue")
    return stage.actor(WORKERS[ticket.queue.code])


def _office(stage: Stage, case: Case) -> Actor:
    """The office's own staff; External Affairs for an office without accounts."""
    code = case.organization.code if case.organization else ""
    return stage.actor(OFFICE_STAFF.get(code, ANALYST))


def _today(stage: Stage) -> date:
    return stage.clock().astimezone(zone(stage.exchange.time_zone)).date()
