"""The Service Center's other kinds of work, each a few lines on the one mechanism (C.3, SC-16).

Which promises a kind makes is in :mod:`escalations.tickets.promises`. Where a promise comes from
a rule that knows no exception (access to care, the Ombuds' thirty days, the sixty days of a
1095-A dispute), it goes on while the case waits for somebody; who held the case meanwhile is
attributed all the same.
"""

from collections.abc import Sequence
from functools import partial
from typing import Any

from django.db.models import Q

from escalations.tickets import doors, help_desk, services, triage
from escalations.tickets.help_desk_table import HELP_DESK_MACHINE, SUBMIT
from escalations.tickets.machines import (
    CARRIER,
    CONSUMER,
    ENROLLER,
    HELP_DESK,
    SETTLED,
    WORKING,
    Wait,
    ending,
    opening_clocks,
    work_machine,
)
from escalations.tickets.workkinds import WorkKind
from portal.casework.forms import PlainForm, ReasonForm
from portal.casework.kinds import ActDoor
from portal.casework.machine import Act, Coarse, Status
from portal.casework.models import Case
from portal.clocks.effects import ClockEffect, Effect
from portal.clocks.models import Timer
from portal.tenancy.actor import Actor


def _step(key: str, label: str, sources: set[str], target: str, done: str, **more: Any) -> Act:
    return Act(
        key,
        label,
        "tickets.work",
        sources=frozenset(sources),
        target=target,
        done=done,
        **{"by_owner": True, "source": "C.3", **more},
    )


# --- help desk tickets --------------------------------------------------------------------------

HELP_DESK_WORK = WorkKind(
    machine=HELP_DESK_MACHINE,
    label="Help desk ticket",
    plural="Help desk tickets",
    number_prefix="HD",
    opening=(ClockEffect(Effect.START, SUBMIT),),
    doors=doors.HELP_DESK_DOORS,
    opened=help_desk.opened,
    visible=help_desk.visible,
    outcomes=(),
)

# --- access to care -----------------------------------------------------------------------------

_ATC_PROMISES = (triage.RESOLVE, triage.RESOLVE_URGENT)
_ATC_CONTACTS = (triage.CONTACT, triage.CONTACT_URGENT)

ACCESS_TO_CARE = WorkKind(
    machine=work_machine(
        "access_to_care",
        labels={CARRIER.status: "With the health plan"},
        waits=(CARRIER, CONSUMER, HELP_DESK),
        statuses=(Status("triaged", "Triaged", Coarse.IN_PROGRESS),),
        acts=(
            _step(
                "triage_urgent",
                "Triage: urgent",
                {"new"},
                "triaged",
                "Triaged: urgent",
                by_owner=False,
                guards=("the urgent promise counts from the opening",),
            ),
            _step(
                "triage_not_urgent",
                "Triage: not urgent",
                {"new"},
                "triaged",
                "Triaged: not urgent",
                by_owner=False,
                guards=("one that came as urgent: a lead",),
            ),
        ),
        starts_from=frozenset({"triaged"}),
        promises=_ATC_PROMISES,
        stops=_ATC_CONTACTS,
        reopens=(),
        pauses=False,
        contact_from=frozenset({"new", "triaged"}),
    ),
    label="Access-to-care issue",
    plural="Access-to-care issues",
    number_prefix="AC",
    opening=triage.opening(is_urgent=False),
    opening_urgent=triage.opening(is_urgent=True),
    doors={
        "triage_urgent": ActDoor(
            PlainForm,
            partial(triage.triage, is_urgent=True),
            "Immediate care or medicines are needed: contact within 2 business days of the"
            " opening, resolution within 5.",
        ),
        "triage_not_urgent": ActDoor(PlainForm, partial(triage.triage, is_urgent=False)),
    },
    on_contact=tuple(ClockEffect(Effect.STOP, policy) for policy in _ATC_CONTACTS),
    on_urgency=triage.on_urgency,
    on_reopening=triage.on_reopening,
    promise="Urgent: contact within 1-2 business days, resolution within 5. Otherwise contact"
    " within 3 business days, resolution within 15.",
)

# --- complaints ---------------------------------------------------------------------------------

_UPDATE = "complaint.update"
_AGAIN = (ClockEffect(Effect.RESTART, _UPDATE),)


def ombuds(case: Case) -> Sequence[tuple[str, str, Any]]:
    """Whether a complaint has gone thirty calendar days without an update (B.4)."""
    # An update begins a new clock: only the one that runs can be late.
    late = Timer.objects.filter(
        case_id=case.pk,
        policy__key=_UPDATE,
        state=Timer.State.RUNNING,
        breached_at__isnull=False,
    )
    if not late.exists():
        return ()
    told = "Ombuds-eligible: 30 calendar days have passed without an update to the consumer."
    return (("ombuds", "Ombuds", told),)


_RESPONSE = ending(
    "response_sent",
    "Response sent",
    "send_response",
    "Record the response as sent",
    sources=frozenset({"response_drafted"}),
    source="C.3, SC-13",
)
COMPLAINT = WorkKind(
    machine=work_machine(
        "complaint",
        labels={"new": "Received", "in_progress": "Under review"},
        waits=(CONSUMER, CARRIER, HELP_DESK),
        statuses=(
            Status("acknowledged", "Acknowledged", Coarse.IN_PROGRESS),
            Status("response_drafted", "Response drafted", Coarse.IN_PROGRESS),
        ),
        acts=(
            _step(
                "acknowledge_complaint",
                "Acknowledge",
                {"new"},
                "acknowledged",
                "Acknowledged",
                clocks=_AGAIN,
            ),
            _step(
                "draft_response",
                "Response drafted",
                {"in_progress"},
                "response_drafted",
                "Response drafted",
            ),
            _step(
                "revise_response",
                "Back to review",
                {"response_drafted"},
                "in_progress",
                "Back to review",
                guards=("a reason",),
            ),
        ),
        starts_from=frozenset({"acknowledged"}),
        outcomes=(_RESPONSE,),
        promises=(_UPDATE,),
        pauses=False,
        contact_from=frozenset({"new", "acknowledged", "response_drafted"}),
    ),
    label="Complaint",
    plural="Complaints",
    number_prefix="CO",
    opening=(ClockEffect(Effect.START, _UPDATE),),
    outcomes=(_RESPONSE,),
    doors={
        "acknowledge_complaint": ActDoor(
            PlainForm, partial(services.take_step, act_key="acknowledge_complaint")
        ),
        "draft_response": ActDoor(PlainForm, partial(services.take_step, act_key="draft_response")),
        "revise_response": ActDoor(
            ReasonForm, partial(services.take_step, act_key="revise_response")
        ),
    },
    on_contact=_AGAIN,
    remarks=ombuds,
    promise="A complaint that goes 30 days without an update may be taken to the Ombuds.",
)

# --- 1095-A disputes, verifications -------------------------------------------------------------

_CORRECTED = ending(
    "corrected",
    "Corrected form issued",
    "issue_corrected",
    "Issue a corrected form",
    needs_contact=True,
    source="C.3, B.11",
)
_NO_CHANGE = ending(
    "no_change", "No change", "keep_form", "End without a change", needs_contact=True, source="C.3"
)
FORM_1095A = WorkKind(
    machine=work_machine(
        "form_1095a",
        labels={"new": "Received", "in_progress": "Reviewing"},
        waits=(CONSUMER, CARRIER, HELP_DESK),
        outcomes=(_CORRECTED, _NO_CHANGE),
        pauses=False,
    ),
    label="1095-A dispute",
    plural="1095-A disputes",
    number_prefix="TX",
    opening=opening_clocks("form_1095a"),
    outcomes=(_CORRECTED, _NO_CHANGE),
    promise="We answer a 1095-A dispute within 60 days.",
)

_VERIFIED = ending("verified", "Verified", "verify", "Verified", source="C.3, SC-04")
_MORE = ending(
    "more_documents",
    "More documents needed",
    "need_documents",
    "More documents are needed",
    source="C.3, SC-04",
)
VERIFICATION = WorkKind(
    machine=work_machine(
        "verification",
        labels={"new": "Queued", "in_progress": "In review"},
        waits=(),
        outcomes=(_VERIFIED, _MORE),
    ),
    label="Manual verification",
    plural="Manual verifications",
    number_prefix="MV",
    opening=opening_clocks("verification"),
    outcomes=(_VERIFIED, _MORE),
)

# --- contacts, system errors, licenses ----------------------------------------------------------


def _simple(
    key: str, label: str, plural: str, prefix: str, waits: tuple[Wait, ...], **more: Any
) -> WorkKind:
    """Work without a consumer who must be told first: new, in progress, resolved."""
    return WorkKind(
        machine=work_machine(key, waits=waits, outcomes=(SETTLED,)),
        label=label,
        plural=plural,
        number_prefix=prefix,
        opening=opening_clocks(key),
        outcomes=(SETTLED,),
        **more,
    )


def _privacy_visible(actor: Actor) -> Q | None:
    """The Escalations Unit is the single point of contact; nobody else knows of them (SC-14)."""
    return Q() if actor.may("tickets.view_privacy") else None


SOCIAL_MEDIA = _simple(
    "social_media", "Social media contact", "Social media contacts", "SM", (CONSUMER,)
)
QHP_CONTACT = _simple(
    "qhp_contact", "QHP contact", "QHP contacts", "QH", (CARRIER, ENROLLER, HELP_DESK)
)
SYSTEM_ERROR = _simple("system_error", "System error", "System errors", "SE", (HELP_DESK, CONSUMER))
PRIVACY_CONTACT = _simple(
    "privacy_contact",
    "Privacy Office contact",
    "Privacy Office contacts",
    "PV",
    (CONSUMER,),
    visible=_privacy_visible,
)

_ISSUED = ending(
    "issued",
    "Issued",
    "issue_license",
    "Issue the license",
    sources=frozenset({"approved"}),
    source="SC-14",
)
_LICENSE_REFUSED = ending(
    "license_refused", "Refused", "refuse_license", "Refuse the request", source="SC-14"
)
MEDS_LICENSE = WorkKind(
    machine=work_machine(
        "meds_license",
        labels={"new": "Requested", "in_progress": "Under review"},
        waits=(),
        statuses=(Status("approved", "Approved", Coarse.IN_PROGRESS),),
        acts=(
            _step(
                "approve_license",
                "Approve",
                {"in_progress"},
                "approved",
                "Approved",
                source="SC-14",
            ),
        ),
        outcomes=(_ISSUED, _LICENSE_REFUSED),
        resolves_from=WORKING | {"approved"},
    ),
    label="MEDS license request",
    plural="MEDS license requests",
    number_prefix="ML",
    opening=opening_clocks("meds_license"),
    outcomes=(_ISSUED, _LICENSE_REFUSED),
    doors={
        "approve_license": ActDoor(
            PlainForm, partial(services.take_step, act_key="approve_license")
        ),
    },
)

WORK_KINDS = (
    HELP_DESK_WORK,
    ACCESS_TO_CARE,
    COMPLAINT,
    FORM_1095A,
    VERIFICATION,
    SOCIAL_MEDIA,
    QHP_CONTACT,
    SYSTEM_ERROR,
    PRIVACY_CONTACT,
    MEDS_LICENSE,
)
