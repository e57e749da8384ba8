"""What the workspace shows in other rooms: home, a consumer's page, the book, My Reports."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any, Final
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from portal.casework import consumer_links
from portal.consumers import needs
from portal.consumers.mirror import Consumer
from portal.consumers.needs import Need, NeedSource
from portal.reports import registry
from portal.tenancy.actor import Actor
from portal.ui import cards
from portal.ui.navigation import NavItem
from portal.ui.navigation import register as register_nav
from retention.case_report import MY_CRW_CASES
from retention.figures import Segment, count_by_risk, due_reminders
from retention.models import CrwCase, Risk
from retention.table import KIND

_OPEN: Final = "crw_open"
_TONES: Final = {Risk.VERY_HIGH: "danger", Risk.HIGH: "warning"}


def register() -> None:
    """Make the workspace known to the rooms below it; called from ``AppConfig.ready``."""
    consumer_links.register(KIND, _cases_about)
    needs.register(
        NeedSource(
            KIND,
            {_OPEN: "Renewal at risk"},
            find=_find_needs,
            waiting=_waiting,
            order=10,
            module=KIND,
        )
    )
    cards.register(
        cards.Card(
            "crw",
            "Renewals at risk",
            "retention/_card.html",
            _card,
            order=20,
            action="retention.work",
            module=KIND,
        )
    )
    registry.register(MY_CRW_CASES)
    for item in _NAVIGATION:
        register_nav(item)


_NAVIGATION: Final = (
    NavItem(
        "crw",
        "CRW Cases",
        "retention:dashboard",
        offered=lambda actor: any(
            actor.may(f"retention.{action}")
            for action in ("view_own", "view_organization", "view_all")
        ),
        order=16,
        hint="Consumers who have to renew, the likeliest to be lost first.",
        module=KIND,
    ),
    NavItem(
        "crw-reports",
        "CRW activities",
        "retention:reports",
        "retention.report",
        61,
        "organization",
        "What all enrollers did with their renewal cases.",
        module=KIND,
    ),
    NavItem(
        "crw-reasons",
        "Resolution reasons",
        "retention:reasons",
        "retention.configure",
        89,
        "organization",
        "What a CRW case can be closed with.",
        module=KIND,
    ),
    NavItem(
        "crw-risk-models",
        "Risk models",
        "retention:risk-models",
        "retention.risk_models",
        90,
        "organization",
        "What scores renewal files that bring no risk of their own.",
        module=KIND,
    ),
)


def _cases_about(consumer: Consumer) -> QuerySet[Any, Any]:
    return CrwCase.objects.filter(consumer=consumer).values("case")


def _find_needs(actor: Actor, ids: Collection[int], today: date) -> Mapping[int, Sequence[Need]]:
    rows = CrwCase.objects.visible_to(actor).open().filter(consumer_id__in=ids)
    found: dict[int, list[Need]] = {}
    for crw in rows.select_related("case").order_by("-risk", "deadline"):
        need = Need(
            _OPEN,
            f"Renewal for {crw.plan_year}: {Risk(crw.risk).label}",
            due_on=crw.deadline,
            url=reverse("retention:case", args=(crw.case.number,)),
            tone=_TONES.get(Risk(crw.risk), "info"),
        )
        found.setdefault(crw.consumer_id, []).append(need)
    return found


def _waiting(actor: Actor, key: str, today: date) -> QuerySet[Any, Any]:
    return CrwCase.objects.visible_to(actor).open()


def _card(actor: Actor) -> Mapping[str, Any] | None:
    """Open cases by priority, and the reminders that are due; two statements."""
    counts = count_by_risk(actor)
    if not counts:
        return None
    base = reverse("retention:cases")
    return {
        "segments": [
            Segment(
                str(risk.value), risk.label, counts[risk], f"{base}?{urlencode({'risk': risk})}"
            )
            for risk in sorted(Risk, reverse=True)
            if counts[risk]
        ],
        "due": due_reminders(actor, timezone.now()).count(),
        "due_url": f"{base}?reminder=today",
    }
