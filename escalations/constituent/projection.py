"""What somebody may see of a constituent case: the gate's answer as plain data."""

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import CharField, Exists, Func

from escalations.constituent.models import ConstituentDetail, InformationRequest, Item
from escalations.releases import gate
from escalations.releases.models import Release
from portal.casework import kinds
from portal.casework.models import Case
from portal.casework.projection import (
    CaseDetailView,
    CaseStatusView,
    Section,
    common_detail,
    timeline_of,
)
from portal.tenancy.actor import Actor


def project(actor: Actor, case: Case, *, surface: str = "page") -> CaseStatusView:
    """A constituent case for somebody who may know of it; details shown are recorded.

    Raises:
        Case.DoesNotExist: the gate shows this actor nothing at all.
    """
    decision = gate.decide(actor=actor, case=case)
    if decision.level is gate.Disclosure.NONE:
        raise Case.DoesNotExist
    detail = _detail(case)
    requests = [Item(item).label for item in getattr(detail, "open_items", ())]
    referral = _referral(detail)
    if not decision.shows_details:
        kind = kinds.get(case.kind)
        timeline = timeline_of(case, actor, details=False)
        return CaseStatusView(
            number=case.number,
            kind=case.kind,
            kind_label=kind.label,
            status=kind.machine.statuses[case.status].coarse.value,
            opened_at=case.opened_at,
            # The last thing the office was told: the row's own date would tell of inner work.
            updated_at=timeline[-1].at if timeline else case.opened_at,
            closed_at=None,
            timeline=timeline,
            requests=requests,
            referral=referral,
        )
    sections = _sections(detail, actor)
    gate.record_disclosure(
        actor=actor,
        cases=[case.pk],
        decision=decision,
        fields=[
            *(key for section in sections for key, _, value in section.rows if value),
            "notes",
            "files",
        ],
        surface=surface,
    )
    return CaseDetailView(
        sections=sections, requests=requests, referral=referral, **common_detail(case, actor)
    )


def _detail(case: Case) -> ConstituentDetail:
    """The detail row, what is asked of the office, and whether a form is there; one statement."""
    open_requests = InformationRequest.objects.filter(case=case, answered_at=None).order_by("pk")
    forms = Release.objects.filter(case=case).exclude(state__in=["deficient", "revoked"])
    return (
        ConstituentDetail.objects.select_related("referral")
        .annotate(
            open_items=ArraySubquery(
                open_requests.values_list(
                    Func("items", function="unnest", output_field=CharField()), flat=True
                )
            ),
            has_release=Exists(forms),
        )
        .get(case=case)
    )


def _referral(detail: ConstituentDetail) -> dict[str, str] | None:
    contact = detail.referral
    if contact is None:
        return None
    return {
        "name": contact.name,
        "helps_with": contact.helps_with,
        "phone": contact.phone,
        "url": contact.url,
        "address": contact.address,
    }


def _sections(detail: ConstituentDetail, actor: Actor) -> list[Section]:
    missing = detail.missing_items(has_release=getattr(detail, "has_release", False))
    sections = [
        Section(
            "constituent",
            "Constituent",
            (
                ("constituent_name", Item.NAME.label, detail.constituent_name),
                (
                    "case_or_application_id",
                    Item.CASE_NUMBER.label,
                    detail.case_or_application_id,
                ),
                ("date_of_birth", Item.BIRTH_DATE.label, detail.date_of_birth),
                ("phone", Item.PHONE.label, detail.phone),
                ("email", Item.EMAIL.label, detail.email),
            ),
        ),
        Section(
            "issue",
            "The case",
            (
                ("description", "Brief description", detail.description),
                ("channel", "How it came", detail.get_channel_display()),
                ("office_contact", "Who asked", detail.office_contact),
            ),
        ),
        Section(
            "completeness",
            "Still missing",
            tuple(("missing", item.label, "Not given yet") for item in missing),
        ),
    ]
    if detail.resolution:
        sections.append(
            Section(
                "resolution",
                "Resolution",
                (
                    ("resolution", "Resolution", detail.resolution),
                    ("resolution_steps", "How it was resolved", detail.resolution_steps),
                ),
            )
        )
    if detail.referral and not actor.is_outside:
        sections.append(
            Section(
                "referral",
                "Referral",
                (("referral_reason", "Why it was referred", detail.referral_reason),),
            )
        )
    return sections
