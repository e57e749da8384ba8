"""The demonstration's secure mailboxes: teams to write to, and what was written (SM-01)."""

from dataclasses import dataclass
from datetime import time
from typing import Final

from config.demo.stage import Stage
from notifications.mailbox import configuration, conversations
from notifications.mailbox.models import Team
from notifications.mailbox.names import MODULE

_ADMIN: Final = "admin@covered.example"
_OUTREACH: Final = "osd.staff@covered.example"
#: Unit → what those who write to it call it, and what it helps with.
TEAMS: Final = {
    "outreach-and-sales": (
        "Outreach and Sales",
        "Events, materials, and anything about working with Covered California.",
    ),
    "agent-cec-service-center": (
        "Agent/CEC Service Center",
        "Questions about applications and consumers; open a help request for a case.",
    ),
    "agent-contracts": ("Agent Contracts", "Your agency's agreement and its people."),
}


@dataclass(frozen=True)
class Exchanged:
    """One conversation: who began it, to whom (a unit's code or an address), and what was said."""

    days_ago: int
    at: time
    writer: str
    to: tuple[str, ...]
    subject: str
    said: tuple[tuple[str, str], ...]


CONVERSATIONS: Final = (
    Exchanged(
        6,
        time(9, 20),
        _OUTREACH,
        ("manager@sunrise.example", "agent2@sunrise.example"),
        "Open enrollment: materials for your office",
        (
            (
                _OUTREACH,
                "The printed guides for open enrollment are ready. Tell us how many you need, and"
                " in which languages. They are sent within a week.",
            ),
            (
                "manager@sunrise.example",
                "Thank you. Sixty in English, forty in Spanish and twenty in Vietnamese, please.",
            ),
            (_OUTREACH, "They left today. You should have them by Friday."),
        ),
    ),
    Exchanged(
        3,
        time(10, 45),
        "agent2@sunrise.example",
        ("agent-cec-service-center",),
        "Which proof of income for seasonal work",
        (
            (
                "agent2@sunrise.example",
                "Several of my consumers do farm work by season. Do you still take a letter of the"
                " employer, or only pay stubs?",
            ),
        ),
    ),
    Exchanged(
        1,
        time(15, 5),
        "manager@sunrise.example",
        ("agent2@sunrise.example",),
        "Saturday at the library",
        (
            (
                "manager@sunrise.example",
                "Could you take the table at the library on Saturday, from ten to two?",
            ),
        ),
    ),
)


def play_mailbox(stage: Stage) -> int:
    """Found the teams and let people write; returns how many conversations. Done once."""
    exchange = stage.exchange
    is_ours = exchange.slug == "covered-california" and MODULE in exchange.modules
    if not is_ours or Team.objects.filter(exchange=exchange).exists():
        return 0
    for unit, (label, helps_with) in TEAMS.items():
        configuration.save_team(
            actor=stage.actor(_ADMIN),
            unit=stage.organizations[unit],
            label=label,
            helps_with=helps_with,
        )
    tokens = {team.unit.code: f"team-{team.pk}" for team in Team.objects.select_related("unit")}
    for story in CONVERSATIONS:
        stage.begin(story.days_ago, story.at)
        to = [tokens.get(whom) or f"person-{stage.actor(whom).person_id}" for whom in story.to]
        (_, first), *later = story.said
        thread, *_ = conversations.begin_conversation(
            actor=stage.actor(story.writer), to=to, subject=story.subject, body=first
        )
        for days, (writer, text) in enumerate(later, start=1):
            stage.go_on(story.days_ago - days)
            thread.refresh_from_db()
            conversations.reply(
                actor=stage.actor(writer), thread=thread, body=text, seen=thread.last_number
            )
    return len(CONVERSATIONS)
