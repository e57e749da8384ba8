"""Every write of the tenancy room. Each leaves a row in the ledger."""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import timedelta

from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from portal.tenancy import actions, signals
from portal.tenancy.actor import Actor, NotAllowed
from portal.tenancy.audit import record
from portal.tenancy.models import (
    ApiToken,
    Exchange,
    Invitation,
    Membership,
    Organization,
    Person,
    Role,
)
from portal.tenancy.roles import OUTSIDE_KINDS, ROLES

INVITATION_DAYS = 7
TOKEN_DAYS = 90


def hash_token(secret: str) -> str:
    """What is kept of a random secret of 256 bits; such a secret needs no slow hash."""
    return hashlib.sha256(secret.encode()).hexdigest()


@transaction.atomic
def found_roles(*, exchange: Exchange) -> None:
    """Give an exchange every role with the actions it starts with; existing rows keep theirs."""
    is_new = not Role.objects.filter(exchange=exchange).exists()
    Role.objects.bulk_create(
        [Role(exchange=exchange, key=key, actions=actions.default_actions(key)) for key in ROLES],
        ignore_conflicts=True,
    )
    if is_new:
        known = [action.key for action in actions.all_actions()]
        known += [widening.key for widening in actions.all_widenings()]
        exchange.known_actions = sorted(known)
        exchange.save(update_fields=["known_actions"])


@transaction.atomic
def learn_actions(*, exchange: Exchange) -> list[str]:
    """Give actions the exchange has never known to their roles, once; returns their keys.

    An action it knows may have come to further roles since: these learn it once too, under the
    key of the :class:`~portal.tenancy.actions.Widening`. Runs after each upgrade. An action that
    an administrator has taken from a role stays away: the exchange knows it.
    """
    exchange = Exchange.objects.select_for_update(no_key=True).get(pk=exchange.pk)
    known = set(exchange.known_actions)
    new = [action for action in actions.all_actions() if action.key not in known]
    wider = [each for each in actions.all_widenings() if each.key not in known]
    if not new and not wider:
        return []
    grants = [(action.key, action.roles) for action in new]
    grants += [(each.action, each.roles) for each in wider if each.action in known]
    given: dict[str, list[str]] = {}
    for role in Role.objects.select_for_update().filter(exchange=exchange):
        missing = [key for key, roles in grants if role.key in roles and key not in role.actions]
        if missing:
            role.actions = sorted([*role.actions, *missing])
            role.save(update_fields=["actions"])
            given[role.key] = missing
    keys = [action.key for action in new] + [widening.key for widening in wider]
    exchange.known_actions = sorted(known.union(keys))
    exchange.save(update_fields=["known_actions"])
    record(
        actor=Actor.system(exchange, channel="upgrade"),
        action="tenancy.actions_learned",
        data={"actions": keys, "roles": given},
    )
    return keys


@transaction.atomic
def set_role_actions(*, actor: Actor, role: Role, action_keys: Iterable[str]) -> Role:
    """Replace what a role may do.

    Raises:
        NotAllowed: the actor does not administer the exchange.
        ValidationError: an action is unknown, may not leave the exchange's own staff, or is the
            administration the actor's own role stands on: nobody could give it back.
    """
    actor.require("tenancy.administer")
    wanted = sorted(set(action_keys))
    known = {action.key: action for action in actions.all_actions()}
    if unknown := [key for key in wanted if key not in known]:
        raise ValidationError({"actions": f"Unknown actions: {', '.join(unknown)}."})
    beyond = [k for k in wanted if known[k].reach is actions.Reach.EXCHANGE and role.spec.outside]
    if beyond:
        labels = ", ".join(known[key].label for key in beyond)
        raise ValidationError(
            {"actions": f"{role.spec.label} works outside the exchange and may not: {labels}."}
        )
    if role.key == actor.role_key and "tenancy.administer" not in wanted:
        raise ValidationError(
            {"actions": "Your own role must keep the administration: nobody could give it back."}
        )
    before, role.actions = role.actions, wanted
    role.save(update_fields=["actions"])
    record(
        actor=actor,
        action="tenancy.role_changed",
        data={
            "role": role.key,
            "added": sorted(set(wanted) - set(before)),
            "removed": sorted(set(before) - set(wanted)),
        },
    )
    return role


@transaction.atomic
def create_organization(
    *,
    actor: Actor,
    kind: str,
    code: str,
    name: str,
    parent: Organization | None = None,
    has_queue: bool = False,
    **details: object,
) -> Organization:
    """Create an organization and keep its path; an office also gets the group releases use."""
    _require_administrator(actor)
    organization = Organization(
        exchange=actor.exchange,
        kind=kind,
        code=code,
        name=name,
        parent=parent,
        has_queue=has_queue,
        **details,
    )
    organization.full_clean(exclude=["path", "group"])
    if kind == Organization.Kind.GOVERNMENT_OFFICE:
        organization.group = Group.objects.create(name=f"office:{actor.exchange.slug}:{code}")
    organization.save()
    organization.path = f"{parent.path if parent else ''}{organization.pk}."
    organization.save(update_fields=["path"])
    record(
        actor=actor,
        action="tenancy.organization_created",
        data={"organization": organization.pk, "kind": kind},
    )
    return organization


@transaction.atomic
def add_membership(
    *, actor: Actor, person: Person, organization: Organization, role_key: str
) -> Membership:
    """Give a person a role in an organization.

    Raises:
        ValidationError: the role cannot be held in that kind of organization.
    """
    require_inviter(actor, organization)
    role = Role.objects.get(exchange=actor.exchange, key=role_key)
    _check_role_fits(role, organization)
    membership, created = Membership.objects.get_or_create(
        exchange=actor.exchange,
        person=person,
        organization=organization,
        role=role,
        is_active=True,
    )
    if created:
        if organization.group_id:
            person.groups.add(organization.group_id)
        record(
            actor=actor,
            action="tenancy.membership_added",
            data={"person": person.pk, "organization": organization.pk, "role": role_key},
        )
    return membership


@transaction.atomic
def end_membership(*, actor: Actor, membership: Membership) -> None:
    """Take a role from a person; their next request no longer has it, nor their tokens.

    Raises:
        ValidationError: it is the actor's own: nobody locks themselves out by mistake.
    """
    require_inviter(actor, membership.organization)
    if membership.person_id == actor.person_id:
        raise ValidationError("You cannot end your own membership. Ask a colleague to do it.")
    membership.is_active = False
    membership.save(update_fields=["is_active"])
    membership.api_tokens.filter(revoked_at=None).update(revoked_at=timezone.now())
    others = Membership.objects.filter(
        person=membership.person_id, organization=membership.organization_id, is_active=True
    )
    if membership.organization.group_id and not others.exists():
        membership.person.groups.remove(membership.organization.group_id)
    record(
        actor=actor,
        action="tenancy.membership_ended",
        data={"person": membership.person_id, "organization": membership.organization_id},
    )


@transaction.atomic
def set_person_active(*, actor: Actor, person: Person, is_active: bool) -> None:
    """Switch a person off or on again; switched off, sessions and tokens end at once (AC-2).

    Raises:
        ValidationError: the person does not belong to the exchange, or is the actor.
    """
    actor.require("tenancy.administer")
    if person.pk == actor.person_id:
        raise ValidationError("You cannot switch off your own account.")
    if not person.memberships.filter(exchange=actor.exchange).exists() or person.is_superuser:
        raise ValidationError("This person does not belong to your exchange.")
    person.is_active = is_active
    if is_active:
        person.activated_at = timezone.now()
    person.save(update_fields=["is_active", "activated_at"])
    record(
        actor=actor,
        action="tenancy.person_activated" if is_active else "tenancy.person_deactivated",
        data={"person": person.pk},
    )


@transaction.atomic
def invite_person(
    *, actor: Actor, organization: Organization, role_key: str, email: str, full_name: str
) -> tuple[Invitation, str]:
    """Invite somebody by mail; returns the invitation and the token its link carries.

    The token is ``<exchange id>-<secret>``; the secret is not kept. The link works once, for
    seven calendar days. :data:`portal.tenancy.signals.invited` is sent.

    Raises:
        NotAllowed: the organization is not one whose people the actor manages.
        ValidationError: the role cannot be held there, or the address is no address.
    """
    require_inviter(actor, organization)
    role = Role.objects.get(exchange=actor.exchange, key=role_key)
    _check_role_fits(role, organization)
    secret = secrets.token_urlsafe(32)
    invitation = Invitation(
        exchange=actor.exchange,
        organization=organization,
        role=role,
        email=email.strip().lower(),
        full_name=full_name.strip(),
        token_hash=hash_token(secret),
        invited_by=actor.person,
        expires_at=timezone.now() + timedelta(days=INVITATION_DAYS),
    )
    invitation.full_clean()
    invitation.save()
    record(
        actor=actor,
        action="tenancy.invited",
        data={"invitation": invitation.pk, "organization": organization.pk, "role": role_key},
    )
    token = f"{actor.exchange_id}-{secret}"
    signals.invited.send(Invitation, invitation=invitation, token=token)
    return invitation, token


@transaction.atomic
def accept_invitation(*, invitation: Invitation, password: str | None) -> Person:
    """Make the invited person (or find them) and give them the role; the link is used up.

    Raises:
        ValidationError: the invitation has been used, revoked, or has expired.
    """
    invitation = Invitation.objects.select_for_update().get(pk=invitation.pk)
    if not invitation.is_open():
        raise ValidationError("This invitation is no longer valid. Ask for a new one.")
    person = Person.objects.filter(email=invitation.email).first()
    if person is None:
        person = Person.objects.create_user(
            invitation.email, password, full_name=invitation.full_name
        )
    system = Actor.system(invitation.exchange, channel="invitation")
    add_membership(
        actor=system,
        person=person,
        organization=invitation.organization,
        role_key=invitation.role.key,
    )
    invitation.accepted_at = timezone.now()
    invitation.save(update_fields=["accepted_at"])
    return person


@transaction.atomic
def revoke_invitation(*, actor: Actor, invitation: Invitation) -> None:
    """Make an invitation's link useless."""
    require_inviter(actor, invitation.organization)
    invitation.revoked_at = timezone.now()
    invitation.save(update_fields=["revoked_at"])
    record(actor=actor, action="tenancy.invitation_revoked", data={"invitation": invitation.pk})


@transaction.atomic
def create_api_token(
    *,
    actor: Actor,
    membership: Membership,
    name: str,
    read_only: bool = False,
    days: int = TOKEN_DAYS,
) -> tuple[ApiToken, str]:
    """Create a bearer token with the rights of one membership; the secret is shown once."""
    if not actor.is_system:
        actor.require("tenancy.api_token")
        if membership.person_id != actor.person_id:
            raise NotAllowed("tenancy.api_token")
    secret = f"lsn_{membership.exchange_id}_{secrets.token_urlsafe(32)}"
    token = ApiToken.objects.create(
        exchange_id=membership.exchange_id,
        membership=membership,
        name=name,
        prefix=secret[:12],
        token_hash=hash_token(secret),
        read_only=read_only,
        expires_at=timezone.now() + timedelta(days=days),
    )
    record(actor=actor, action="tenancy.api_token_created", data={"token": token.pk})
    return token, secret


@transaction.atomic
def revoke_api_token(*, actor: Actor, token: ApiToken) -> None:
    """End a token at once; its owner or an administrator may."""
    if token.membership.person_id != actor.person_id:
        actor.require("tenancy.administer")
    token.revoked_at = timezone.now()
    token.save(update_fields=["revoked_at"])
    record(actor=actor, action="tenancy.api_token_revoked", data={"token": token.pk})


def _require_administrator(actor: Actor) -> None:
    if not actor.is_system:
        actor.require("tenancy.administer")


def require_inviter(actor: Actor, organization: Organization) -> None:
    """Administrators anywhere; managers within their own organization."""
    if actor.is_system or actor.may("tenancy.administer"):
        return
    actor.require("tenancy.invite")
    if organization.pk not in actor.organization_ids:
        raise NotAllowed("tenancy.invite")


def _check_role_fits(role: Role, organization: Organization) -> None:
    wanted = OUTSIDE_KINDS.get(role.spec.family)
    outside_kinds = set().union(*OUTSIDE_KINDS.values())
    fits = organization.kind in wanted if wanted else organization.kind not in outside_kinds
    if not fits:
        raise ValidationError(
            {"role": f"{role.spec.label} cannot be held in a {organization.get_kind_display()}."}
        )
