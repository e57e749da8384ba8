"""Attacks on storefronts and the public finder: each comes to nothing."""

from __future__ import annotations

import csv
import io
import re
import uuid
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import Error, connection, transaction
from django.test import Client
from django.urls import reverse
from PIL import Image, PngImagePlugin

from portal.casework.machine import Conflict, Refused
from portal.casework.models import Case, Draft, OutboxMessage
from portal.ledger.models import LedgerEntry
from portal.tenancy import services as tenancy
from portal.tenancy.actor import NotAllowed
from portal.tenancy.models import Exchange
from portal.tenancy.scope import set_scope
from storefronts.applications import wizard
from storefronts.campaigns.services import start_campaign
from storefronts.contacts.limits import PER_ADDRESS, PER_PLACE
from storefronts.contacts.models import HelpContact
from storefronts.contacts.services import accept_contact, ask_for_help, decline_contact
from storefronts.listings import services as listing_services
from storefronts.models import (
    CampaignListing,
    InformationItem,
    Listing,
    ListingChange,
    StorefrontApplication,
)
from storefronts.outside.api import AddressRateThrottle
from storefronts.photos import screen_photo
from storefronts.review import services as review
from storefronts.review.checklist import POINTS
from storefronts.review.services import Item
from storefronts.status.answers import save_answer, send_answers
from storefronts.status.endings import withdraw
from tests.api.conftest import Api, create_api_token
from tests.documents.hostile import photo, photo_with_place, picture_header
from tests.storefronts.applications import ground as sheet
from tests.storefronts.campaigns.ground import campaign_of
from tests.storefronts.finder.ground import listed
from tests.storefronts.review.conftest import EVERY_POINT, FIRST, SECOND, Desk
from tests.storefronts.review.conftest import desk as desk
from tests.storefronts.status.ground import picture, screened
from tests.world import NOW, World

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
OWNER, RIVAL = "agency.manager", "harbor.manager"
#: Colleagues of the owner who apply for nothing.
COLLEAGUES = ("agent", "agent2b", "agent1", "admin1", "admin2")
#: Who has nothing to do with the owner's storefronts.
STRANGERS = (RIVAL, "harbor.agent", "entity.contact", "cec", "ea.analyst", "office.manager")
FIND, API = "/find/covered-california/", "/api/v1/find/covered-california/"
#: Pages and addresses that every case has.
_CASEWORK = ("presence", "texts", "workbench-case")
_OF_CASES = ("timeline", "notes", "timers", "acts", "files")
NAME = "Quillfeather Corner"
FORMULA = '=HYPERLINK("http://evil.example")'
MARKUP = "<img src=x onerror=alert(1)>"


@pytest.fixture(autouse=True)
def _forget() -> None:
    cache.clear()


def browser(world: World, who: str) -> Client:
    client = Client()
    client.force_login(world.person(who), BACKEND)
    return client


def program(world: World, who: str) -> Api:
    cache.clear()
    token, secret = create_api_token(
        actor=world.actor(who), membership=world.memberships[who], name="attack", read_only=False
    )
    return Api(secret, token)


def act(case: Case, key: str) -> str:
    return f"cases/{case.number}/acts/{key}/"


def pages_of(case: Case) -> list[str]:
    detail = StorefrontApplication.objects.get(case=case)
    photos = [row.document.public_id for row in detail.photos.select_related("document")]
    return [
        reverse("storefronts:mine"),
        reverse("storefronts:pending"),
        f"{reverse('storefronts:mine-export')}?format=csv",
        reverse("storefronts:application", args=[case.number]),
        reverse("storefronts:apply-received", args=[case.number]),
        reverse("storefronts:review"),
        reverse("storefronts:review-case", args=[case.number]),
        reverse("storefronts:review-photo", args=[case.number, photos[0]]),
        reverse("casework:case", args=[case.number]),
        reverse("casework:file", args=[case.number, photos[0]]),
        "/search/?q=Quillfeather",
        f"/search/?q={case.number}",
        "/",
    ]


# --- Applications ---------------------------------------------------------------------------


def test_no_door_shows_an_application_to_whoever_neither_brought_nor_reviews_it(
    desk: Desk,
) -> None:
    case = desk.apply(name=NAME)
    world, doors = desk.world, pages_of(case)
    for who in (*COLLEAGUES, *STRANGERS):
        client, api = browser(world, who), program(world, who)
        answers = [client.get(door, follow=True) for door in doors]
        answers += [api.get(f"storefront-applications/{case.number}/"), api.get("cases/")]
        answers += [api.get(f"cases/{case.number}/"), api.get("storefront-applications/")]
        for answer in answers:
            assert answer.status_code in (200, 403, 404), (who, answer.status_code)
            text = answer.content.decode(errors="replace")
            assert NAME not in text, (who, answer.request["PATH_INFO"])
            assert answer.headers["Content-Type"] != "image/jpeg", who
    for who in (OWNER, FIRST):
        assert NAME in browser(world, who).get(doors[3], follow=True).content.decode()


def test_nobody_but_the_owner_answers_copies_or_withdraws(desk: Desk) -> None:
    case = desk.asked(desk.apply(name=NAME))
    item = InformationItem.objects.get()
    world = desk.world
    for who in (*COLLEAGUES, *STRANGERS, FIRST):
        client, api = browser(world, who), program(world, who)
        answers = [
            client.post(
                reverse("storefronts:answer", args=[case.number, item.pk]), {"answer": "x"}
            ),
            client.post(reverse("storefronts:copy", args=[case.number])),
            api.post(f"storefront-applications/{case.number}/questions/{item.pk}/",
                     {"answer": "x", "seen": "x"}),
            api.post(act(case, "withdraw"), {"expected_version": case.version}),
            api.post(act(case, "answer"), {"expected_version": case.version}),
        ]  # fmt: skip
        assert {answer.status_code for answer in answers} <= {403, 404, 409}, (who, answers)
    world.enter()
    case.refresh_from_db()
    item.refresh_from_db()
    assert (case.status, item.answer) == ("pending_information", "")
    assert not Draft.objects.exists()


def test_no_owner_or_stranger_performs_a_reviewers_act(desk: Desk) -> None:
    case = desk.checked(desk.apply(name=NAME))
    bodies: dict[str, dict[str, Any]] = {
        "approve": {},
        "reject": {"reason": "x"},
        "request_information": {"items": [{"question": "x", "file_required": False}]},
        "reopen": {"reason": "x"},
        "assign": {"person": str(desk.world.person(OWNER).pk)},
    }
    for who in (OWNER, *STRANGERS, *COLLEAGUES):
        client, api = browser(desk.world, who), program(desk.world, who)
        for key, body in bodies.items():
            answer = api.post(act(case, key), body | {"expected_version": case.version})
            assert answer.status_code in (400, 403, 404), (who, key, answer.content)
        for key, body in bodies.items():
            url = reverse("casework:act", args=[case.number, key])
            assert client.post(url, body).status_code in (403, 404), (who, url)
        for url, body in (
            (reverse("storefronts:review-checklist", args=[case.number]), {"point": EVERY_POINT}),
            (reverse("storefronts:review-assign"), {"case": case.number}),
        ):
            assert client.post(url, body).status_code in (403, 404), (who, url)
    desk.world.enter()
    case.refresh_from_db()
    assert case.status == "pending"
    assert not Listing.objects.exists()


def test_a_bulk_assignment_goes_to_colleagues_and_touches_applications_alone(desk: Desk) -> None:
    case, url = desk.apply(), reverse("storefronts:review-assign")
    client = browser(desk.world, FIRST)
    for who in (OWNER, "agent", "ea.analyst"):
        answer = client.post(url, {"case": case.number, "person": desk.world.person(who).pk})
        assert answer.status_code == 422, who
    colleague = desk.world.person(SECOND).pk
    for numbers in (["SF-0"], [case.number, "SF-0"], ["\x00"], ["' OR 1=1"]):
        answer = client.post(url, {"case": numbers, "person": colleague})
        assert answer.status_code == 404, numbers
    desk.world.enter()
    case.refresh_from_db()
    assert case.owner_id is None


def test_the_owner_reads_neither_checklist_nor_notes_nor_who_reviews(desk: Desk) -> None:
    case = desk.checked(desk.apply(name=NAME))
    api = program(desk.world, FIRST)
    assert api.post(act(case, "note"), {"body": "Smells of a front company."}).status_code < 500
    desk.asked(case)
    desk.actor(OWNER)
    [item] = InformationItem.objects.all()
    save_answer(case=case, actor=desk.actor(OWNER), item_id=item.pk, answer="The blue one.")
    send_answers(case=case, actor=desk.actor(OWNER))
    desk.rejected(case, reason="No sign is to be seen.")
    case.refresh_from_db()
    client, mine = browser(desk.world, OWNER), program(desk.world, OWNER)
    browser(desk.world, FIRST).get(reverse("casework:presence", args=[case.number]))
    doors = [
        *pages_of(case),
        *(reverse(f"casework:{name}", args=[case.number]) for name in _CASEWORK),
        *(reverse("casework:act", args=[case.number, key]) for key in ("withdraw", "note")),
    ]
    answers = [client.get(door, follow=True) for door in doors]
    answers += [
        mine.get(path)
        for path in (
            f"storefront-applications/{case.number}/",
            f"cases/{case.number}/",
            *(f"cases/{case.number}/{name}/" for name in _OF_CASES),
        )
    ]
    told = "\n".join(answer.content.decode(errors="replace") for answer in answers)
    assert "No sign is to be seen." in told
    for secret in ("Osd Staff", "osd.staff", "Smells of", *(row.words for row in POINTS)):
        assert secret not in told, secret


def test_whoever_has_a_stake_in_a_storefront_decides_nothing_about_it(desk: Desk) -> None:
    """Somebody of Outreach and Sales who also works for the agency is a judge in their own case."""
    case = desk.checked(desk.apply(name=NAME), who=SECOND)
    world = desk.world
    world.enter()
    tenancy.add_membership(
        actor=world.system,
        person=world.person(FIRST),
        organization=world.organization("sunrise"),
        role_key="agency_manager",
    )
    with pytest.raises(Refused, match="colleague"):
        review.approve(case=case, actor=desk.actor(FIRST))
    with pytest.raises(Refused, match="colleague"):
        review.reject(case=case, actor=desk.actor(FIRST), reason="x")
    answer = program(world, FIRST).post(act(case, "approve"), {"expected_version": case.version})
    assert answer.status_code == 409
    world.enter()
    assert not Listing.objects.exists()
    review.approve(case=case, actor=desk.actor(SECOND))


def test_the_second_look_is_refused_to_the_first_reviewer_through_the_api_too(desk: Desk) -> None:
    case = desk.checked(desk.reopened(desk.apply()), who=SECOND)
    case.refresh_from_db()
    api = program(desk.world, FIRST)
    for key, body in (("approve", {}), ("reject", {"reason": "Again."})):
        answer = api.post(act(case, key), body | {"expected_version": case.version})
        assert answer.status_code == 409, (key, answer.content)
    desk.world.enter()
    assert not Listing.objects.exists()


def test_an_approval_sent_again_makes_no_second_listing(desk: Desk) -> None:
    case = desk.checked(desk.apply())
    case.refresh_from_db()
    api = program(desk.world, FIRST)
    body, key = {"expected_version": case.version}, str(uuid.uuid4())
    codes = [api.post(act(case, "approve"), body, key=key).status_code for _ in range(2)]
    codes += [
        api.post(act(case, "approve"), body).status_code,
    ]
    desk.world.enter()
    assert codes[0] == codes[1] < 300 < codes[2]
    assert Listing.objects.count() == 1
    with pytest.raises(Refused):
        withdraw(case=case, actor=desk.actor(OWNER))


def test_a_withdrawn_application_is_not_approved_by_a_page_that_was_open(desk: Desk) -> None:
    case = desk.checked(desk.apply())
    case.refresh_from_db()
    seen = case.version
    withdraw(case=case, actor=desk.actor(OWNER))
    with pytest.raises((Refused, Conflict)):
        review.approve(case=case, actor=desk.actor(FIRST), expected_version=seen)
    assert not Listing.objects.exists()


def test_answers_reach_only_what_this_application_asks_now(desk: Desk) -> None:
    own, other = desk.asked(desk.apply()), desk.asked(desk.apply(RIVAL, street="7 Elm Street"))
    foreign = InformationItem.objects.get(application__case=other)
    mine = InformationItem.objects.get(application__case=own)
    client, api = browser(desk.world, OWNER), program(desk.world, OWNER)

    def sent(pk: int) -> int:
        body = {"answer": "Changed.", "seen": "0" * 16}
        client.post(reverse("storefronts:answer", args=[own.number, pk]), body)
        path = f"storefront-applications/{own.number}/questions/{pk}/"
        return int(api.post(path, body).status_code)

    assert [sent(pk) for pk in (foreign.pk, 10**30)] == [404, 404]
    save_answer(case=own, actor=desk.actor(OWNER), item_id=mine.pk, answer="The blue one.")
    send_answers(case=own, actor=desk.actor(OWNER))
    assert sent(mine.pk) in (404, 409)
    desk.world.enter()
    desk.asked(own, "And the sign?")
    assert sent(mine.pk) == 404, "what was sent is not changed in a later round"
    desk.world.enter()
    for item in (foreign, mine):
        item.refresh_from_db()
    assert (foreign.answer, mine.answer) == ("", "The blue one.")


def test_questions_of_a_round_that_ended_do_not_hold_up_the_next(desk: Desk) -> None:
    """Else an application taken up again could never be answered, and would end rejected."""
    case = desk.asked(desk.apply(), "What nobody answered.")
    desk.rejected(case)
    review.reopen(case=case, actor=desk.actor(FIRST), reason="They called.")
    desk.asked(case, "Which door?", who=SECOND)
    latest = InformationItem.objects.get(question="Which door?")
    owner = desk.actor(OWNER)
    save_answer(case=case, actor=owner, item_id=latest.pk, answer="The blue one.")
    old = InformationItem.objects.get(question="What nobody answered.")
    with pytest.raises(InformationItem.DoesNotExist):
        save_answer(case=case, actor=owner, item_id=old.pk, answer="Too late.")
    send_answers(case=case, actor=owner)
    case.refresh_from_db()
    old.refresh_from_db()
    assert (case.status, old.sent_at) == ("pending", None)


def test_a_file_that_was_asked_for_is_not_replaced_by_words_through_the_api(desk: Desk) -> None:
    case = review.request_information(
        case=desk.apply(), actor=desk.actor(FIRST), items=[Item("The lease.", file_required=True)]
    )
    [item] = InformationItem.objects.all()
    save_answer(case=case, actor=desk.actor(OWNER), item_id=item.pk, answer="It is on paper.")
    case.refresh_from_db()
    api = program(desk.world, OWNER)
    answer = api.post(act(case, "answer"), {"expected_version": case.version})
    assert answer.status_code == 409, answer.content
    path = f"storefront-applications/{case.number}/questions/{item.pk}/"
    upload = {
        "answer": "x",
        "seen": "0" * 16,
        "file": SimpleUploadedFile("lease.pdf", b"<svg onload=alert(1)>"),
    }
    assert api.upload(path, upload).status_code == 400


def test_drafts_are_their_writers_alone_at_every_step(world: World) -> None:
    draft = wizard.begin(actor=world.actor(OWNER))
    document = sheet.kept_photo(world.actor(OWNER), draft)
    for who in (RIVAL, "entity.contact"):
        client = browser(world, who)
        for step in ("place", "details", "photos", "review", "discard"):
            url = reverse(f"storefronts:apply-{step}", args=[draft])
            assert client.get(url).status_code == 404, (who, step)
            assert client.post(url, sheet.place_typed()).status_code == 404, (who, step)
        for url in (
            reverse("storefronts:apply-keep", args=[draft, "place"]),
            reverse("storefronts:apply-photo-add", args=[draft]),
        ):
            assert client.post(url, {"uploads": picture()}).status_code == 404, (who, url)
        url = reverse("storefronts:apply-photo", args=[draft, document.public_id])
        assert client.get(url).status_code == 404, who
    for who in COLLEAGUES:
        url = reverse("storefronts:apply-place", args=[draft])
        assert browser(world, who).get(url).status_code == 403, who
    world.enter()
    assert wizard.Sheet.of(Draft.objects.get().content).name == ""


def test_a_sheet_that_names_other_peoples_things_becomes_no_application(world: World) -> None:
    """What a draft holds is believed by nobody: neither the listing, the staff nor the photos."""
    theirs = listed(world, organization=world.organization("harbor"), name=NAME)
    world.person("osd.staff")
    actor = world.actor(OWNER)
    draft = wizard.begin(actor=actor)
    for _ in range(2):
        sheet.kept_photo(actor, draft)

    def forge(held: wizard.Sheet) -> None:
        held.listing, held.copied_from = str(theirs.public_id), "SF-1"
        held.type("place", {key: [value] for key, value in sheet.place_typed().items()})
        typed = sheet.details_typed(world, staff=[str(world.person("harbor.agent").pk)])
        held.type("details", {k: v if isinstance(v, list) else [v] for k, v in typed.items()})
        held.order = [str(uuid.uuid4())]

    wizard.update(actor=actor, public_id=draft, change=forge)
    with pytest.raises(ValidationError):
        wizard.submit(actor=actor, public_id=draft)
    client = browser(world, OWNER)
    for step in ("place", "details", "photos", "review"):
        text = client.get(
            reverse(f"storefronts:apply-{step}", args=[draft]), follow=True
        ).content.decode()
        assert NAME not in text, step
        assert "Harbor Agent" not in text, step
    world.enter()
    answer = client.post(reverse("storefronts:apply"), {"location": str(theirs.public_id)})
    assert answer.status_code == 422
    assert not StorefrontApplication.objects.exists()


@pytest.mark.parametrize("text", ["a\x00b", "\x00", "'; DROP TABLE x; --", MARKUP, "\u202e", "Ⅷ"])
def test_what_is_typed_into_an_application_is_never_a_crash_nor_markup(
    world: World, text: str
) -> None:
    world.person("osd.staff")
    draft = wizard.begin(actor=world.actor(OWNER))
    for kind in ("exterior", "interior"):
        document = sheet.kept_photo(world.actor(OWNER), draft)
        wizard.arrange(
            actor=world.actor(OWNER), public_id=draft, kinds={str(document.public_id): kind}
        )
    client = browser(world, OWNER)
    client.post(
        reverse("storefronts:apply-place", args=[draft]),
        sheet.place_typed(name="Corner", unit=text.strip("\x00")),
    )
    client.post(
        reverse("storefronts:apply-details", args=[draft]),
        sheet.details_typed(world, special_days_0_label=text),
    )
    answer = client.post(reverse("storefronts:apply-review", args=[draft]), follow=True)
    assert answer.status_code < 500
    for step in ("place", "details", "photos", "review"):
        answer = client.get(reverse(f"storefronts:apply-{step}", args=[draft]), follow=True)
        assert answer.status_code in (200, 422), step
        assert MARKUP not in answer.content.decode(), step
    listing = listed(world)
    answer = client.post(
        reverse("storefronts:listing-edit", args=[listing.public_id]),
        sheet.details_typed(world, special_days_0_label=text)
        | {"phone": listing.phone, "version": listing.version},
    )
    assert answer.status_code in (302, 422), answer.status_code


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-inf", "1e400", "9" * 60, "\x00", "٣٨"])
def test_a_mark_that_is_no_place_on_earth_is_refused_or_passed_over(
    world: World, value: str
) -> None:
    draft = wizard.begin(actor=world.actor(OWNER))
    client = browser(world, OWNER)
    typed = sheet.place_typed(latitude=value, longitude=value, placed_for="95814")
    for extra in ({}, {"locate": "1"}, {"save": "1"}):
        answer = client.post(reverse("storefronts:apply-place", args=[draft]), typed | extra)
        assert answer.status_code in (200, 302, 422)
        page = client.get(reverse("storefronts:apply-place", args=[draft])).content.decode()
        assert not re.search(r'value="(nan|inf|-inf)"', page)
    for params in (
        {"near": f"{value},{value}"},
        {"place": "95814", "miles": value},
        {"place": "95814", "page": value},
        {"place": value},
    ):
        for door in (FIND, f"{FIND}embed/", API):
            assert Client().get(door, params).status_code in (200, 400, 404, 422), (door, params)


# --- Photos ---------------------------------------------------------------------------------


def _noisy() -> Iterator[tuple[str, bytes]]:
    yield "place.jpg", photo_with_place()
    secret = b"CANARY-PLACE 38.5816,-121.4944"
    xmp = b"http://ns.adobe.com/xap/1.0/\x00<x:xmpmeta>" + secret + b"</x:xmpmeta>"
    plain = photo()
    segment = b"\xff\xe1" + (len(xmp) + 2).to_bytes(2, "big") + xmp
    yield "xmp.jpg", plain[:2] + segment + plain[2:]
    yield "comment.jpg", photo(comment=secret)
    yield "icc.jpg", photo(icc_profile=secret * 20)
    yield "tail.jpg", plain + b"PK\x03\x04" + secret
    yield "cmyk.jpg", photo(mode="CMYK")
    text = PngImagePlugin.PngInfo()
    text.add_text("Comment", secret.decode())
    text.add_itxt("XML:com.adobe.xmp", secret.decode())
    yield "text.png", photo(kind="PNG", pnginfo=text)
    frames = [Image.new("RGB", (20, 20), color) for color in ("red", "blue")]
    out = io.BytesIO()
    frames[0].save(out, "PNG", save_all=True, append_images=frames[1:])
    yield "moving.png", out.getvalue()


def test_nothing_rides_along_in_a_photo_that_is_kept() -> None:
    for name, content in _noisy():
        try:
            kept = screen_photo(ContentFile(content, name=name))
        except ValidationError:
            continue
        assert b"CANARY" not in kept.content, name
        assert b"Canary" not in kept.content, name
        assert b"acTL" not in kept.content, name
        with Image.open(io.BytesIO(kept.content)) as image:
            assert not image.getexif(), name
            assert getattr(image, "n_frames", 1) == 1, name
            assert not {"icc_profile", "comment", "xmp", "exif"} & set(image.info), name


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("drawing.svg", b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'),
        ("drawing.jpg", b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'),
        ("letter.jpg", b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n"),
        ("bomb.png", picture_header(10_000, 10_000)),
        ("moving.gif", b"GIF89a" + b"\x01\x00" * 40),
        ("../../etc/passwd.jpg", b"root:x:0:0"),
        ("empty.jpg", b""),
    ],
)
def test_what_only_claims_to_be_a_photo_is_refused(name: str, content: bytes) -> None:
    with pytest.raises(ValidationError):
        screen_photo(ContentFile(content, name=name))


def test_the_public_photo_is_the_outside_of_an_approved_place_and_no_other(desk: Desk) -> None:
    case = desk.apply(name=NAME)
    detail = desk.detail(case)
    public = Client()
    desk.approved(case)
    listing = desk.detail(case).listing
    assert listing is not None
    url = f"{FIND}places/{listing.public_id}/photo"
    assert public.get(url).status_code == 200
    inside = detail.photos.get(kind="interior").document
    outside = detail.photos.get(kind="exterior").document
    for document in (inside, outside):
        for path in (
            f"{FIND}places/{document.public_id}/photo",
            reverse("casework:file", args=[case.number, document.public_id]),
        ):
            assert public.get(path).status_code in (302, 404), path
    desk.world.enter()
    listing_services.suspend(actor=desk.actor(FIRST), listing=listing, reason="x")
    assert public.get(url).status_code == 404


# --- Listings -------------------------------------------------------------------------------


def test_only_the_owner_and_the_desk_touch_a_listing_and_never_by_reading(desk: Desk) -> None:
    world = desk.world
    desk.actor(FIRST)
    listing = listed(world, name=NAME)
    doors = {
        name: reverse(f"storefronts:listing-{name}", args=[listing.public_id])
        for name in ("manage", "edit", "preview", "apply", "suspend", "close", "reactivate")
    }
    for who in (*COLLEAGUES, *STRANGERS):
        client = browser(world, who)
        for name, url in doors.items():
            for answer in (client.get(url), client.post(url, {"reason": "x"})):
                assert answer.status_code in (403, 404, 405), (who, name, answer.status_code)
        assert NAME not in client.get(reverse("storefronts:listings")).content.decode(), who
    owner = browser(world, OWNER)
    for name in ("suspend", "reactivate"):
        assert owner.post(doors[name], {"reason": "x"}).status_code == 403, name
    for client in (owner, browser(world, FIRST)):
        for url in doors.values():
            client.get(url)
            client.head(url)
    world.enter()
    listing.refresh_from_db()
    assert (listing.state, listing.version) == ("active", 1)
    assert not ListingChange.objects.exists()
    assert not Draft.objects.exists()


def test_an_owner_who_closes_what_was_suspended_does_not_get_it_back_unseen(desk: Desk) -> None:
    case = desk.approved(desk.apply(name=NAME))
    listing = desk.detail(case).listing
    assert listing is not None
    listing_services.suspend(
        actor=desk.actor(FIRST), listing=listing, reason="Consumers were charged."
    )
    with pytest.raises(Refused):
        desk.apply(name=NAME)
    listing_services.close(actor=desk.actor(OWNER), listing=listing, reason="Moving.")
    again = desk.apply(name=NAME)
    page = browser(desk.world, SECOND).get(reverse("storefronts:review-case", args=[again.number]))
    assert "Consumers were charged." in page.content.decode()


@pytest.mark.parametrize("state", ["suspended", "closed", "lapsed"])
def test_what_left_the_map_is_nowhere_in_public_however_it_is_asked_for(
    world: World, other_world: World, state: str
) -> None:
    listing = listed(world, name=NAME)
    place = f"{FIND}places/{listing.public_id}/"
    doors = [
        f"{FIND}?place=95814",
        f"{FIND}es/?place=95814",
        f"{FIND}embed/?place=95814",
        place,
        f"{FIND}es/places/{listing.public_id}/",
        f"{place}help/",
        f"{place}help/sent/",
        f"{API}?place=95814",
        f"{API}places/{listing.public_id}/",
        f"{FIND}sitemap.xml",
    ]
    public = Client()
    known = {door: public.get(door) for door in doors}
    for door, answer in known.items():
        text = answer.content.decode()
        assert NAME in text or str(listing.public_id) in text, door
    elsewhere = [place.replace("covered-california", "maryland")]
    elsewhere += [f"/api/v1/find/maryland/places/{listing.public_id}/"]
    for door in elsewhere:
        assert public.get(door).status_code == 404, door
    assert NAME not in public.get("/find/maryland/?near=38.58,-121.49").content.decode()
    world.enter()
    if state == "lapsed":
        Listing.objects.filter(pk=listing.pk).update(state=state)
        from storefronts import generation

        generation.changed(world.exchange)
    else:
        move = listing_services.suspend if state == "suspended" else listing_services.close
        move(actor=world.actor("osd.staff"), listing=listing, reason="x")
    for door in doors:
        etag = known[door].headers.get("ETag", "")
        for headers in ({}, {"If-None-Match": etag}):
            answer = public.get(door, headers=headers)
            text = answer.content.decode()
            assert answer.status_code != 304, door
            assert NAME not in text, door
            assert str(listing.public_id) not in text, door
    posted = public.post(f"{place}help/", {"name": "N", "phone": "9165550177"})
    assert posted.status_code == 404
    assert not HelpContact.objects.exists()


# --- The public pages -----------------------------------------------------------------------


def test_what_owners_write_is_no_markup_where_consumers_read_it(world: World) -> None:
    words = f'"></script>{MARKUP}'
    listing = listed(
        world,
        name=words,
        street=words,
        unit=words,
        city=words,
        phone='"><b>',
        languages=[words],
        services=[words],
        accessibility=[words],
        special_days=[{"date": "2025-12-25", "hours": [], "label": words}],
    )
    for door in (
        f"{FIND}?place=95814",
        f"{FIND}es/?place=95814",
        f"{FIND}embed/?place=95814",
        f"{FIND}places/{listing.public_id}/",
        f"{FIND}places/{listing.public_id}/help/",
        f"{FIND}places/{listing.public_id}/help/sent/",
        f'{FIND}?place="></script>{MARKUP}',
        f'{FIND}es/?place=95814&utm="></script>{MARKUP}',
        f'{FIND}embed/?place=95814&x="></script>{MARKUP}',
    ):
        text = Client().get(door).content.decode()
        assert MARKUP not in text, door
        assert '"></script>' not in text, door
    for who in (OWNER, "osd.staff"):
        client = browser(world, who)
        for url in (
            reverse("storefronts:listings"),
            reverse("storefronts:listing-manage", args=[listing.public_id]),
            reverse("storefronts:listing-preview", args=[listing.public_id]),
        ):
            assert MARKUP not in client.get(url).content.decode(), (who, url)


def test_no_public_answer_sets_a_cookie_whoever_asks(world: World) -> None:
    """A shared cache may keep these answers, so none may carry somebody's session."""
    listing = listed(world)
    client = browser(world, OWNER)
    doors = (
        FIND,
        f"{FIND}?place=95814",
        f"{FIND}embed/",
        f"{FIND}places/{listing.public_id}/",
        f"{FIND}places/{uuid.uuid4()}/",
        f"{FIND}places/{listing.public_id}/help/",
        f"{FIND}widget.js",
        f"{FIND}sitemap.xml",
        f"{API}?place=95814",
        f"{API}?place=nowhere",
        f"{API}places/{listing.public_id}/",
        f"{API}places/{uuid.uuid4()}/",
    )
    for minutes, door in enumerate(doors, 1):
        with time_machine.travel(NOW + timedelta(minutes=minutes), tick=False):
            answer = client.get(door, headers={"Cookie2": "x"})
        assert not answer.cookies, door
        assert "Cookie" not in answer.headers.get("Vary", ""), door
        text = answer.content.decode()
        assert "Agency Manager" not in text, door
        assert "csrfmiddlewaretoken" not in text, door


def test_an_expired_session_ends_nothing_of_the_public_finder(world: World) -> None:
    listed(world)
    client = browser(world, OWNER)
    client.get("/")
    with time_machine.travel(NOW + timedelta(hours=13), tick=False):
        for door in (f"{FIND}?place=95814", f"{API}?place=95814"):
            answer = client.get(door)
            assert (answer.status_code, dict(answer.cookies)) == (200, {}), door


def test_a_remembered_answer_is_the_askers_own_exchange_language_and_host(
    world: World, other_world: World, settings: Any
) -> None:
    settings.ALLOWED_HOSTS = ["testserver", "evil.example"]
    world.enter()
    listed(world, name=NAME)
    poisoned = Client().get(
        f"{FIND}?place=95814", headers={"Host": "evil.example", "X-Forwarded-Host": "evil.example"}
    )
    clean = Client().get(f"{FIND}?place=95814", headers={"Accept-Language": "es"})
    spanish = Client().get(f"{FIND}es/?place=95814", headers={"Accept-Language": "en"})
    assert "evil.example" not in poisoned.content.decode() + clean.content.decode()
    assert 'lang="en' in clean.content.decode()
    assert 'lang="es' in spanish.content.decode()
    assert NAME not in Client().get("/find/maryland/?place=21201").content.decode()
    page = browser(world, OWNER).get("/", headers={"Accept-Language": "es"})
    assert 'lang="en' in page.content.decode()
    assert not {"django_language"} & set(page.cookies)


@pytest.mark.parametrize(
    "origin", ["null", "https://evil.example", "https://www.exchange.example.evil.example", "*"]
)
def test_other_sites_read_nothing_and_nobody_sends_credentials(world: World, origin: str) -> None:
    listed(world)
    Exchange.objects.filter(pk=world.exchange.pk).update(
        website_origins=["https://www.exchange.example"]
    )
    for door in (f"{API}?place=95814", f"{FIND}?place=95814", f"{FIND}embed/"):
        answer = Client().get(door, headers={"Origin": origin})
        allowed = [name for name in answer.headers if name.startswith("Access-Control-")]
        assert not allowed, door


@pytest.mark.parametrize(
    "site",
    [
        "'none' https://a.example; script-src *",
        "https://a.example;script-src",
        "https://a.example\n",
        "https://*.a.example",
        "*",
        "https://a.example/path",
        "https://a.example https://b.example",
        "http://a.example",
        "https://user@a.example",
        "https://a.example:0",
        "data:",
        "https://A.example",
    ],
)
def test_the_sites_of_an_exchange_are_origins_and_nothing_else(world: World, site: str) -> None:
    world.exchange.website_origins = [site]
    with pytest.raises(ValidationError):
        world.exchange.full_clean()


@pytest.mark.parametrize(
    "typed", ["'; DROP TABLE storefronts_listing; --", "%", "_", "\\", "a\x00b", "Sac%", "x" * 300]
)
def test_a_search_is_data_and_never_a_statement(world: World, typed: str) -> None:
    listed(world, name=NAME)
    for door in (FIND, f"{FIND}embed/", API):
        for params in (
            {"place": typed},
            {"place": "95814", "language": typed},
            {"place": "95814", "kind": typed},
            {"place": "95814", "open": typed},
            {"place": "95814", typed: typed},
        ):
            answer = Client().get(door, params)
            assert answer.status_code in (200, 400, 404, 422), (door, params)
    assert Client().get(f"{FIND}sitemap-{'9' * 40}.xml").status_code == 404
    assert Listing.objects.count() == 1


def test_a_made_up_sender_is_no_other_sender(world: World, monkeypatch: Any) -> None:
    """Anybody writes X-Forwarded-For; only what the portal's own proxy added counts."""
    listing = listed(world)
    monkeypatch.setattr(AddressRateThrottle, "get_rate", lambda self: "3/min")
    codes = [
        Client()
        .get(f"{API}?place=95814", headers={"X-Forwarded-For": f"203.0.113.{number}"})
        .status_code
        for number in range(5)
    ]
    assert codes[-1] == 429
    help_url = f"{FIND}places/{listing.public_id}/help/"
    codes = [
        Client()
        .post(
            help_url,
            {"name": "Noor", "phone": "9165550177"},
            headers={"X-Forwarded-For": f"203.0.113.{number}"},
        )
        .status_code
        for number in range(PER_ADDRESS + 2)
    ]
    assert codes[-1] == 429


def test_behind_the_portals_proxy_each_sender_is_counted_by_themselves(
    world: World, settings: Any
) -> None:
    """Else all of a state would share one sender's allowance, the proxy's."""
    settings.TRUSTED_PROXIES = 1
    listing = listed(world)
    help_url = f"{FIND}places/{listing.public_id}/help/"

    def sent(forwarded: str) -> int:
        body = {"name": "Noor", "phone": "9165550177"}
        return Client().post(help_url, body, headers={"X-Forwarded-For": forwarded}).status_code

    codes = [sent(f"198.51.100.{n}, 203.0.113.7") for n in range(PER_ADDRESS + 1)]
    assert (codes[-2], codes[-1]) == (302, 429), "what a sender puts in front does not count"
    assert sent("203.0.113.8") == 302


def test_one_sender_cannot_close_a_places_form_for_everybody(world: World) -> None:
    listing = listed(world)
    help_url = f"{FIND}places/{listing.public_id}/help/"
    body = {"name": "Noor", "phone": "9165550177"}
    for _ in range(PER_PLACE + 5):
        Client().post(help_url, body, REMOTE_ADDR="203.0.113.7")
    assert HelpContact.objects.count() == PER_ADDRESS
    assert Client().post(help_url, body, REMOTE_ADDR="203.0.113.8").status_code == 302


# --- Requests for help ----------------------------------------------------------------------


def test_the_help_form_says_the_same_about_a_consumer_on_file_and_about_nobody(
    world: World,
) -> None:
    from tests.delegations.ground import consumer_of

    known = consumer_of(world)
    listing = listed(world)
    help_url = f"{FIND}places/{listing.public_id}/help/"
    asked = []
    for name, phone in ((known.full_name, known.phone or "9165550177"), ("Nobody", "9165550178")):
        cache.clear()
        before = OutboxMessage.objects.count()
        from django.test.utils import CaptureQueriesContext

        with CaptureQueriesContext(
            connection,
        ) as statements:
            answer = Client().post(help_url, {"name": name, "phone": phone})
        world.enter()
        asked.append(
            (
                answer.status_code,
                answer["Location"],
                len(statements),
                OutboxMessage.objects.count() - before,
            )
        )
    assert asked[0] == asked[1]


def test_a_request_for_help_is_read_by_whom_it_asks_and_forgotten_when_declined(
    world: World,
) -> None:
    agent = world.person("agent")
    listing = listed(world, kind="agent", person=agent)
    contact = ask_for_help(
        exchange=world.exchange,
        listing=listing,
        name="Zenobia Quillfeather",
        phone="2135550177",
        email="zenobia@people.example",
        message="CANARY question",
    )
    url = reverse("storefronts:contact", args=[contact.pk])
    for who in ("agent2b", "agent1", "admin1", "admin2", *STRANGERS, "osd.staff"):
        client = browser(world, who)
        assert client.get(url).status_code in (403, 404), who
        for name in ("accept", "decline"):
            answer = client.post(reverse(f"storefronts:contact-{name}", args=[contact.pk]))
            assert answer.status_code in (403, 404), (who, name)
    page = browser(world, "agent").get(url).content.decode()
    assert "555-0177" not in page
    assert "zenobia@" not in page
    world.enter()
    decline_contact(actor=world.actor("agent"), contact=contact)
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f'SELECT t::text FROM "{table}" t')
            kept = "\n".join(row[0] for row in cursor.fetchall())
            assert "Quillfeather" not in kept, table
            assert "CANARY" not in kept, table
    contact.refresh_from_db()
    assert (contact.name, contact.phone, contact.email, contact.message) == ("", "", "", "")
    with pytest.raises(Refused):
        accept_contact(actor=world.actor("agent"), contact=contact)


def test_a_social_security_number_in_the_help_form_is_kept_nowhere(world: World) -> None:
    listing = listed(world)
    for field in ("name", "message", "email", "phone"):
        body = {"name": "Noor", "phone": "9165550177", field: "219-09-9999"}
        answer = Client().post(f"{FIND}places/{listing.public_id}/help/", body)
        assert answer.status_code == 422, field
    for field in ("name", "message", "phone", "email", "language", "website"):
        body = {"name": "Noor", "phone": "9165550177", field: "a\x00b"}
        answer = Client().post(f"{FIND}places/{listing.public_id}/help/", body)
        assert answer.status_code in (302, 422), field
    assert not HelpContact.objects.exists()


# --- Campaigns ------------------------------------------------------------------------------


def test_nobody_else_runs_a_campaign_and_no_link_starts_one(world: World) -> None:
    listed(world, applied_on=date(2025, 4, 1))
    campaign = campaign_of(world, is_active=False, deadline=date(2027, 10, 31))
    doors = [
        reverse("storefronts:campaigns"),
        reverse("storefronts:campaign-new"),
        *(
            reverse(f"storefronts:{name}", args=[campaign.pk])
            for name in ("campaign", "campaign-edit", "campaign-start", "campaign-end")
        ),
        reverse("storefronts:campaign-export", args=[campaign.pk, "csv"]),
    ]
    for who in (OWNER, *COLLEAGUES, *STRANGERS):
        client = browser(world, who)
        for url in doors:
            for answer in (client.get(url), client.post(url)):
                assert answer.status_code in (403, 405), (who, url)
    for url in doors:
        browser(world, "osd.staff").get(url)
    world.enter()
    campaign.refresh_from_db()
    assert not campaign.is_active
    assert not CampaignListing.objects.exists()


def test_a_campaign_is_started_as_it_was_confirmed_or_not_at_all(world: World) -> None:
    """Whoever confirms “1 storefront” must not let all lapse, since somebody moved the day."""
    listed(world, applied_on=date(2025, 4, 1))
    listed(world, applied_on=date(2025, 9, 1), street="7 Elm Street")
    campaign = campaign_of(world, is_active=False, deadline=date(2027, 10, 31))
    client = browser(world, "osd.staff")
    url = reverse("storefronts:campaign-start", args=[campaign.pk])
    page = client.get(url).content.decode()
    assert "1 storefront" in page
    seen = re.search(r'name="seen"[^>]*value="(\d+)"', page)
    assert seen, "the page says which edition was confirmed"
    world.enter()
    campaign.applied_before = date(2026, 1, 1)
    campaign.save()
    client.post(url, {"seen": seen[1]})
    world.enter()
    campaign.refresh_from_db()
    assert not campaign.is_active
    with pytest.raises(NotAllowed):
        start_campaign(actor=world.actor(OWNER), campaign=campaign)


def test_formulas_in_storefronts_are_text_in_every_file(desk: Desk) -> None:
    case = desk.apply(name=FORMULA, city="@SUM(1)")
    listed(desk.world, name=FORMULA, applied_on=date(2025, 4, 1))
    campaign = campaign_of(desk.world, is_active=False, deadline=date(2027, 10, 31))
    start_campaign(actor=desk.actor(FIRST), campaign=campaign)
    files = (
        browser(desk.world, OWNER).get(reverse("storefronts:mine-export"), {"format": "csv"}),
        browser(desk.world, FIRST).get(
            reverse("storefronts:campaign-export", args=[campaign.pk, "csv"])
        ),
    )
    for answer in files:
        assert answer.status_code == 200
        rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
        cells = [cell for row in rows[1:] for cell in row]
        assert f"'{FORMULA}" in cells
        assert not [cell for cell in cells if cell[:1] in tuple("=+-@\t\r")], cells
    assert case.number


# --- The database ---------------------------------------------------------------------------


def test_no_row_of_storefronts_is_written_or_read_across_exchanges(
    world: World, other_world: World
) -> None:
    from django.apps import apps

    world.enter()
    listing = listed(world)
    contact = ask_for_help(
        exchange=world.exchange, listing=listing, name="Noor", phone="9165550177"
    )
    set_scope(exchange_id=other_world.exchange.pk)
    for model in apps.get_app_config("storefronts").get_models():
        if any(field.name == "exchange" for field in model._meta.fields):
            assert not model._default_manager.exists(), model
    assert not Listing.objects.filter(pk=listing.pk).update(name="Mine")
    assert not HelpContact.objects.filter(pk=contact.pk).delete()[0]
    with pytest.raises(Error), transaction.atomic():
        listed(world)
    set_scope(exchange_id=other_world.exchange.pk)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM storefronts_within(38.58, -121.49, 1e9)")
        assert cursor.fetchone() == (0,)


def test_what_was_done_about_storefronts_stands_in_the_ledger(desk: Desk) -> None:
    case = desk.approved(desk.apply())
    listing = desk.detail(case).listing
    assert listing is not None
    listing_services.suspend(actor=desk.actor(FIRST), listing=listing, reason="CANARY reason")
    found = dict(LedgerEntry.objects.values_list("action", "data"))
    assert {"storefronts.listing_published", "storefronts.listing_suspended"} <= set(found)
    assert "CANARY" not in str(found)
    assert screened().content
