"""Corrections of what stands: the exchange's settings, an organization, a person, a role held."""

import re
from collections.abc import Iterable
from typing import Any
from zoneinfo import available_timezones

from django.core.exceptions import ValidationError
from django.db import models, transaction

from portal.tenancy import modules, numbering
from portal.tenancy.actor import Actor, NotAllowed
from portal.tenancy.audit import record
from portal.tenancy.models import Exchange, Membership, Organization, Person
from portal.tenancy.roles import Family
from portal.tenancy.services import require_inviter

#: What an administrator may change of their own exchange. What was given before stays as it is:
#: a deadline keeps its instant, a case its number.
EXCHANGE_FIELDS = (
    "name",
    "short_name",
    "contact_email",
    "contact_phone",
    "shop_and_compare_url",
    "website_origins",
    "require_second_factor",
    "time_zone",
    "modules",
    "number_formats",
)
ORGANIZATION_FIELDS = ("name", "aliases", "duties", "phone", "email", "has_queue", "is_active")
_LICENSE = re.compile(r"[A-Z0-9][A-Z0-9-]{2,19}")
#: The portal holds no Social Security number, whatever it is typed for.
_NINE_DIGITS = re.compile(r"\d{3}-?\d{2}-?\d{4}")


@transaction.atomic
def update_exchange(*, actor: Actor, **changes: Any) -> Exchange:
    """Change settings of the actor's own exchange (T-08), by the names in ``EXCHANGE_FIELDS``.

    Raises:
        NotAllowed: the actor does not administer the exchange.
        ValidationError: a value does not fit: no such time zone or kind of case, or a number
            format that would repeat itself or cannot be quoted.
    """
    actor.require("tenancy.administer")
    _check_exchange(changes)
    exchange = Exchange.objects.select_for_update().get(pk=actor.exchange_id)
    _apply(exchange, changes, EXCHANGE_FIELDS, actor=actor, action="tenancy.exchange_changed")
    return exchange


def _check_exchange(changes: dict[str, Any]) -> None:
    if "time_zone" in changes and changes["time_zone"] not in available_timezones():
        raise ValidationError({"time_zone": "Enter an IANA name, such as America/Los_Angeles."})
    if unknown := set(changes.get("modules", ())) - modules.all_modules().keys():
        raise ValidationError({"modules": f"Unknown kinds of case: {', '.join(sorted(unknown))}."})
    if "number_formats" in changes:
        _check_formats(changes["number_formats"])


def _check_formats(formats: Any) -> None:
    if not isinstance(formats, dict):
        raise ValidationError({"number_formats": "Enter one format for each kind of case."})
    problems = []
    for key, pattern in formats.items():
        if key not in modules.all_modules():
            problems.append(f"Unknown kind of case: {key}.")
        elif problem := numbering.problem_with(pattern):
            problems.append(f"{key}: {problem}")
    if problems:
        raise ValidationError({"number_formats": problems})


@transaction.atomic
def update_organization(
    *, actor: Actor, organization: Organization, **changes: Any
) -> Organization:
    """Change an organization, by the names in ``ORGANIZATION_FIELDS``.

    Kind, code and place in the tree stay: cases, releases and paths rest on them.

    Raises:
        NotAllowed: the actor does not administer the exchange.
        ValidationError: a value does not fit, or the organization still has people or units.
    """
    actor.require("tenancy.administer")
    organization = Organization.objects.select_for_update(of=("self",)).get(
        pk=organization.pk, exchange_id=actor.exchange_id
    )
    if changes.get("is_active") is False and organization.is_active:
        _require_empty(organization)
    _apply(
        organization,
        changes,
        ORGANIZATION_FIELDS,
        actor=actor,
        action="tenancy.organization_changed",
    )
    return organization


def _require_empty(organization: Organization) -> None:
    below = Organization.objects.active().filter(path__startswith=organization.path)
    if below.exclude(pk=organization.pk).exists():
        raise ValidationError({"is_active": "Close the organizations below it first."})
    if organization.memberships.filter(is_active=True).exists():
        raise ValidationError({"is_active": "End the memberships of its people first."})


@transaction.atomic
def update_person(*, actor: Actor, person: Person, full_name: str, phone: str = "") -> Person:
    """Change a person's name and phone: their own, or as an administrator of their exchange.

    The sign-in address stays: it is what invitations and single sign-on are matched by.

    Raises:
        NotAllowed: the person is somebody else, and not of an exchange the actor administers.
        ValidationError: a value does not fit.
    """
    if person.pk != actor.person_id:
        actor.require("tenancy.administer")
        if not person.memberships.filter(exchange_id=actor.exchange_id).exists():
            raise NotAllowed("tenancy.administer")
    changes = {"full_name": full_name, "phone": phone}
    _apply(person, changes, tuple(changes), actor=actor, action="tenancy.person_changed")
    return person


@transaction.atomic
def set_skills(
    *,
    actor: Actor,
    membership: Membership,
    languages: Iterable[str],
    skills: Iterable[str],
    capacity: int | None,
) -> Membership:
    """Say which languages and skills somebody has, and how many open cases they may be given.

    Args:
        capacity: the routing table gives them nothing more; None: no cap. A person may always
            take another, and a lead may give them one.

    Raises:
        NotAllowed: the actor neither administers the exchange nor leads the person's unit.
        ValidationError: a word or the number does not fit; by field.
    """
    actor.require("tenancy.set_skills")
    if (
        not actor.may("tenancy.administer")
        and membership.organization_id not in actor.organization_ids
    ):
        raise NotAllowed("tenancy.set_skills")
    changes = {"languages": _words(languages), "skills": _words(skills), "capacity": capacity}
    _apply(membership, changes, tuple(changes), actor=actor, action="tenancy.membership_changed")
    return membership


@transaction.atomic
def set_license_number(*, actor: Actor, membership: Membership, license_number: str) -> Membership:
    """Note the license or certification number an enroller works under (SH-03).

    Args:
        license_number: letters, digits and hyphens; empty: none is known.

    Raises:
        NotAllowed: the actor neither administers the exchange nor manages the organization.
        ValidationError: the person is no enroller, or the number does not fit; by field.
    """
    require_inviter(actor, membership.organization)
    if membership.role.spec.family is not Family.ENROLLER:
        raise ValidationError({"license_number": "Only enrollers have such a number."})
    license_number = license_number.strip().upper()
    if license_number and not _LICENSE.fullmatch(license_number):
        raise ValidationError(
            {"license_number": "Enter 3 to 20 letters, digits and hyphens, as on the license."}
        )
    if _NINE_DIGITS.fullmatch(license_number):
        raise ValidationError(
            {"license_number": "This looks like a Social Security number and was not kept."}
        )
    changes = {"license_number": license_number}
    _apply(membership, changes, tuple(changes), actor=actor, action="tenancy.membership_changed")
    return membership


def _words(words: Iterable[str]) -> list[str]:
    """Words without margins and repeats, in the order given."""
    return list(dict.fromkeys(word.strip() for word in words if word.strip()))


def _apply(
    row: models.Model,
    changes: dict[str, Any],
    allowed: tuple[str, ...],
    *,
    actor: Actor,
    action: str,
) -> None:
    """Write what differs, and its field names into the ledger; nothing if nothing differs."""
    if unknown := set(changes) - set(allowed):
        raise TypeError(f"These fields cannot be changed: {sorted(unknown)}")
    changed = [name for name, value in changes.items() if getattr(row, name) != value]
    if not changed:
        return
    for name in changed:
        setattr(row, name, changes[name])
    concrete = {field.name for field in row._meta.concrete_fields}
    row.clean_fields(exclude=concrete - set(changed))
    row.save(update_fields=changed)
    record(
        actor=actor,
        action=action,
        fields=changed,
        data={row._meta.model_name or "row": row.pk},
    )
