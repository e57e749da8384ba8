"""The finder's agents and counselors of the demonstration, over all of California (FL-02).

Storefronts are not here: those shown are what the applications' stories were approved for.
Everybody is invented; agencies and entities of their own keep those of the stories small.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.utils import timezone

from portal.tenancy import services
from portal.tenancy.actor import Actor
from portal.tenancy.models import Exchange, Membership, Organization, Person
from storefronts import generation
from storefronts.hours import validate_hours
from storefronts.models import Listing, ZipArea

Kind = Organization.Kind
_EXCHANGE: Final = "covered-california"
#: Weekdays and their openings, as they come round one listing after the other.
_WEEKS: Final = (
    ("mon tue wed thu fri", (("09:00", "17:00"),)),
    ("mon tue wed thu fri", (("08:30", "12:00"), ("13:00", "17:30"))),
    ("tue wed thu fri sat", (("10:00", "18:30"),)),
    ("mon tue wed thu", (("11:00", "20:00"),)),
    ("mon tue wed thu fri sat", (("09:00", "18:00"),)),
)
_HOLIDAYS: Final = ((12, 25, "Christmas Day"), (1, 1, "New Year’s Day"))
_SERVICES: Final = (
    ["appointments", "phone-help"],
    ["appointments", "medi-cal"],
    ["walk-in", "appointments", "evenings"],
    ["appointments", "small-business"],
    ["appointments", "phone-help", "weekends"],
)
_ACCESSIBILITY: Final[tuple[list[str], ...]] = (
    ["step-free", "accessible-parking"],
    ["step-free", "accessible-restroom", "near-transit"],
    [],
    ["step-free", "hearing-loop"],
)


@dataclass(frozen=True)
class Office:
    """Where one enroller is found."""

    name: str
    zip_code: str
    street: str
    #: Beside English.
    languages: tuple[str, ...] = ()
    #: The account it is, where the stories know the person.
    email: str = ""


@dataclass(frozen=True)
class House:
    """An agency or entity with a manager of its own, unless the stories know it."""

    code: str
    name: str
    kind: str
    area_code: str
    manager: str
    offices: Sequence[Office]


_HOUSES: Final = (
    House(
        "sunrise",
        "",
        Kind.AGENCY,
        "559",
        "",
        (
            Office("Elena Marchetti", "93721", "1420 Tulare Street", (), "agent1@sunrise.example"),
            Office("Samuel Okonkwo", "93277", "210 Locust Street", (), "agent2@sunrise.example"),
            Office(
                "Mei-Ling Tsai",
                "93611",
                "88 Clovis Avenue",
                ("Mandarin",),
                "agent2b@sunrise.example",
            ),
        ),
    ),
    House(
        "harbor",
        "",
        Kind.AGENCY,
        "310",
        "",
        (Office("Aroha Tamatea", "90731", "615 Harbor Street", (), "agent2@harbor.example"),),
    ),
    House(
        "bridge-clinic",
        "",
        Kind.ENTITY,
        "510",
        "",
        (
            Office(
                "Lucía Bermejo", "94601", "3300 Fruitvale Lane", ("Spanish",), "cec@bridge.example"
            ),
        ),
    ),
    House(
        "citrus-belt",
        "Citrus Belt Insurance Services",
        Kind.AGENCY,
        "909",
        "Octavio Benavides",
        (
            Office("Ynez Carrasco", "92501", "3750 Orange Walk", ("Spanish",)),
            Office("Darnell Whitlock", "92401", "480 Court Street", ()),
            Office("Harpreet Toor", "91764", "1155 Euclid Row", ("Punjabi", "Hindi")),
            Office("Marisela Ochoa", "92543", "67 Florida Lane", ("Spanish",)),
            Office("Gideon Prather", "92201", "820 Date Palm Drive", ()),
            Office("Rebeca Longoria", "92335", "914 Sierra Row", ("Spanish",)),
            Office("Noor Haddadin", "92553", "2300 Sunnymead Lane", ("Arabic",)),
        ),
    ),
    House(
        "angeles-health",
        "Angeles Health Brokers",
        Kind.AGENCY,
        "213",
        "Theodora Vance",
        (
            Office("Araksi Mirzoyan", "91205", "410 Glendale Row", ("Armenian", "Russian")),
            Office("Jae-won Noh", "90006", "2950 Olympic Lane", ("Korean",)),
            Office("Esperanza Villalobos", "90022", "5100 Whittier Row", ("Spanish",)),
            Office("Percival Odom", "90008", "3640 Crenshaw Lane", ()),
            Office("Shirin Vahdat", "91367", "21800 Ventura Row", ("Farsi",)),
            Office("Lourdes Macapagal", "90703", "11700 South Street", ("Tagalog",)),
            Office("Wen-hao Fan", "91801", "126 Main Row", ("Mandarin", "Cantonese")),
            Office("Ismael Rentería", "91331", "13200 Van Nuys Lane", ("Spanish",)),
            Office("Constance Aldridge", "90802", "75 Pine Row", ()),
        ),
    ),
    House(
        "south-coast",
        "South Coast Coverage Group",
        Kind.AGENCY,
        "714",
        "Bartholomew Nakai",
        (
            Office("Khanh Luong", "92683", "9200 Bolsa Row", ("Vietnamese",)),
            Office("Thuy-Linh Cao", "92843", "12800 Brookhurst Lane", ("Vietnamese",)),
            Office("Ignacio Barragán", "92701", "340 Fourth Row", ("Spanish",)),
            Office("Priscilla Hartog", "92614", "17 Park Circle", ()),
            Office("Soo-ah Baek", "92833", "1900 Malvern Row", ("Korean",)),
            Office("Ruben Escandón", "92101", "640 Broadway Row", ("Spanish",)),
            Office("Carmelita Agbayani", "91950", "31 Plaza Lane", ("Tagalog", "Spanish")),
            Office("Winston Ferrante", "92054", "505 Mission Row", ()),
            Office("Odalys Montaño", "92243", "715 State Row", ("Spanish",)),
        ),
    ),
    House(
        "golden-gate-benefits",
        "Golden Gate Benefits Advisors",
        Kind.AGENCY,
        "415",
        "Philippa Rourke",
        (
            Office("Wing-sum Szeto", "94108", "820 Grant Row", ("Cantonese", "Mandarin")),
            Office("Graciela Urrutia", "94110", "2700 Mission Row", ("Spanish",)),
            Office("Anatoly Berezin", "94121", "5500 Geary Lane", ("Russian",)),
            Office("Tomasa Quiñones", "94015", "250 Southgate Row", ("Spanish", "Tagalog")),
            Office("Desmond Akintola", "94901", "1010 Fourth Lane", ()),
            Office("Phuong Doan", "95122", "1700 Story Row", ("Vietnamese",)),
            Office("Meenakshi Rao", "94538", "39100 Paseo Lane", ("Hindi", "Punjabi")),
            Office("Cornelius Webb", "94520", "2000 Grant Row", ()),
            Office("Beatrix Sandoval", "95404", "600 Fourth Row", ("Spanish",)),
        ),
    ),
    House(
        "capital-river",
        "Capital River Insurance",
        Kind.AGENCY,
        "916",
        "Lemuel Storey",
        (
            Office("Svitlana Hrytsenko", "95821", "3100 Marconi Lane", ("Ukrainian", "Russian")),
            Office("Pa Chia Moua", "95823", "6600 Franklin Row", ("Hmong",)),
            Office("Adelina Fierro", "95814", "1210 Capitol Row", ("Spanish",)),
            Office("Bennett Castleman", "95661", "180 Douglas Lane", ()),
            Office("Jasleen Bains", "95991", "730 Plumas Row", ("Punjabi",)),
            Office("Everett Lindholm", "96001", "1640 Market Row", ()),
            Office("Nicanor Pineda", "95202", "420 Weber Row", ("Spanish", "Tagalog")),
        ),
    ),
    House(
        "valley-promotoras",
        "Valley Promotoras Network",
        Kind.ENTITY,
        "661",
        "Rosalba Cienfuegos",
        (
            Office("Paulina Arechiga", "93301", "1500 Chester Row", ("Spanish",)),
            Office("Fidel Zaragoza", "93215", "910 Main Lane", ("Spanish",)),
            Office("Xiomara Batres", "93905", "44 Alisal Row", ("Spanish",)),
            Office("Mai See Thao", "95340", "640 Main Row", ("Hmong",)),
            Office("Leobardo Sixtos", "93257", "120 Olive Row", ("Spanish",)),
            Office("Amparo Tejeda", "95350", "1020 Tenth Lane", ("Spanish",)),
        ),
    ),
    House(
        "redwood-health-access",
        "Redwood Health Access",
        Kind.ENTITY,
        "707",
        "Millicent Braga",
        (
            Office("Jonah Featherstone", "95501", "530 Second Row", ()),
            Office("Corinne Albright", "95482", "215 School Row", ("American Sign Language",)),
            Office("Sokha Meas", "95403", "3000 Cleveland Lane", ("Cambodian",)),
            Office("Tessa Holbrook", "95965", "1430 Myers Row", ()),
            Office("Aurelio Cadena", "94558", "1100 Coombs Row", ("Spanish",)),
        ),
    ),
    House(
        "sierra-navigators",
        "Sierra Coverage Navigators",
        Kind.ENTITY,
        "530",
        "Ambrose Tillery",
        (
            Office("Juniper Castell", "96150", "2850 Lake Row", ("Spanish",)),
            Office("Rafe Donnelly", "93514", "270 Line Row", ()),
            Office("Verónica Salcido", "93003", "4400 Telegraph Row", ("Spanish",)),
            Office("Imelda Corpuz", "93940", "480 Alvarado Row", ("Tagalog",)),
        ),
    ),
)


def found_listings(*, exchange: Exchange) -> int:
    """List every office, unless agents or counselors are listed already; returns how many.

    The exchange's scope must be set.
    """
    there = Listing.objects.filter(exchange=exchange).exclude(kind=Listing.Kind.STOREFRONT)
    if exchange.slug != _EXCHANGE or "storefront" not in exchange.modules or there.exists():
        return 0
    rows = list(_listings(exchange, timezone.now()))
    Listing.objects.bulk_create(rows)
    generation.changed(exchange)
    return len(rows)


def _listings(exchange: Exchange, now: datetime) -> Iterator[Listing]:
    system = Actor.system(exchange, channel="demo")
    codes = {office.zip_code for house in _HOUSES for office in house.offices}
    areas = ZipArea.objects.in_bulk(codes)
    for place, house in enumerate(_HOUSES):
        organization = _organization(system, house)
        people = _people(system, house, organization)
        for number, office in enumerate(house.offices, start=place):
            area = areas[office.zip_code]
            days, spans = _WEEKS[number % len(_WEEKS)]
            yield Listing(
                exchange=exchange,
                organization=organization,
                person=people[office.name],
                kind=(Listing.Kind.COUNSELOR if house.kind == Kind.ENTITY else Listing.Kind.AGENT),
                state_since=now,
                updated_at=now,
                name=office.name,
                street=office.street,
                city=area.city,
                state_code=area.state,
                zip_code=area.zip_code,
                county=area.county,
                latitude=area.latitude,
                longitude=area.longitude,
                phone=f"({house.area_code}) 555-01{10 * place % 100 + number % 10:02d}",
                hours=validate_hours({day: [list(span) for span in spans] for day in days.split()}),
                special_days=_holidays(now),
                languages=["English", *office.languages],
                services=_SERVICES[number % len(_SERVICES)],
                accessibility=_ACCESSIBILITY[number % len(_ACCESSIBILITY)],
            )


def _organization(system: Actor, house: House) -> Organization:
    found = Organization.objects.filter(exchange=system.exchange, code=house.code).first()
    return found or services.create_organization(
        actor=system,
        kind=house.kind,
        code=house.code,
        name=house.name,
        phone=f"({house.area_code}) 555-0100",
    )


def _people(system: Actor, house: House, organization: Organization) -> dict[str, Person]:
    """The house's enrollers by name; new ones have no password, so nobody signs in as them."""
    roles = (
        ("entity_primary_contact", "certified_enrollment_counselor")
        if house.kind == Kind.ENTITY
        else ("agency_manager", "agent_level_2")
    )
    posts = [(house.manager, "", roles[0])] if house.manager else []
    posts += [(office.name, office.email, roles[1]) for office in house.offices]
    people = {}
    for number, (name, email, role) in enumerate(posts):
        address = email or f"enroller{number}@{house.code}.example"
        person = Person.objects.filter(email=address).first()
        people[name] = person or Person.objects.create_user(address, full_name=name)
        if not Membership.objects.filter(person=people[name], organization=organization).exists():
            services.add_membership(
                actor=system, person=people[name], organization=organization, role_key=role
            )
    return people


def _holidays(now: datetime) -> list[dict[str, object]]:
    """The next Christmas and New Year's Day, both closed."""
    days = (now.date().replace(month=month, day=day) for month, day, _ in _HOLIDAYS)
    coming = [day if day >= now.date() else day.replace(year=day.year + 1) for day in days]
    found: list[dict[str, object]] = [
        {"date": day.isoformat(), "hours": [], "label": label}
        for day, (*_, label) in zip(coming, _HOLIDAYS, strict=True)
    ]
    return sorted(found, key=lambda day: str(day["date"]))
