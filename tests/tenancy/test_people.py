"""Who manages whom, and how people come and go (T-01…T-05)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.ledger.models import LedgerEntry
from portal.tenancy import actions, invitations, services
from portal.tenancy.actions import Reach
from portal.tenancy.actor import NotAllowed
from portal.tenancy.models import Invitation, Membership, Person
from portal.tenancy.roles import ROLES
from portal.tenancy.signals import invited
from tests.tenancy.conftest import SignIn
from tests.world import NOW, PASSWORD, World

ADDRESS = "new.person@office.example"


@pytest.fixture
def mailed() -> Any:
    """What the room told the wing that mails invitations."""
    told: list[dict[str, Any]] = []

    def listen(sender: object, **message: Any) -> None:
        told.append(message)

    invited.connect(listen)
    yield told
    invited.disconnect(listen)


def invite(world: World, *, by: str = "office.manager", **changed: Any) -> tuple[Invitation, str]:
    wanted = {
        "organization": world.organizations["assembly-13"],
        "role_key": "office_staff",
        "email": ADDRESS,
        "full_name": "Nia Okafor",
    }
    return services.invite_person(actor=world.actor(by), **(wanted | changed))


def test_t_03_a_manager_sees_the_people_of_their_office_only(world: World, sign_in: SignIn) -> None:
    page = sign_in("office.manager").get("/people/").content.decode()
    assert "Office Staff2" in page
    assert "Other Office" not in page
    assert "Ea Analyst" not in page


def test_an_administrator_sees_everybody_of_their_exchange_and_nobody_else(
    world: World, other_world: World, sign_in: SignIn
) -> None:
    page = sign_in("admin").get("/people/").content.decode()
    assert "ea.analyst@covered-california.example" in page
    assert "maryland.example" not in page


@pytest.mark.parametrize("person", ["office.staff", "ea.lead", "agent", "privacy"])
def test_others_do_not_see_the_people_page(world: World, sign_in: SignIn, person: str) -> None:
    assert sign_in(person).get("/people/").status_code == 403
    refused = LedgerEntry.objects.filter(outcome="refused", action="tenancy.invite")
    assert refused.count() == 1


def test_people_are_searched_and_paged(world: World, sign_in: SignIn) -> None:
    client = sign_in("admin")
    found = client.get("/people/", {"q": "lead"})
    assert [m.person.full_name for m in found.context["memberships"]] == ["Ea Lead", "Eru Lead"]
    anchor = found.context["memberships"][0].pk
    rest = client.get("/people/", {"q": "lead", "after": anchor})
    assert [m.person.full_name for m in rest.context["memberships"]] == ["Eru Lead"]


def test_an_invitation_goes_out_and_its_token_is_kept_nowhere(
    world: World, sign_in: SignIn, mailed: list[dict[str, Any]]
) -> None:
    answer = sign_in("office.manager").post(
        "/people/invite/",
        {
            "full_name": "Nia Okafor",
            "email": ADDRESS,
            "organization": world.organizations["assembly-13"].pk,
            "role": "office_staff",
        },
    )
    assert answer.status_code == 302
    invitation = Invitation.objects.get()
    (message,) = mailed
    assert message["invitation"] == invitation
    secret = message["token"].partition("-")[2]
    assert secret not in str(list(Invitation.objects.values()))
    assert secret not in str(list(LedgerEntry.objects.values()))


def test_a_manager_invites_into_their_own_organization_only(world: World) -> None:
    for organization in ("senate-07", "external-affairs"):
        with pytest.raises(NotAllowed):
            invite(world, organization=world.organizations[organization])


def test_a_managers_form_offers_their_own_organization_and_roles(
    world: World, sign_in: SignIn
) -> None:
    form = sign_in("office.manager").get("/people/invite/").context["form"]
    assert [o.code for o in form.fields["organization"].queryset] == ["assembly-13"]
    offered = [key for key, _ in form.fields["role"].choices if key]
    assert offered == ["office_manager", "office_staff"]


@pytest.mark.parametrize("role", ["exchange_administrator", "ea_lead", "agent_level_2"])
def test_a_role_cannot_be_held_where_it_does_not_belong(world: World, role: str) -> None:
    with pytest.raises(ValidationError, match="cannot be held"):
        invite(world, role_key=role)


def test_the_invited_sets_a_password_and_signs_in(world: World) -> None:
    _invitation, token = invite(world)
    client = Client()
    page = client.get(f"/invitations/{token}/")
    assert page.status_code == 200
    assert ADDRESS not in page.content.decode()
    answer = client.post(
        f"/invitations/{token}/",
        {"full_name": "Nia Okafor", "password": PASSWORD, "again": PASSWORD, "notice": "on"},
    )
    assert answer.headers["Location"] == "/accounts/login/"
    client.post("/accounts/login/", {"login": ADDRESS, "password": PASSWORD})
    assert client.get("/profile/").status_code == 200
    world.enter()
    membership = Membership.objects.get(person__email=ADDRESS)
    assert membership.organization == world.organizations["assembly-13"]
    assert membership.person.groups.count() == 1


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"password": "too short", "again": "too short"}, "at least 15 characters"),
        ({"password": "passwordpassword", "again": "passwordpassword"}, "easily guessed"),
        ({"again": "something else entirely"}, "differ"),
        ({"notice": ""}, "required"),
    ],
)
def test_a_weak_or_careless_acceptance_is_refused_beside_the_field(
    world: World, changed: dict[str, str], problem: str
) -> None:
    invitation, token = invite(world)
    data = {"full_name": "Nia", "password": PASSWORD, "again": PASSWORD, "notice": "on"}
    answer = Client().post(f"/invitations/{token}/", data | changed)
    assert problem in answer.content.decode()
    world.enter()
    invitation.refresh_from_db()
    assert invitation.accepted_at is None
    assert not Person.objects.filter(email=ADDRESS).exists()


def test_somebody_with_an_account_only_takes_the_role(world: World) -> None:
    agent = world.people["agent"]
    _invitation, token = invite(world, email=agent.email.upper())
    assert "have an account already" in Client().get(f"/invitations/{token}/").content.decode()
    Client().post(f"/invitations/{token}/")
    world.enter()
    assert Membership.objects.filter(person=agent, is_active=True).count() == 2
    password = agent.password
    agent.refresh_from_db()
    assert agent.password == password


def _used(world: World) -> str:
    invitation, token = invite(world)
    invitations.join(invitation=invitation, full_name="Nia Okafor", password=PASSWORD)
    return token


def _revoked(world: World) -> str:
    invitation, token = invite(world)
    services.revoke_invitation(actor=world.actor("office.manager"), invitation=invitation)
    return token


def _replaced(world: World) -> str:
    invitation, token = invite(world)
    invitations.resend_invitation(actor=world.actor("office.manager"), invitation=invitation)
    return token


def _moved(world: World) -> str:
    _invitation, token = invite(world)
    return f"{world.exchange.pk + 1000}-{token.partition('-')[2]}"


@pytest.mark.parametrize(
    "token_of",
    [
        _used,
        _revoked,
        _replaced,
        _moved,
        lambda world: f"{world.exchange.pk}-unknown",
        lambda world: "x",
        lambda world: "9" * 40 + "-x",
    ],
    ids=["used", "revoked", "replaced", "other exchange", "unknown", "no token", "huge"],
)
def test_every_dead_link_is_one_answer(world: World, token_of: Any) -> None:
    token = token_of(world)
    answers = [Client().get(f"/invitations/{token}/"), Client().post(f"/invitations/{token}/")]
    for answer in answers:
        assert answer.status_code == 404
        assert "This link does not work" in answer.content.decode()


@pytest.mark.parametrize(("days", "status"), [(6.9, 200), (7, 404)])
def test_an_invitation_works_for_seven_days(world: World, days: float, status: int) -> None:
    _invitation, token = invite(world)
    with time_machine.travel(NOW + timedelta(days=days), tick=False):
        assert Client().get(f"/invitations/{token}/").status_code == status


def test_an_invitation_is_sent_again_or_revoked_from_the_page(
    world: World, sign_in: SignIn, mailed: list[dict[str, Any]]
) -> None:
    invitation, _token = invite(world)
    client = sign_in("office.manager")
    assert "Nia Okafor" in client.get("/people/").content.decode()
    client.post(f"/people/invitations/{invitation.pk}/resend/")
    assert len(mailed) == 2
    assert Client().get(f"/invitations/{mailed[1]['token']}/").status_code == 200
    client.post(f"/people/invitations/{invitation.pk}/revoke/")
    assert Client().get(f"/invitations/{mailed[1]['token']}/").status_code == 404


@pytest.mark.parametrize("step", ["resend", "revoke"])
def test_another_offices_invitation_is_not_there(
    world: World, other_world: World, sign_in: SignIn, step: str
) -> None:
    invitation, _token = invite(world)
    for client in (sign_in("agency.manager"), sign_in("admin", of=other_world)):
        assert client.post(f"/people/invitations/{invitation.pk}/{step}/").status_code == 404


def test_a_manager_ends_a_membership_after_a_second_thought(world: World, sign_in: SignIn) -> None:
    row = world.memberships["office.staff"]
    client = sign_in("office.manager")
    assert "End this membership?" in client.get(f"/people/{row.pk}/end/").content.decode()
    client.post(f"/people/{row.pk}/end/")
    row.refresh_from_db()
    assert not row.is_active
    assert world.people["office.staff"].groups.count() == 0
    assert LedgerEntry.objects.filter(action="tenancy.membership_ended").count() == 1


@pytest.mark.parametrize("target", ["other.office", "ea.analyst", "admin"])
def test_a_manager_ends_nobody_elses(world: World, sign_in: SignIn, target: str) -> None:
    row = world.memberships[target]
    assert sign_in("office.manager").post(f"/people/{row.pk}/end/").status_code == 404
    row.refresh_from_db()
    assert row.is_active


def test_nobody_ends_their_own_membership(world: World, sign_in: SignIn) -> None:
    row = world.memberships["office.manager"]
    sign_in("office.manager").post(f"/people/{row.pk}/end/")
    row.refresh_from_db()
    assert row.is_active


def test_only_administrators_switch_accounts_off_and_on(world: World, sign_in: SignIn) -> None:
    row, person = world.memberships["office.staff"], world.people["office.staff"]
    assert sign_in("office.manager").post(f"/people/{row.pk}/switch-off/").status_code == 403
    sign_in("admin").post(f"/people/{row.pk}/switch-off/")
    person.refresh_from_db()
    assert not person.is_active
    sign_in("admin").post(f"/people/{row.pk}/switch-on/")
    person.refresh_from_db()
    assert person.is_active


def test_the_organizations_page_shows_the_tree_to_staff(world: World, sign_in: SignIn) -> None:
    page = sign_in("eru.specialist").get("/organizations/")
    (root,) = page.context["tree"]
    assert root.organization.code == "exchange"
    assert [b.organization.name for b in root.below][:3] == [
        "Agent/CEC Service Center",
        "Appeals",
        "Escalations Unit",
    ]
    assert [kind for kind, _ in page.context["around"]] == ["Agency", "Government office"]
    assert sign_in("office.manager").get("/organizations/").status_code == 403


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    role=st.sampled_from(sorted(ROLES)),
    wanted=st.sets(st.sampled_from([a.key for a in actions.all_actions()]), max_size=4),
)
def test_no_edit_gives_an_outside_role_what_stays_inside(
    world: World, role: str, wanted: set[str]
) -> None:
    """T-02, T-03: whatever an administrator ticks, reach holds."""
    row = world.memberships["admin"].role.__class__.objects.get(key=role)
    beyond = {k for k in wanted if actions.get(k).reach is Reach.EXCHANGE and ROLES[role].outside}
    shuts_out = role == "exchange_administrator" and "tenancy.administer" not in wanted
    try:
        services.set_role_actions(actor=world.actor("admin"), role=row, action_keys=wanted)
    except ValidationError:
        assert beyond or shuts_out
    else:
        assert not beyond
        assert not shuts_out
        assert set(row.actions) == wanted
