"""The release gate as its enemy sees it: release states × doors × fields (EA-19, EA-20; B.1).

Every field of a case that holds something about a person carries a token found nowhere else. An
office looks through every door it has; in no state but "in force" may one byte of a token reach
it. In force, the tokens must come through: a gate that shows nothing would pass otherwise.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from escalations.constituent import endings
from escalations.constituent import services as constituent
from escalations.releases import services as releases
from escalations.releases.models import Release
from escalations.tickets import services as tickets
from escalations.tickets.models import ResolutionCode
from notifications.models import MailMessage
from notifications.work import work_off
from portal.casework import common_acts
from portal.casework.models import Case
from portal.documents.models import Document
from portal.documents.services import store_document
from portal.tenancy.services import create_api_token
from tests.access.things import stored_document
from tests.casework.cases import png, signed_in
from tests.world import NOW, World

#: One token per field; words, so that search finds them, and no form of a number.
FIELDS = (
    "description",
    "name",
    "identifier",
    "email",
    "contact",
    "instructions",
    "internal",
    "update",
    "message",
    "summary",
    "steps",
    "filename",
    "internalfile",
    "assignee",
)
TOKENS = {field: f"zq{field}kanari" for field in FIELDS}
#: What an office may read with a release in force; the rest is the exchange's own.
DISCLOSED = {"description", "name", "identifier", "email", "update", "message", "steps", "filename"}
PHONE, BORN = "916-555-0177", date(1961, 7, 23)


@dataclass
class Scene:
    world: World
    case: Case
    ticket: Case
    shared: Document
    internal: Document


def build_scene(world: World) -> Scene:
    """A case that went all the way, with a token in everything anybody wrote."""
    world.people["eru.specialist"].full_name = f"Eru {TOKENS['assignee']}"
    world.people["eru.specialist"].save()
    staff, analyst = world.actor("office.staff"), world.actor("ea.analyst")

    def picture(token: str) -> Document:
        return store_document(
            exchange=world.exchange,
            file=SimpleUploadedFile(f"{token}.png", png(), "image/png"),
            purpose=Document.Purpose.ATTACHMENT,
            uploaded_by=world.people["office.staff"],
        )

    shared, internal = picture(TOKENS["filename"]), picture(TOKENS["internalfile"])
    case = constituent.submit_case(
        actor=staff,
        description=f"Lost coverage {TOKENS['description']}",
        constituent_name=f"Rosa {TOKENS['name']}",
        case_or_application_id=TOKENS["identifier"],
        date_of_birth=BORN,
        phone=PHONE,
        email=f"{TOKENS['email']}@mail.example",
        documents=[shared],
    )
    constituent.acknowledge(case=case, actor=analyst)
    common_acts.add_note(case=case, actor=analyst, body=TOKENS["internal"])
    common_acts.attach_document(case=case, actor=analyst, document=internal)
    constituent.assign_division(
        case=case,
        actor=analyst,
        division=world.organizations["escalations-unit"],
        instructions=TOKENS["instructions"],
    )
    constituent.post_update(case=case, actor=analyst, text=TOKENS["update"])
    constituent.reply_for_office(case=case, actor=staff, message=TOKENS["message"])
    ticket = Case.objects.get(kind="ticket", links_out__to_case=case)
    specialist = world.actor("eru.specialist")
    common_acts.take_case(case=ticket, actor=specialist)
    tickets.start_work(case=ticket, actor=specialist)
    tickets.record_contact(
        case=ticket,
        actor=specialist,
        channel="phone",
        outcome="reached",
        summary=f"{TOKENS['summary']} {TOKENS['contact']}",
    )
    tickets.resolve_ticket(
        case=ticket, actor=specialist, code=ResolutionCode.objects.get(), steps=TOKENS["steps"]
    )
    case.refresh_from_db()
    endings.notify_office(case=case, actor=analyst)
    return Scene(world, case, ticket, shared, internal)


def put_release(scene: Scene, **decision: object) -> Release:
    world = scene.world
    release = releases.submit_release(
        actor=world.actor("office.staff"),
        case=scene.case,
        document=stored_document(world, Document.Purpose.RELEASE_FORM),
    )
    ticks = dict.fromkeys(Release.CHECKLIST, True)
    return releases.accept_release(
        actor=world.actor("ea.analyst"),
        release=release,
        **ticks,
        **({"signed_on": NOW.date()} | decision),  # type: ignore[arg-type]
    )


def _none(scene: Scene) -> None:
    """No form at all."""


def _received(scene: Scene) -> None:
    releases.submit_release(
        actor=scene.world.actor("office.staff"),
        case=scene.case,
        document=stored_document(scene.world, Document.Purpose.RELEASE_FORM),
    )


def _deficient(scene: Scene) -> None:
    _received(scene)
    releases.reject_release(
        actor=scene.world.actor("ea.analyst"),
        release=Release.objects.get(case=scene.case),
        deficiency="The signature is missing.",
    )


def _override_waits(scene: Scene) -> None:
    _received(scene)
    releases.request_override(
        actor=scene.world.actor("ea.lead"),
        release=Release.objects.get(case=scene.case),
        reason="Signed in our lobby.",
        signed_on=NOW.date(),
    )


def _starts_tomorrow(scene: Scene) -> None:
    put_release(scene, starts_on=NOW.date() + timedelta(days=1))


def _expired_yesterday(scene: Scene) -> None:
    yesterday = NOW.date() - timedelta(days=1)
    put_release(scene, signed_on=yesterday - timedelta(days=3), ends_on=yesterday)


def _stale(scene: Scene) -> None:
    put_release(scene, signed_on=NOW.date() - timedelta(days=31))


def _revoked(scene: Scene) -> None:
    releases.revoke_release(
        actor=scene.world.actor("privacy"), release=put_release(scene), reason="She called."
    )


def _names_another(scene: Scene) -> None:
    put_release(scene, scope=Release.Scope.NAMED, named_staff=[scene.world.people["office.staff2"]])


def _replaced_by_one_that_ended(scene: Scene) -> None:
    old = put_release(scene)
    yesterday = NOW.date() - timedelta(days=1)
    put_release(scene, signed_on=yesterday, ends_on=yesterday, replaces=old)


def _without_grant(scene: Scene) -> None:
    put_release(scene)
    scene.case.casegrouppermission_set.all().delete()


def _of_another_case(scene: Scene) -> None:
    other = constituent.submit_case(
        actor=scene.world.actor("office.staff"), description="Another matter."
    )
    put_release(Scene(scene.world, other, scene.ticket, scene.shared, scene.internal))


CLOSED: dict[str, Callable[[Scene], None]] = {
    "none": _none,
    "received": _received,
    "deficient": _deficient,
    "override waits": _override_waits,
    "starts tomorrow": _starts_tomorrow,
    "expired yesterday": _expired_yesterday,
    "31 days after signature": _stale,
    "revoked": _revoked,
    "names another member of staff": _names_another,
    "replaced by one that ended": _replaced_by_one_that_ended,
    "release without grant": _without_grant,
    "of another case": _of_another_case,
}


def browser_doors(scene: Scene, client: Client) -> Iterator[tuple[str, bytes]]:
    """Every page, list, export, file, search and error an office can ask for."""
    number = scene.case.number
    for name, args in (
        ("home", ()),
        ("casework:queue", ()),
        ("casework:case", (number,)),
        ("casework:presence", (number,)),
        ("casework:act", (number, "reply")),
        ("casework:act", (number, "post_update")),
        ("casework:act", (number, "no_such_act")),
        ("casework:case", (scene.ticket.number,)),
        ("casework:file", (number, scene.shared.public_id)),
        ("casework:file", (number, scene.internal.public_id)),
        ("constituent:received", (number,)),
        ("constituent:new", ()),
        ("releases:case", (number,)),
        ("releases:add", (number,)),
        *(("releases:document", (pk,)) for pk in scene.case.releases.values_list("pk", flat=True)),
        ("notifications:bell", ()),
        ("notifications:mail", ()),
        ("ledger:ledger", ()),
    ):
        answer = client.get(reverse(name, args=args))
        yield f"{name} {args}", _bytes(answer)
    for view in ("mine", "all", "overdue", "waiting", "closed", "office"):
        yield f"queue {view}", _bytes(client.get(reverse("casework:queue"), {"view": view}))
    for sort in ("number", "-opened", "due", "-due", "status", "updated"):
        yield f"sort {sort}", _bytes(client.get(reverse("casework:queue"), {"sort": sort}))
    for word in (*TOKENS.values(), PHONE, BORN.isoformat()):
        answer = client.get(reverse("casework:search"), {"q": word})
        # The page repeats what was typed; take that out, look at what it found.
        yield f"search {word}", _bytes(answer).replace(word.encode(), b"")
    for kind in ("csv", "xlsx"):
        answer = client.get(reverse("casework:queue-export"), {"format": kind, "view": "all"})
        yield f"export {kind}", _bytes(answer)


def api_doors(scene: Scene, secret: str) -> Iterator[tuple[str, bytes]]:
    """The same through the API."""
    client, headers = Client(), {"Authorization": f"Bearer {secret}"}
    number = scene.case.number
    for path in (
        "cases/",
        f"cases/{number}/",
        f"cases/{number}/timeline/",
        f"cases/{number}/acts/",
        f"cases/{number}/notes/",
        f"cases/{number}/timers/",
        f"cases/{number}/files/",
        f"cases/{number}/files/{scene.shared.public_id}/",
        f"cases/{number}/files/{scene.internal.public_id}/",
        f"cases/{number}/releases/",
        f"cases/{scene.ticket.number}/",
        "bell/",
        "ledger/",
        "people/",
        "me/",
    ):
        yield f"api {path}", _bytes(client.get(f"/api/v1/{path}", headers=headers))
    for word in (*TOKENS.values(), PHONE):
        answer = client.get("/api/v1/cases/", {"q": word}, headers=headers)
        yield f"api search {word}", _bytes(answer).replace(word.encode(), b"")


def leaks(doors: Iterator[tuple[str, bytes]]) -> list[tuple[str, str]]:
    hidden = {
        **TOKENS,
        "phone": PHONE,
        "phone digits": "9165550177",
        "born": BORN.isoformat(),
        "born in words": "Jul 23, 1961",
    }
    return [
        (door, field)
        for door, content in doors
        for field, token in hidden.items()
        if token.encode() in content
    ]


def _bytes(answer) -> bytes:
    """Body and headers; a spreadsheet is unpacked first."""
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    if body[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            body = b"".join(archive.read(name) for name in archive.namelist())
    return body + repr(dict(answer.headers)).encode()


def secret_of(world: World, who: str) -> str:
    _, secret = create_api_token(
        actor=world.actor(who), membership=world.memberships[who], name="canary"
    )
    return secret


@pytest.mark.parametrize("state", CLOSED)
def test_ea19_no_door_shows_an_office_a_byte_of_the_details(world: World, state: str) -> None:
    scene = build_scene(world)
    CLOSED[state](scene)
    for who in ("office.staff", "office.manager"):
        found = leaks(browser_doors(scene, signed_in(world, who)))
        found += leaks(api_doors(scene, secret_of(world, who)))
        assert found == [], f"{who}, release: {state}"
        # False denial is a failure too: the status is there (EA-20).
        page = signed_in(world, who).get(reverse("casework:case", args=[scene.case.number]))
        assert b"Resolved" in page.content
        world.enter()


def test_ea19_in_force_the_details_come_through_and_inner_notes_do_not(world: World) -> None:
    scene = build_scene(world)
    put_release(scene)
    found = leaks(browser_doors(scene, signed_in(world, "office.staff")))
    world.enter()
    found += leaks(api_doors(scene, secret_of(world, "office.staff")))
    assert {field for _, field in found} & set(FIELDS) == DISCLOSED


def test_ea24_the_very_next_request_after_a_revocation_shows_status_only(world: World) -> None:
    scene = build_scene(world)
    release = put_release(scene)
    client = signed_in(world, "office.staff")
    page = reverse("casework:case", args=[scene.case.number])
    assert TOKENS["steps"].encode() in client.get(page).content
    world.enter()
    releases.revoke_release(actor=world.actor("privacy"), release=release, reason="She called.")
    assert leaks(iter([("case", client.get(page).content)])) == []


def test_decision7_the_first_second_past_the_last_day_shows_status_only(world: World) -> None:
    scene = build_scene(world)
    release = put_release(scene)
    client = signed_in(world, "office.staff")
    page = reverse("casework:case", args=[scene.case.number])
    assert release.valid_until is not None
    for moment, opens in ((-1, True), (0, False)):
        with time_machine.travel(release.valid_until + timedelta(seconds=moment), tick=False):
            client = signed_in(world, "office.staff")
            assert bool(leaks(iter([("case", client.get(page).content)]))) is opens
            world.enter()


def test_x02_no_mail_about_the_case_carries_a_token(world: World) -> None:
    scene = build_scene(world)
    put_release(scene)
    world.enter()
    work_off(exchange=world.exchange, now=NOW, limit=1000)
    world.enter()
    mails = list(MailMessage.objects.filter(exchange=world.exchange))
    assert len(mails) > 10
    said = [(m.key, f"{m.subject} {m.body}".encode()) for m in mails]
    assert leaks(iter(said)) == []


def test_b4_two_cases_that_differ_in_details_only_look_alike_to_the_byte(world: World) -> None:
    """But for number and dates, an ungated office cannot tell them apart (B.4, B.5)."""
    pages = []
    for details in (
        {"description": "Short."},
        {
            "description": "A long story. " * 40,
            "constituent_name": "Maximiliana Quintero-Vandenberg",
            "phone": PHONE,
            "email": "someone@mail.example",
        },
    ):
        case = constituent.submit_case(actor=world.actor("office.staff"), **details)
        constituent.acknowledge(case=case, actor=world.actor("ea.analyst"))
        client = signed_in(world, "office.staff")
        page = client.get(reverse("casework:case", args=[case.number])).content
        world.enter()
        body = page.replace(case.number.encode(), b"NUMBER")
        pages.append(_without_tokens(body))
    assert pages[0] == pages[1]


def _without_tokens(body: bytes) -> bytes:
    return re.sub(rb"\b([0-9a-f]{16}|[0-9A-Za-z]{64})\b", b"", body)
