"""Whom one may write to, and how a form names them.

Agencies and entities write to the exchange's teams and to colleagues; a team writes to enrollers;
everybody to colleagues of their own organization. An address is ``team-3`` or ``person-12``; it is
looked up anew when the message is sent, among those the writer may reach then.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet

from notifications.mailbox.models import Team, Thread
from notifications.mailbox.names import USE
from portal.tenancy.actor import Actor
from portal.tenancy.models import Membership, Organization
from portal.tenancy.roles import Family

#: People and teams of one message.
MOST_RECIPIENTS: Final = 10
MOST_FOUND: Final = 20
_SHORTEST: Final = 2
_ENROLLING: Final = (Organization.Kind.AGENCY, Organization.Kind.ENTITY)
_UNKNOWN: Final = "One of the recipients cannot be written to any more. Choose again."


@dataclass(frozen=True)
class Address:
    """Somebody to choose on the form."""

    token: str
    label: str
    hint: str


@dataclass(frozen=True)
class Party:
    """Somebody a message goes to: a team, or a person in their organization."""

    token: str
    team: Team | None = None
    membership: Membership | None = None

    @property
    def is_colleague_of(self) -> int | None:
        return self.membership.organization_id if self.membership else None


def teams_for(actor: Actor) -> list[Address]:
    """The teams the actor's agency or entity can write to."""
    if actor.family is not Family.ENROLLER:
        return []
    rows = Team.objects.reachable_by(actor)
    return [Address(f"team-{team.pk}", team.label, team.helps_with) for team in rows]


def team_of(actor: Actor) -> Team | None:
    """The team the actor can write for; None: they have none, or it takes no messages now."""
    return Team.objects.worked_by(actor).filter(is_active=True).first()


def sits_for_team(actor: Actor, thread: Thread) -> bool:
    """Whether the actor's team, not the actor alone, sits in a conversation."""
    return thread.seats.filter(team__in=Team.objects.worked_by(actor).values("pk")).exists()


def find_people(actor: Actor, text: str) -> list[Address]:
    """People by a part of their name, or of their agency's, among those the actor may write to."""
    text = text.strip()
    if len(text) < _SHORTEST:
        return []
    named = Q(person__full_name__icontains=text) | Q(organization__name__icontains=text)
    rows = _reachable(actor).filter(named).order_by("person__full_name", "pk")
    found = {row.person_id: _address(row) for row in rows[: 2 * MOST_FOUND]}
    return list(found.values())[:MOST_FOUND]


def named(actor: Actor, tokens: Sequence[str]) -> list[Address]:
    """How those that are chosen already are called; whoever is out of reach by now is left out."""
    teams = {one.token: one for one in teams_for(actor)}
    people = {f"person-{row.person_id}": _address(row) for row in _by_token(actor, tokens)}
    known = teams | people
    return [known[token] for token in dict.fromkeys(tokens) if token in known]


def resolve(actor: Actor, tokens: Sequence[str]) -> list[Party]:
    """Those the tokens name, in their order.

    Raises:
        ValidationError: there is none, there are too many, one is out of the actor's reach, or
            they cannot be in one conversation; the field is ``to``.
    """
    tokens = list(dict.fromkeys(tokens))
    if not tokens:
        raise ValidationError({"to": "Choose whom you write to."})
    if len(tokens) > MOST_RECIPIENTS:
        raise ValidationError({"to": f"Choose at most {MOST_RECIPIENTS}."})
    teams = {}
    if actor.family is Family.ENROLLER:
        teams = {f"team-{team.pk}": team for team in Team.objects.reachable_by(actor)}
    people = {f"person-{row.person_id}": row for row in _by_token(actor, tokens)}
    parties = []
    for token in tokens:
        if token in teams:
            parties.append(Party(token, team=teams[token]))
        elif token in people:
            parties.append(Party(token, membership=people[token]))
        else:
            raise ValidationError({"to": _UNKNOWN})
    if sum(party.team is not None for party in parties) > 1:
        raise ValidationError({"to": "Choose one team; each answers for itself."})
    inside = {party.is_colleague_of == actor.organization_id for party in parties if not party.team}
    if len(inside) > 1:
        raise ValidationError(
            {"to": "Write to colleagues and to enrollers in conversations of their own."}
        )
    return parties


def _reachable(actor: Actor) -> QuerySet[Membership]:
    """Colleagues; for somebody who writes for a team, also the people of agencies and entities."""
    who = Q(organization_id=actor.organization_id)
    if team := team_of(actor):
        kinds = {
            Team.Audience.AGENCIES: _ENROLLING[:1],
            Team.Audience.ENTITIES: _ENROLLING[1:],
        }.get(Team.Audience(team.audience), _ENROLLING)
        who |= Q(organization__kind__in=kinds)
    rows = Membership.objects.current().filter(
        who, exchange_id=actor.exchange_id, role__actions__contains=[USE]
    )
    return rows.exclude(person=actor.person).select_related("person", "organization", "role")


def _by_token(actor: Actor, tokens: Sequence[str]) -> list[Membership]:
    """Of each person named the latest membership within reach, colleagues before all others."""
    keys = [
        int(number)
        for number in (token.removeprefix("person-") for token in tokens[: 2 * MOST_RECIPIENTS])
        if number.isdecimal() and len(number) <= 18
    ]
    rows = _reachable(actor).filter(person_id__in=keys).order_by("since", "pk")
    own = actor.organization_id
    by_person: dict[int, Membership] = {}
    for row in sorted(rows, key=lambda row: row.organization_id == own):
        by_person[row.person_id] = row
    return list(by_person.values())


def _address(row: Membership) -> Address:
    return Address(
        f"person-{row.person_id}",
        row.person.full_name,
        f"{row.role}, {row.organization.name}",
    )
