"""Release forms on pages: who sends, checks, confirms and revokes, and who sees what of it."""

from __future__ import annotations

import pytest
from django.test import Client

from escalations.releases import digital, services
from escalations.releases.models import Release
from portal.casework.models import Case, OutboxMessage
from portal.ledger.models import LedgerEntry
from tests.escalations.releases.ground import (
    TICKED,
    TODAY,
    form_document,
    office_case,
    picture,
    received_release,
    valid_release,
)
from tests.world import World

ALL_TICKED = dict.fromkeys(TICKED, "on")


def as_person(world: World, who: str) -> Client:
    client = Client()
    client.force_login(world.people[who])
    return client


def case_page(client: Client, case: Case) -> str:
    return client.get(f"/releases/case/{case.number}/").content.decode()


def test_ea_21_an_office_sends_a_form_and_reads_its_state(world: World) -> None:
    case, office = office_case(world), as_person(world, "office.staff")
    assert "We have no release form for this case" in case_page(office, case)
    response = office.post(
        f"/releases/case/{case.number}/add/", {"document": picture()}, follow=True
    )
    assert "It opens nothing yet" in response.content.decode()
    world.enter()
    release = Release.objects.get()
    analyst = as_person(world, "ea.analyst")
    analyst.post(f"/releases/{release.pk}/deficient/", {"deficiency": "The date is missing."})
    page = case_page(office, case)
    assert "The date is missing." in page
    assert "Ea Analyst" not in page, "who decided is the exchange's own affair"


def test_ea_22_accepting_opens_the_case_until_the_day_the_office_is_told(world: World) -> None:
    case = office_case(world)
    release = received_release(world, case)
    analyst = as_person(world, "ea.analyst")
    page = analyst.get(f"/releases/{release.pk}/check/").content.decode()
    assert f"/releases/{release.pk}/document/" in page
    response = analyst.post(
        f"/releases/{release.pk}/check/",
        ALL_TICKED | {"signed_on": "2025-11-03", "scope": "office"},
    )
    assert response.status_code == 302
    office = as_person(world, "office.staff")
    assert "In force until the end of Dec 3, 2025" in case_page(office, case)
    assert "Rosa Quintero" in office.get(f"/cases/{case.number}/").content.decode()


@pytest.mark.parametrize("missing", list(TICKED))
def test_ea_23_a_form_that_lacks_anything_is_not_accepted(world: World, missing: str) -> None:
    release = received_release(world, office_case(world))
    ticked = {name: "on" for name in TICKED if name != missing}
    response = as_person(world, "ea.analyst").post(
        f"/releases/{release.pk}/check/", ticked | {"signed_on": "2025-11-03", "scope": "office"}
    )
    assert "Mark it deficient instead" in response.content.decode()
    world.enter()
    release.refresh_from_db()
    assert release.state == "received"


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"signed_on": ""}, "Enter the date of the constituent"),
        ({"signed_on": "2025-11-06"}, "cannot be dated in the future"),
        ({"ends_on": "2025-11-01"}, "cannot end before it begins"),
        ({"scope": "named"}, "Choose whom the form names"),
    ],
)
def test_ea_22_days_and_names_are_checked_beside_their_fields(
    world: World, changes: dict[str, str], sentence: str
) -> None:
    release = received_release(world, office_case(world))
    values = ALL_TICKED | {"signed_on": "2025-11-03", "scope": "office"} | changes
    response = as_person(world, "ea.analyst").post(f"/releases/{release.pk}/check/", values)
    assert sentence in response.content.decode()
    world.enter()
    release.refresh_from_db()
    assert release.state == "received"


def test_ea_22_named_staff_are_the_offices_own(world: World) -> None:
    case = office_case(world)
    release = received_release(world, case)
    analyst = as_person(world, "ea.analyst")
    page = analyst.get(f"/releases/{release.pk}/check/").content.decode()
    assert "Office Staff2" in page
    assert "Other Office" not in page
    analyst.post(
        f"/releases/{release.pk}/check/",
        ALL_TICKED
        | {
            "signed_on": "2025-11-03",
            "scope": "named",
            "named_staff": [world.people["office.staff2"].pk],
        },
    )
    url = f"/cases/{case.number}/"
    assert "Rosa" in as_person(world, "office.staff2").get(url).content.decode()
    assert "Rosa" not in as_person(world, "office.staff").get(url).content.decode()


def test_an_incomplete_form_needs_a_second_person(world: World) -> None:
    case = office_case(world)
    release = received_release(world, case)
    lead = as_person(world, "ea.lead")
    lead.post(
        f"/releases/{release.pk}/override/",
        {"is_signed": "on", "signed_on": "2025-11-03", "scope": "office", "reason": "Thumbprint."},
    )
    assert "somebody else must confirm" in lead.get("/releases/waiting/").content.decode()
    assert lead.post(f"/releases/{release.pk}/confirm/").status_code == 403
    office = as_person(world, "office.staff")
    assert "It opens nothing yet" in case_page(office, case)
    assert "second person" not in office.get(f"/cases/{case.number}/").content.decode()
    privacy = as_person(world, "privacy")
    page = privacy.get(f"/releases/{release.pk}/confirm/").content.decode()
    assert "Thumbprint." in page
    assert "dated by the constituent" in page
    assert privacy.post(f"/releases/{release.pk}/confirm/").status_code == 302
    assert "In force" in case_page(office, case)


def test_ea_19_a_revoked_form_shuts_the_very_next_request(world: World) -> None:
    case = office_case(world)
    release = valid_release(world, case)
    office = as_person(world, "office.staff")
    assert "Rosa" in office.get(f"/cases/{case.number}/").content.decode()
    analyst = as_person(world, "ea.analyst")
    page = analyst.get(f"/releases/{release.pk}/revoke/").content.decode()
    assert "This cannot be undone" in page
    analyst.post(f"/releases/{release.pk}/revoke/", {"reason": "She called."})
    assert "Rosa" not in office.get(f"/cases/{case.number}/").content.decode()
    page = case_page(office, case)
    assert "Revoked" in page
    assert "She called" not in page


def test_a_newer_form_takes_the_place_of_the_one_that_is_chosen(world: World) -> None:
    case, document = office_case(world), form_document(world)
    old = valid_release(world, case, document)
    new = received_release(world, case, document)
    analyst = as_person(world, "ea.analyst")
    values = ALL_TICKED | {"signed_on": "2025-11-05", "scope": "office", "replaces": str(old.pk)}
    analyst.post(f"/releases/{new.pk}/check/", values)
    world.enter()
    old.refresh_from_db()
    new.refresh_from_db()
    assert (old.state, old.replaced_by, new.state) == ("replaced", new, "valid")


def test_a_form_that_was_decided_meanwhile_is_refused_in_words(world: World) -> None:
    release = valid_release(world, office_case(world))
    response = as_person(world, "ea.analyst").post(
        f"/releases/{release.pk}/deficient/", {"deficiency": "Too late."}, follow=True
    )
    assert "This release is already" in response.content.decode()


@pytest.mark.parametrize("who", ["other.office", "agent", "eru.specialist", "admin"])
def test_a_form_one_may_not_know_of_is_not_there(world: World, who: str) -> None:
    case = office_case(world)
    release = received_release(world, case)
    client = as_person(world, who)
    for path in (
        f"/releases/case/{case.number}/",
        f"/releases/case/{case.number}/add/",
        f"/releases/{release.pk}/document/",
        f"/releases/{release.pk}/check/",
        f"/releases/{release.pk}/revoke/",
        "/releases/waiting/",
    ):
        assert client.get(path).status_code in (403, 404), path
    if who == "other.office":
        assert client.get(f"/releases/{release.pk}/document/").status_code == 404


def test_a_form_of_another_exchange_is_not_there(world: World, other_world: World) -> None:
    world.enter()
    release = received_release(world, office_case(world))
    client = Client()
    client.force_login(other_world.people["ea.lead"])
    for path in ("check", "document", "revoke", "confirm"):
        assert client.get(f"/releases/{release.pk}/{path}/").status_code == 404


def test_the_paper_goes_out_as_a_download_and_is_recorded(world: World) -> None:
    release = valid_release(world, office_case(world))
    for who in ("ea.analyst", "office.staff", "privacy"):
        response = as_person(world, who).get(f"/releases/{release.pk}/document/")
        assert response.status_code == 200
        assert response["Content-Disposition"].startswith("attachment")
    world.enter()
    opened = LedgerEntry.objects.filter(action="releases.document_opened", release_id=release.pk)
    assert opened.count() == 3


def test_ea19_an_office_gets_its_own_paper_back_only_while_it_is_in_force(world: World) -> None:
    release = received_release(world, office_case(world))
    document = f"/releases/{release.pk}/document/"
    assert as_person(world, "office.staff").get(document).status_code == 404
    assert as_person(world, "ea.analyst").get(document).status_code == 200


def test_an_office_may_not_open_what_the_constituent_signed_online(world: World) -> None:
    case = office_case(world)
    sent = digital.request_signature(
        actor=world.actor("ea.analyst"), case=case, contact="rosa@quintero.example"
    )
    release = digital.sign(digital=sent, name="Rosa Quintero", agrees=True)
    office = as_person(world, "office.staff")
    assert office.get(f"/releases/{release.pk}/document/").status_code == 404
    assert "Rosa" not in case_page(office, case)
    page = as_person(world, "ea.analyst").get(f"/releases/{release.pk}/check/").content.decode()
    assert page.count("checked") >= 4, "the list comes ticked"


def test_external_affairs_sends_a_link_to_the_address_on_the_case(world: World) -> None:
    case = office_case(world, email="rosa@quintero.example")
    analyst = as_person(world, "ea.analyst")
    path = f"/releases/case/{case.number}/link/"
    assert "rosa@quintero.example" in analyst.get(path).content.decode()
    response = analyst.post(path, {"contact": "rosa@quintero.example"}, follow=True)
    assert "The link is on its way" in response.content.decode()
    world.enter()
    assert OutboxMessage.objects.filter(key="release.link", case=case).count() == 1
    assert as_person(world, "office.staff").get(path).status_code == 403


def test_ea_06_a_form_with_an_ssn_in_its_name_is_refused(world: World) -> None:
    case = office_case(world)
    response = as_person(world, "office.staff").post(
        f"/releases/case/{case.number}/add/", {"document": picture("123-45-6789.png")}
    )
    assert "Remove the Social Security number" in response.content.decode()
    world.enter()
    assert not Release.objects.exists()


def test_a_service_refuses_a_form_for_a_case_of_another_office(world: World) -> None:
    case, document = office_case(world), form_document(world)
    with pytest.raises(Case.DoesNotExist):
        services.submit_release(actor=world.actor("other.office"), case=case, document=document)


def test_the_office_list_counts_flat(world: World, django_assert_max_num_queries: object) -> None:
    case, document = office_case(world), form_document(world)
    for _ in range(6):
        valid_release(world, case, document, signed_on=TODAY)
    client = as_person(world, "ea.analyst")
    client.get(f"/releases/case/{case.number}/")
    with django_assert_max_num_queries(30):  # type: ignore[operator]
        client.get(f"/releases/case/{case.number}/")
