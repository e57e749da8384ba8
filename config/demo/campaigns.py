"""The re-application campaign of 2025, as it went: SF-09 with its dates (SF-10, C.6 row 9).

Four storefronts that were listed before the portal was. Three were applied for before May 2025:
one owner applies anew in time and keeps theirs, two do not and lapse on November 1. The fourth,
of May 1, stays. Everybody is invented.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final

from config.demo.shop_windows import draw_shop_windows
from config.demo.stage import Stage
from portal.documents.models import Document
from portal.tenancy.models import Person
from storefronts import generation
from storefronts.applications.services import Place, submit_application
from storefronts.campaigns import services as campaigns
from storefronts.campaigns.rules import REMIND_DAYS
from storefronts.campaigns.sweep import sweep_campaigns
from storefronts.choices import ATTESTATIONS
from storefronts.models import Campaign, Listing, ZipArea
from storefronts.review import checklist
from storefronts.review import services as review
from storefronts.table import KIND

_EXCHANGE: Final = "covered-california"
_DESK: Final = "osd.staff@covered.example"
_WEEK: Final = {day: [["09:00", "17:30"]] for day in ("mon", "tue", "wed", "thu", "fri")}
_PLAN: Final = campaigns.Plan(
    title="Keep your storefront: apply anew by October 31, 2025",
    applied_before=date(2025, 5, 1),
    deadline=date(2025, 10, 31),
    remind_days=REMIND_DAYS,
    message=(
        "Storefront owners who applied before May 2025 submit a **new** application by October 31,"
        " 2025, to stay active and visible in Find a Local Enroller.\n\n"
        "1. Read the Storefront Toolkit.\n"
        "2. Take at least two photos, one of them of the entrance with its sign.\n"
        "3. Apply anew for the place below; its address and hours are filled in."
    ),
)
#: Instants at which the campaign did something (UTC).
_WRITTEN: Final = datetime(2025, 8, 15, 17, 0, tzinfo=UTC)
_REMINDED: Final = (
    datetime(2025, 9, 1, 16, 0, tzinfo=UTC),
    datetime(2025, 10, 1, 16, 0, tzinfo=UTC),
)
_APPLIED: Final = datetime(2025, 9, 18, 17, 30, tzinfo=UTC)
_APPROVED: Final = datetime(2025, 9, 24, 21, 15, tzinfo=UTC)
_LAST: Final = (
    datetime(2025, 10, 24, 16, 0, tzinfo=UTC),
    datetime(2025, 10, 30, 16, 0, tzinfo=UTC),
    datetime(2025, 11, 1, 7, 1, tzinfo=UTC),
)


@dataclass(frozen=True)
class _Old:
    """A storefront from before the portal."""

    organization: str
    name: str
    street: str
    zip_code: str
    phone: str
    applied_on: date
    languages: tuple[str, ...]


_KEPT: Final = _Old(
    "sunrise",
    "Sunrise on Delta Row",
    "415 Delta Row",
    "95202",
    "(209) 555-0141",
    date(2025, 3, 12),
    ("English", "Spanish"),
)
_STOREFRONTS: Final = (
    _KEPT,
    _Old(
        "harbor",
        "Harbor Benefits Pier Office",
        "18 Pier Row",
        "94607",
        "(510) 555-0142",
        date(2025, 4, 30),
        ("English", "Cantonese"),
    ),
    _Old(
        "bridge-clinic",
        "Bridge Clinic Front Desk",
        "900 Clinic Row",
        "93721",
        "(559) 555-0143",
        date(2025, 4, 2),
        ("English", "Hmong", "Spanish"),
    ),
    _Old(
        "sunrise",
        "Sunrise on Palm Walk",
        "77 Palm Walk",
        "95814",
        "(916) 555-0144",
        date(2025, 5, 1),
        ("English", "Vietnamese"),
    ),
)


def play_campaign(stage: Stage) -> None:
    """Play the campaign up to the demonstration's present, where none has been played."""
    exchange = stage.exchange
    there = Campaign.objects.filter(exchange=exchange)
    if exchange.slug != _EXCHANGE or KIND not in exchange.modules or there.exists():
        return
    if stage.now < _WRITTEN:
        return
    stage.clock.move(_WRITTEN)
    _list_storefronts(stage)
    desk = stage.actor(_DESK)
    campaign = campaigns.create_campaign(actor=desk, plan=_PLAN)
    campaigns.start_campaign(actor=desk, campaign=campaign)
    for instant in _instants(stage):
        stage.clock.move(instant)
        if instant == _APPLIED:
            _apply_anew(stage)
        sweep_campaigns(exchange=exchange, now=instant)
    stage.clock.move(stage.now)


def _instants(stage: Stage) -> Iterator[datetime]:
    instants = sorted((*_REMINDED, _APPLIED, *_LAST))
    return (instant for instant in instants if instant <= stage.now)


def _list_storefronts(stage: Stage) -> None:
    areas = ZipArea.objects.in_bulk({row.zip_code for row in _STOREFRONTS})
    Listing.objects.bulk_create(
        Listing(
            exchange=stage.exchange,
            organization=stage.organizations[row.organization],
            kind=Listing.Kind.STOREFRONT,
            name=row.name,
            street=row.street,
            city=areas[row.zip_code].city,
            state_code=areas[row.zip_code].state,
            zip_code=row.zip_code,
            county=areas[row.zip_code].county,
            latitude=areas[row.zip_code].latitude,
            longitude=areas[row.zip_code].longitude,
            phone=row.phone,
            hours=_WEEK,
            languages=list(row.languages),
            services=["walk-in", "appointments"],
            accessibility=["step-free"],
            applied_on=row.applied_on,
        )
        for row in _STOREFRONTS
    )
    generation.changed(stage.exchange)


def _apply_anew(stage: Stage) -> None:
    """The owner applies anew, and is approved six days later."""
    owner, desk = stage.actor("manager@sunrise.example"), stage.actor(_DESK)
    listing = Listing.objects.get(exchange=stage.exchange, name=_KEPT.name)
    application = submit_application(
        actor=owner,
        place=Place(
            name=listing.name,
            street=listing.street,
            city=listing.city,
            zip_code=listing.zip_code,
            phone=listing.phone,
            hours=listing.hours,
            languages=[*listing.languages, "Tagalog"],
            services=listing.services,
            accessibility=listing.accessibility,
        ),
        staff=[Person.objects.get(email="agent2@sunrise.example")],
        attested=[one.key for one in ATTESTATIONS],
        photos=[
            (stage.file(photo, purpose=Document.Purpose.EVIDENCE, actor=owner), kind)
            for photo, kind in draw_shop_windows()[-1].photos
        ],
        listing=listing,
    )
    stage.clock.move(_APPROVED)
    case = application.case
    review.save_checklist(
        case=case, actor=desk, ticked=[point.key for point in checklist.POINTS], seen=[]
    )
    case.refresh_from_db()
    review.approve(case=case, actor=desk)
