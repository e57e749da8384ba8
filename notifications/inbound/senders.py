"""Who wrote a mail: proved, and known to us, or neither (house: From alone is not identity).

Proof is the result of DMARC (RFC 7489) as *our own* receiving server wrote it down (RFC 8601). A
sender writes whatever headers it likes, so a result counts only under our server's name and at the
place where our server puts it; and where two results under that name disagree, neither does.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from notifications.inbound.models import Mailbox, OfficeSender
from notifications.inbound.parse import ParsedMail
from portal.tenancy import selectors
from portal.tenancy.actor import Actor
from portal.tenancy.models import Exchange, Membership, Organization

CHANNEL: Final = "mail"
_DMARC: Final = re.compile(r"(?i)^\s*dmarc\s*=\s*([a-z]+)\b(.*)$")
_HEADER_FROM: Final = re.compile(r"(?i)(?:^|\s)header\.from\s*=\s*([A-Za-z0-9.-]+)(?=\s|$)")
_OFFICE: Final = Organization.Kind.GOVERNMENT_OFFICE


def is_verified(mail: ParsedMail, mailbox: Mailbox) -> bool:
    """Whether our own server says that DMARC passed for the very domain of the sender's address."""
    ours = mailbox.authserv_id.strip().lower()
    domain = mail.from_address.rpartition("@")[2]
    if not ours or not domain:
        return False
    results: list[tuple[str, str]] = []
    for header in mail.checked:
        pieces, is_whole = _pieces(header.value)
        words = pieces[0].lower().split()
        if not words or words[0] != ours:
            continue
        if header.received_above > mailbox.received_above:
            # Below a mark that another server left: whoever wrote the mail may have put it there.
            continue
        if not is_whole:
            return False
        for result in pieces[1:]:
            if found := _DMARC.match(result):
                aligned = _HEADER_FROM.search(found[2])
                results.append((found[1].lower(), aligned[1].lower() if aligned else ""))
    return bool(results) and set(results) == {("pass", domain)}


def _pieces(value: str) -> tuple[list[str], bool]:
    """Our server's name and its results, without comments; and whether all that opens closes.

    Some of it a sender chooses, e.g. what stands before the @ of the envelope's address: what is
    quoted or a comment parts nothing, and of a quotation only what a name can hold is kept.
    """
    pieces: list[list[str]] = [[]]
    depth, is_quoted = 0, False
    letters = iter(value)
    for letter in letters:
        if letter == "\\" and (is_quoted or depth):
            next(letters, "")
        elif is_quoted:
            is_quoted = letter != '"'
            if is_quoted:
                pieces[-1].append(letter if letter.isalnum() or letter in ".-" else "_")
        elif letter == "(":
            depth += 1
        elif letter == ")":
            depth -= 1
            pieces[-1].append(" ")
            if depth < 0:
                break
        elif depth:
            continue
        elif letter == '"':
            is_quoted = True
        elif letter == ";":
            pieces.append([])
        else:
            pieces[-1].append(letter)
    return ["".join(piece) for piece in pieces], not depth and not is_quoted


@dataclass(frozen=True)
class Sender:
    """An office that a verified address stands for, and the person of it, where there is one."""

    office: Organization
    actor: Actor
    is_person: bool


class AmbiguousSender(Exception):
    """The address belongs to people of more than one office."""


def find_sender(*, exchange: Exchange, address: str) -> Sender | None:
    """The office behind an address that was verified; the exchange must be set.

    A member of an office as of now; else the office's own address, or one registered for it, or
    its registered domain. Such an address acts as the exchange's system: nobody signs in with it.
    A domain does not stand for whoever has or had a membership here: what was taken from them, or
    given to them elsewhere, their mail program does not give back.

    Raises:
        AmbiguousSender: its person works for several offices.
    """
    if not address:
        # No office is meant that has no address of its own.
        return None
    members = list(
        Membership.objects.current()
        .filter(
            exchange=exchange,
            person__email__iexact=address,
            organization__kind=_OFFICE,
            organization__is_active=True,
        )
        .select_related("person", "organization")
        .order_by("pk")
    )
    if len({row.organization_id for row in members}) > 1:
        raise AmbiguousSender
    if members:
        membership = selectors.membership_for_actor(members[0].pk, person_id=members[0].person_id)
        if membership is not None:
            actor = selectors.actor_for(members[0].person, membership, channel=CHANNEL)
            return Sender(members[0].organization, actor, is_person=True)
    offices = _offices_of(exchange, address)
    if len(offices) > 1:
        raise AmbiguousSender
    if not offices:
        return None
    return Sender(offices[0], Actor.system(exchange, channel=CHANNEL), is_person=False)


def _offices_of(exchange: Exchange, address: str) -> list[Organization]:
    known = Organization.objects.filter(exchange=exchange, kind=_OFFICE, is_active=True)
    values = [address]
    if not Membership.objects.filter(exchange=exchange, person__email__iexact=address).exists():
        values.append(f"@{address.rpartition('@')[2]}")
    # The most exact rule wins: an address before a domain.
    for value in values:
        rules = OfficeSender.objects.filter(exchange=exchange, value=value)
        found = list(known.filter(pk__in=rules.values("office_id")))
        if not found and value == address:
            found = list(known.filter(email__iexact=address)[:3])
        if found:
            return found
    return []
