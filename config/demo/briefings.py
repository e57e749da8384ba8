"""The demonstration's alerts and briefings: what Outreach and Sales sent, and what it prepares."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from config.demo.clock import movable_clock
from notifications.briefings import services
from notifications.briefings.models import Briefing, Category, Kind
from notifications.briefings.names import SET_RULES, WRITE
from notifications.briefings.sending import send_briefings
from portal.tenancy import selectors
from portal.tenancy.actor import Actor
from portal.tenancy.models import Exchange, Membership
from portal.tenancy.scope import use_exchange

#: Who answers questions (AL-04), and the official news and press releases (AL-05).
_CONTACT: Final = "outreachandsales@covered.example"
_NEWSROOM: Final = "https://www.coveredca.com/newsroom/news-releases/"


@dataclass(frozen=True)
class Story:
    """One of them; without days it is still a draft."""

    title: str
    summary: str
    body: str
    category: Category
    days_ago: int | None
    kind: Kind = Kind.BRIEFING
    audience: dict[str, list[str]] = field(default_factory=dict)
    is_archived: bool = False


_STORIES: Final = (
    Story(
        "Open enrollment dates",
        "When enrollment opens and closes, and until when a plan begins on January 1.",
        "# The dates\n\n- **November 1**: open enrollment begins.\n- **December 31**: last day for"
        " coverage from January 1.\n- **January 31**: open enrollment ends.",
        Category.DATE,
        days_ago=70,
        is_archived=True,
    ),
    Story(
        "What changes for renewals with no consent",
        "Consumers without a valid consent are renewed without help for their premium.",
        "# What to do\n\n1. Look for *Consent Valid Thru* in your Daily Summary.\n2. Call the"
        " consumer before the consent ends.\n3. Have them renew it in their account.\n\nA consumer"
        " who renews it later gets the help from the following month.",
        Category.POLICY,
        days_ago=16,
    ),
    Story(
        "New counselor map of clinics",
        "Where counselors can meet consumers in person this winter.",
        "The map and its hours are in the toolkits. Tell us of a clinic that is missing.",
        Category.RESOURCE,
        days_ago=9,
        audience={"organization_kinds": ["entity"]},
    ),
    Story(
        "The eligibility system is slow this morning",
        "Applications may take minutes to open. What you enter is not lost.",
        "We are working on it. **Do not submit an application twice**: look in your book first"
        " whether the first one arrived.",
        Category.SYSTEM,
        days_ago=2,
        kind=Kind.ALERT,
    ),
    Story(
        "Thank you for a good first week",
        "What you reached together, and where to find help for the second.",
        "The toolkits have a new guide for renewals with a change of household.",
        Category.ANNOUNCEMENT,
        days_ago=None,
    ),
)


def send_last_weeks(*, exchange: Exchange, now: datetime) -> int:
    """Write, approve and send what there is to read, where nothing was ever written.

    Returns how many were written; none where the exchange has not two people who may.

    Args:
        now: the demonstration's present (UTC).
    """
    with use_exchange(exchange):
        people = _actors_with(WRITE, exchange)
        if len(people) < 2 or Briefing.objects.filter(exchange=exchange).exists():
            return 0
        for administrator in _actors_with(SET_RULES, exchange)[:1]:
            services.set_rules(actor=administrator, contact_email=_CONTACT, newsroom_url=_NEWSROOM)
    for story in _STORIES:
        at = now - timedelta(days=story.days_ago or 0)
        with movable_clock(at), use_exchange(exchange):
            briefing = _begun(story, *people[:2])
        if story.days_ago is not None:
            send_briefings(exchange=exchange, now=at)
        if story.is_archived:
            with use_exchange(exchange):
                services.archive_briefing(actor=people[0], briefing=briefing)
    return len(_STORIES)


def _begun(story: Story, writer: Actor, colleague: Actor) -> Briefing:
    values: dict[str, Any] = {
        "kind": story.kind,
        "category": story.category,
        "title": story.title,
        "summary": story.summary,
        "body": story.body,
        "has_full_text_in_mail": True,
        **story.audience,
    }
    briefing = services.write_briefing(actor=writer, **values)
    if story.days_ago is None:
        return briefing
    briefing = services.approve_briefing(
        actor=colleague, briefing=briefing, expected_version=briefing.version
    )
    return services.schedule_briefing(actor=writer, briefing=briefing)


def _actors_with(action: str, exchange: Exchange) -> list[Actor]:
    members = Membership.objects.current().filter(
        exchange=exchange, role__actions__contains=[action]
    )
    found = (selectors.actor_in(row.person, exchange) for row in members.select_related("person"))
    return [actor for actor in found if actor is not None]
