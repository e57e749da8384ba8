"""What somebody may see of a storefront application, as plain data (SF-05…SF-08).

Applicants see what they applied with, what is asked and what was decided; never the reviewer's
checklist, notes or name. Reviewers see no answer before it is sent.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from portal.casework.disclosures import record_shown
from portal.casework.models import Case
from portal.casework.projection import CaseDetailView, EventView, FileView, Section, common_detail
from portal.clocks.models import Timer
from portal.clocks.services import zone
from portal.tenancy.actor import Actor
from storefronts import choices, hours, photos
from storefronts.models import Listing, StorefrontApplication
from storefronts.photos import PhotoView
from storefronts.status.answers import Request, requests_of
from storefronts.table import (
    ANSWER,
    APPROVED,
    INFORMATION,
    MACHINE,
    PENDING,
    REJECTED,
    REVIEW,
    WITHDRAWN,
)

#: Who answers for the exchange; reviewers stay unnamed.
REVIEWERS = "Outreach and Sales"


@dataclass(frozen=True)
class StorefrontView(CaseDetailView):
    """An application with what its page shows beside the sections.

    ``status`` is one of the four of SF-06; of a withdrawn application it is empty for applicants,
    who find it apart from the others and without a status (decision 17).
    """

    name: str = ""
    #: What happens next, in a sentence, with the promised day where one is promised.
    next_step: str = ""
    #: The local day by which somebody acts; None: nothing is promised.
    promised_on: date | None = None
    photos: Sequence[PhotoView] = ()
    #: The latest first.
    information: Sequence[Request] = ()
    decision_reason: str = ""
    is_withdrawn: bool = False
    may_copy: bool = False
    #: The listing the application is for, or its approval made, while it is on the map.
    place_id: UUID | None = None

    @property
    def asked(self) -> Request | None:
        """What waits for the applicant's answers; None: nothing."""
        if self.status_key != INFORMATION or not self.information:
            return None
        latest = self.information[0]
        return latest if latest.sent_at is None else None


def project(actor: Actor, case: Case, *, surface: str = "page") -> StorefrontView:
    """An application for somebody who may know of it; the look is recorded."""
    detail = StorefrontApplication.objects.select_related("listing").get(case=case)
    shared = common_detail(case, actor)
    shown_photos = photos.photos_of(detail)
    asked = requests_of(case, shows_unsent=actor.is_outside)
    is_withdrawn = case.status == WITHDRAWN
    if actor.is_outside:
        shared["timeline"] = [_as_told(event) for event in shared["timeline"]]
        if is_withdrawn:
            shared["status"] = ""
    shared["files"] = _without_photos(shared["files"], shown_photos)
    promised_on = _promised_day(actor, case)
    sections = [
        _place(detail),
        _opening(detail),
        _offer(detail),
        _attested(detail),
        *_asked(asked),
        *_decision(case, detail),
    ]
    record_shown(
        actor=actor,
        action="storefronts.shown" if actor.is_outside else "casework.viewed",
        cases=[case.pk],
        fields=[key for section in sections for key, _, value in section.rows if value],
        data={"surface": surface},
    )
    return StorefrontView(
        **shared,
        sections=sections,
        name=detail.name,
        next_step=_next_step(case, detail, promised_on),
        promised_on=promised_on,
        photos=shown_photos,
        information=asked,
        decision_reason=detail.decision_reason if case.status == REJECTED else "",
        is_withdrawn=is_withdrawn,
        may_copy=actor.may("storefronts.apply") and case.status in (REJECTED, WITHDRAWN),
        place_id=_place_on_map(detail),
    )


def summaries(actor: Actor, cases: Sequence[Case]) -> Mapping[int, str]:
    """Name and city of the place, for rows of lists and of the one search."""
    rows = StorefrontApplication.objects.filter(case__in=[case.pk for case in cases])
    return {pk: f"{name}, {city}" for pk, name, city in rows.values_list("case_id", "name", "city")}


def outcome(case: Case) -> tuple[str, str]:
    """How an application ended: its status, and the reason the applicant was given."""
    reason = StorefrontApplication.objects.values_list("decision_reason", flat=True).get(case=case)
    return MACHINE.statuses[case.status].label, reason


def _as_told(event: EventView) -> EventView:
    """A line of the timeline without a status beyond the four (SF-06)."""
    if event.to_status == MACHINE.statuses[WITHDRAWN].label:
        return replace(event, from_status="", to_status="")
    return event


def _without_photos(
    files: Sequence[FileView], shown_photos: Sequence[PhotoView]
) -> Sequence[FileView]:
    """The other files: photos have a place of their own."""
    known = {str(photo.public_id) for photo in shown_photos}
    return [file for file in files if file.public_id not in known]


def _promised_day(actor: Actor, case: Case) -> date | None:
    """The local day of the promise that runs now: the review's, or the applicant's answer."""
    key = {PENDING: REVIEW, INFORMATION: ANSWER}.get(case.status)
    if key is None:
        return None
    due: datetime | None = (
        Timer.objects.filter(case_id=case.pk, policy__key=key, state=Timer.State.RUNNING)
        .values_list("due_at", flat=True)
        .first()
    )
    return due.astimezone(zone(actor.exchange.time_zone)).date() if due else None


def _next_step(case: Case, detail: StorefrontApplication, promised_on: date | None) -> str:
    by_day = f" by {hours.print_date(promised_on)}" if promised_on else ""
    match case.status:
        case "pending":
            if case.is_breached:
                return (
                    f"{REVIEWERS} reviews the application. We promised a decision{by_day} and are"
                    " late; the application keeps its place."
                )
            return f"{REVIEWERS} reviews the application. You hear from us{by_day}."
        case "pending_information":
            return (
                f"{REVIEWERS} needs something from you. Send the answers{by_day}: without them the"
                " application is rejected."
            )
        case "approved":
            if _place_on_map(detail):
                return "The storefront is shown in Find a Local Enroller."
            return "The application was approved. Its listing is not on the map at present."
        case "rejected":
            return "Read the reason below. You can copy the application into a new one."
        case _:
            return "You took this application back. You can copy it into a new one."


def _place_on_map(detail: StorefrontApplication) -> UUID | None:
    place = detail.listing
    is_shown = (
        detail.case.status == APPROVED and place is not None and place.state == Listing.State.ACTIVE
    )
    return place.public_id if is_shown and place else None


def _place(detail: StorefrontApplication) -> Section:
    street = f"{detail.street}, {detail.unit}" if detail.unit else detail.street
    return Section(
        "place",
        "The place",
        (
            ("name", "Name on the sign", detail.name),
            ("location", "Location", "New" if detail.is_new_location else "Already listed"),
            ("address", "Address", f"{street}, {detail.city}, {detail.state} {detail.zip_code}"),
            ("county", "County", detail.county),
            ("phone", "Telephone", detail.phone),
        ),
    )


def _opening(detail: StorefrontApplication) -> Section:
    rows: list[tuple[str, str, Any]] = [
        ("hours", line.day, line.hours) for line in hours.week_lines(detail.hours)
    ]
    for day in detail.special_days:
        label = hours.print_date(day["date"])
        called = f" ({day['label']})" if day.get("label") else ""
        rows.append(("special_days", f"{label}{called}", hours.print_spans(day["hours"])))
    return Section("hours", "Opening hours", tuple(rows))


def _offer(detail: StorefrontApplication) -> Section:
    staff = detail.staff.order_by("full_name", "pk").values_list("full_name", flat=True)
    services = choices.labels_of(detail.services, choices.SERVICES)
    accessibility = choices.labels_of(detail.accessibility, choices.ACCESSIBILITY)
    return Section(
        "offer",
        "What consumers find",
        (
            ("languages", "Languages", ", ".join(detail.languages)),
            ("services", "Services", ", ".join(services)),
            ("accessibility", "Accessibility", ", ".join(accessibility)),
            ("staff", "Enrollers there", ", ".join(staff)),
        ),
    )


def _attested(detail: StorefrontApplication) -> Section:
    rows = tuple(
        ("attestations", one.words, "Attested" if one.key in detail.attestations else "Not given")
        for one in choices.ATTESTATIONS
    )
    return Section("attestations", "Attested", rows)


def _asked(requests: Sequence[Request]) -> list[Section]:
    """Questions and answers as labelled values, for readers of data; pages draw the requests."""
    rows = tuple(
        ("information", item.question, _answer(item.answer, item.file_name))
        for request in requests
        for item in request.items
    )
    return [Section("information", "Information requested", rows)] if rows else []


def _answer(answer: str, file_name: str) -> str:
    return f"{answer} ({file_name})" if answer and file_name else answer or file_name


def _decision(case: Case, detail: StorefrontApplication) -> list[Section]:
    if case.status != REJECTED:
        return []
    return [Section("decision", "Decision", (("reason", "Reason", detail.decision_reason),))]
