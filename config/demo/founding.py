"""Founding the demonstration's exchanges: bodies, people, rules. Every step adds what is missing
and leaves what is there, so that a second run changes nothing but the accounts' password."""

from collections.abc import Callable

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction

from config.demo.accounts import ACCOUNTS, PLATFORM_EMAIL, Account
from config.demo.calchoice import found_calchoice
from config.demo.letters import found_letters
from config.demo.organizations import EXCHANGES, ORGANIZATIONS, ExchangeSpec
from config.demo.rules import found_rules
from portal.clocks.setup import SPECS, found_calendars_and_policies
from portal.tenancy import services
from portal.tenancy.actor import Actor
from portal.tenancy.models import Exchange, Membership, Organization, Person
from portal.tenancy.scope import use_exchange

Say = Callable[[str], None]


def found_exchanges(*, password: str, say: Say) -> list[Exchange]:
    """Found the three exchanges with everything but cases; each in a transaction of its own.

    Args:
        password: what every account of the demonstration signs in with from now on.
        say: told of every step.
    """
    people = found_people(password=password)
    say(f"{len(people)} accounts")
    exchanges = []
    for spec in EXCHANGES:
        exchange, _ = Exchange.objects.get_or_create(slug=spec.slug, defaults=spec.as_fields())
        _add_new_modules(exchange, spec)
        with use_exchange(exchange):
            _found_exchange(exchange, spec, people)
        say(f"{spec.name}: organizations, roles and rules")
        exchanges.append(exchange)
    return exchanges


def _add_new_modules(exchange: Exchange, spec: ExchangeSpec) -> None:
    """Switch on kinds of case this version brings; one that was switched off stays off.

    Every kind of the demonstration has a number format: one without was never there before.
    """
    new = [key for key in spec.modules if key not in exchange.number_formats]
    if new:
        exchange.modules = [*exchange.modules, *(k for k in new if k not in exchange.modules)]
        exchange.number_formats |= {key: spec.number_formats[key] for key in new}
        exchange.save(update_fields=["modules", "number_formats"])


@transaction.atomic
def found_people(*, password: str) -> dict[str, Person]:
    """The accounts by address, all with this password; hashing once is what makes it quick."""
    wanted = {account.email: account.name for account in ACCOUNTS}
    wanted[PLATFORM_EMAIL] = "Platform Superuser"
    people = {p.email: p for p in Person.objects.filter(email__in=wanted)}
    for email, name in wanted.items():
        if email not in people:
            people[email] = Person.objects.create_user(email, full_name=name)
    hashes = {person.password for person in people.values()}
    if len(hashes) > 1 or not check_password(password, hashes.pop()):
        Person.objects.filter(email__in=wanted).update(password=make_password(password))
    Person.objects.filter(email=PLATFORM_EMAIL).update(is_staff=True, is_superuser=True)
    return people


def _found_exchange(exchange: Exchange, spec: ExchangeSpec, people: dict[str, Person]) -> None:
    system = Actor.system(exchange, channel="demo")
    services.found_roles(exchange=exchange)
    organizations = _found_organizations(system, spec.slug)
    for account in ACCOUNTS:
        if account.exchange == spec.slug:
            _found_membership(system, account, people, organizations)
    found_calendars_and_policies(exchange=exchange, spec=SPECS[spec.slug])
    found_rules(actor=system, organizations=organizations)
    if spec.slug == "calchoice":
        found_calchoice(exchange=exchange, organizations=organizations)
    found_letters(actor=system)


def _found_organizations(system: Actor, slug: str) -> dict[str, Organization]:
    found = {row.code: row for row in Organization.objects.filter(exchange=system.exchange)}
    for body in ORGANIZATIONS[slug]:
        if body.code not in found:
            found[body.code] = services.create_organization(
                actor=system,
                kind=body.kind,
                code=body.code,
                name=body.name,
                parent=found[body.parent] if body.parent else None,
                has_queue=body.has_queue,
                aliases=list(body.aliases),
                duties="\n".join(body.duties),
                phone=body.phone,
                email=body.email,
            )
    return found


def _found_membership(
    system: Actor,
    account: Account,
    people: dict[str, Person],
    organizations: dict[str, Organization],
) -> None:
    """The account's role, unless somebody has ended or changed it since."""
    person, organization = people[account.email], organizations[account.organization]
    if not Membership.objects.filter(person=person, organization=organization).exists():
        services.add_membership(
            actor=system, person=person, organization=organization, role_key=account.role
        )
