"""The demonstration's storefront applications: begun, pending, asked about, decided (C.6).

The places are invented; their ZIP codes are there, so that they lie on the map.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import time
from typing import Any

from config.demo.shop_windows import ShopWindow, draw_shop_windows
from config.demo.stage import Stage
from portal.casework.models import Case
from portal.documents.models import Document
from portal.tenancy.models import Person
from storefronts.applications import wizard
from storefronts.applications.services import Place, submit_application
from storefronts.choices import ATTESTATIONS
from storefronts.models import InformationItem
from storefronts.review import services as review
from storefronts.review.checklist import POINTS
from storefronts.review.services import Item
from storefronts.status import answers, endings

MANAGER, HARBOR, CONTACT = (
    "manager@sunrise.example",
    "manager@harbor.example",
    "contact@bridge.example",
)
AGENT, COLLEAGUE, HARBOR_AGENT, COUNSELOR = (
    "agent2@sunrise.example",
    "agent2b@sunrise.example",
    "agent2@harbor.example",
    "cec@bridge.example",
)
REVIEWER = "osd.staff@covered.example"

_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri")
OFFICE = {day: [["09:00", "17:00"]] for day in _WEEKDAYS}
LATE = {day: [["10:00", "14:00"], ["15:00", "19:00"]] for day in _WEEKDAYS}
SATURDAYS = {**OFFICE, "sat": [["10:00", "15:00"]]}


@dataclass(frozen=True)
class Step:
    """One act, some open days ago."""

    days_ago: int
    perform: Callable[[Stage, Case], Any]


@dataclass(frozen=True)
class Story:
    """One application: who applies, for which place, and what becomes of it."""

    days_ago: int
    who: str
    place: Place
    staff: Sequence[str]
    steps: Sequence[Step] = ()
    at: time = field(default=time(11, 15))


def _ask(days_ago: int, *items: Item) -> Step:
    return Step(
        days_ago,
        lambda stage, case: review.request_information(
            case=case, actor=stage.actor(REVIEWER), items=items
        ),
    )


def _answer(days_ago: int, who: str, *texts: str) -> Step:
    def perform(stage: Stage, case: Case) -> None:
        actor = stage.actor(who)
        asked = InformationItem.objects.filter(application__case=case, sent_at=None).order_by("pk")
        for item, text in zip(asked, texts, strict=True):
            answers.save_answer(case=case, actor=actor, item_id=item.pk, answer=text)
        answers.send_answers(case=Case.objects.get(pk=case.pk), actor=actor)

    return Step(days_ago, perform)


def _approve(days_ago: int) -> Step:
    def perform(stage: Stage, case: Case) -> None:
        actor = stage.actor(REVIEWER)
        review.save_checklist(case=case, actor=actor, ticked=[point.key for point in POINTS])
        review.approve(case=case, actor=actor)

    return Step(days_ago, perform)


def _reject(days_ago: int, reason: str) -> Step:
    return Step(
        days_ago,
        lambda stage, case: review.reject(case=case, actor=stage.actor(REVIEWER), reason=reason),
    )


def _withdraw(days_ago: int, who: str) -> Step:
    return Step(days_ago, lambda stage, case: endings.withdraw(case=case, actor=stage.actor(who)))


def _place(name: str, street: str, city: str, zip_code: str, phone: str, **more: Any) -> Place:
    given: dict[str, Any] = {
        "hours": OFFICE,
        "languages": ["English", "Spanish"],
        "services": ["walk-in", "appointments"],
        "accessibility": ["step-free", "accessible-parking"],
    } | more
    return Place(name=name, street=street, city=city, zip_code=zip_code, phone=phone, **given)


STORIES: Sequence[Story] = (
    Story(
        40,
        MANAGER,
        _place(
            "Sunrise Enrollment Center",
            "1420 Poppy Street",
            "Fresno",
            "93721",
            "(559) 555-0131",
            hours=SATURDAYS,
            services=["walk-in", "appointments", "weekends", "medi-cal"],
        ),
        (AGENT, COLLEAGUE),
        (_approve(36),),
    ),
    Story(
        34,
        CONTACT,
        _place(
            "Bridge Clinic Welcome Desk",
            "77 Alder Lane",
            "Oakland",
            "94601",
            "(510) 555-0133",
            languages=["English", "Spanish", "Vietnamese"],
            services=["walk-in", "medi-cal", "phone-help"],
        ),
        (COUNSELOR,),
        (
            _ask(30, Item("Until when is the desk staffed on weekdays?")),
            _answer(28, CONTACT, "A counselor is at the desk until five."),
            _approve(26),
        ),
    ),
    Story(
        28,
        HARBOR,
        _place(
            "Harbor Benefits on the Quay",
            "310 Capstan Way",
            "San Pedro",
            "90731",
            "(310) 555-0134",
            hours=LATE,
            languages=["English", "Spanish", "Tagalog"],
            services=["walk-in", "appointments", "evenings"],
        ),
        (HARBOR_AGENT,),
        (_approve(22),),
    ),
    Story(
        24,
        MANAGER,
        _place("Sunrise at the Mall", "500 Arcade Drive", "Visalia", "93277", "(559) 555-0135"),
        (AGENT,),
        (_reject(19, "The photo of the outside shows the mall, but neither sign nor entrance."),),
    ),
    Story(
        17,
        HARBOR,
        _place("Harbor Pop-up", "9 Lighthouse Row", "Long Beach", "90802", "(310) 555-0136"),
        (HARBOR_AGENT,),
        (_withdraw(15, HARBOR),),
    ),
    Story(
        9,
        MANAGER,
        _place(
            "Sunrise Madera Office",
            "212 Almond Avenue",
            "Madera",
            "93637",
            "(559) 555-0137",
            services=["walk-in", "small-business"],
        ),
        (COLLEAGUE,),
        (
            _ask(
                6,
                Item("Send a photo that shows the sign from the street.", file_required=True),
                Item("Who is at the office on Fridays?"),
            ),
        ),
    ),
    Story(
        5,
        CONTACT,
        _place(
            "Bridge Library Hours",
            "18 Laurel Court",
            "Oakland",
            "94606",
            "(510) 555-0138",
            hours={"tue": [["12:00", "18:00"]], "thu": [["12:00", "18:00"]]},
            languages=["English", "Cantonese", "Vietnamese"],
            services=["walk-in"],
        ),
        (COUNSELOR,),
    ),
    Story(
        1,
        MANAGER,
        _place("Sunrise Hanford", "64 Cotton Street", "Hanford", "93230", "(559) 555-0139"),
        (AGENT, COLLEAGUE),
        at=time(15, 40),
    ),
)


def play_storefronts(stage: Stage) -> int:
    """Play the stories, and leave one draft behind; returns how many applications there are."""
    windows = draw_shop_windows()
    for number, story in enumerate(STORIES):
        stage.begin(story.days_ago, story.at)
        application = submit_application(
            actor=stage.actor(story.who),
            place=story.place,
            staff=list(Person.objects.filter(email__in=story.staff)),
            attested=[row.key for row in ATTESTATIONS],
            photos=_photos(stage, story.who, windows[number % len(windows)]),
        )
        for step in story.steps:
            stage.go_on(step.days_ago)
            step.perform(stage, Case.objects.get(pk=application.case_id))
    _leave_draft(stage)
    return len(STORIES)


def _photos(stage: Stage, who: str, window: ShopWindow) -> list[tuple[Document, str]]:
    purpose = Document.Purpose.EVIDENCE
    return [
        (stage.file(screened, purpose=purpose, actor=stage.actor(who)), kind)
        for screened, kind in window.photos
    ]


def _leave_draft(stage: Stage) -> None:
    """The manager has begun a second office and was called away (decision 17)."""
    place = _place("Sunrise Clovis", "8 Orchard Row", "Clovis", "93612", "(559) 555-0140")
    known = asdict(place)
    address = ("name", "street", "unit", "city", "zip_code", "phone")
    wizard.begin(
        actor=stage.actor(MANAGER),
        start={"place": {key: known[key] for key in address}, "details": {}},
    )
