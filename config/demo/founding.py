"""Founding the demonstration's exchanges: bodies, people, rules. Every step adds what is missing
and leaves what is there, so that a second run changes nothing but the accounts' password."""

from collections.abc import Callable

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction

from config.demo.accounts import ACCOUNTS, LICENSES, PLATFORM_EMAIL, Account
from config.demo.announcements import found_announcements
from config.demo.calchoice import found_calchoice
from config.demo.letters import found_letters
from config.demo.listings import found_listings
from config.demo.organizations import EXCHANGES, ORGANIZATIONS, ExchangeSpec
from config.demo.rules import found_rules
from config.demo.toolkits import found_toolkits
from portal.clocks.setup import SPECS, found_calendars_and_policies
from portal.tenancy import administration, selectors, services
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
    """Switch on modules this version brings; one that was switched off stays off.

    The exchange's history knows every module it ever had.
    """
    history = next(iter(Exchange.pgh_event_models.values()))  # type: ignore[attr-defined]
    before = history.objects.filter(pgh_obj_id=exchange.pk).values_list("modules", flat=True)
    had = {key for modules in before for key in modules}
    new = [key for key in spec.modules if key not in had]
    if new:
        exchange.modules = [*exchange.modules, *new]
        formats = {key: spec.number_formats[key] for key in new if key in spec.number_formats}
        exchange.number_formats = formats | exchange.number_formats
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
    found_toolkits(actor=system)
    found_listings(exchange=exchange)
    if announcer := _announcer(exchange):
        found_announcements(actor=announcer)


def _announcer(exchange: Exchange) -> Actor | None:
    """Whoever writes the enroller portal's notifications, where the exchange has such a portal."""
    membership = (
        Membership.objects.current()
        .filter(exchange=exchange, role__key="distribution_services_staff")
        .select_related("person")
        .first()
    )
    return selectors.actor_in(membership.person, exchange) if membership else None


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
        membership = services.add_membership(
            actor=system, person=person, organization=organization, role_key=account.role
        )
        if number := LICENSES.get(account.email):
            administration.set_license_number(
                actor=system, membership=membership, license_number=number
            )
