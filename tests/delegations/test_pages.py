"""The pages: the printed words, nothing beyond what was typed, no trace of the number."""

from __future__ import annotations

import logging
import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from portal.consumers.mirror import Consumer, Delegation
from portal.delegations.models import ToolSearch
from portal.delegations.views.tool import STEPS
from tests.api.conftest import Caller, call  # noqa: F401
from tests.delegations.ground import (
    BORN,
    DIGITS,
    NAME,
    PHONE,
    SSN,
    consumer_of,
    delegate,
    deliver,
    matched,
    passcode_of,
    pending,
    sent,
    with_number,
)
from tests.world import World

SEARCH = "/delegations/search/"
#: A consumer's facts no result may show; the name is what was typed.
FACTS = ("5000000321", "555-0142", "Spanish", "Harbor", "Harbor.Agent", "Sunrise Insurance")


def browser(world: World, who: str) -> Client:
    client = Client()
    client.force_login(world.person(who))
    return client


def ask(client: Client, **values: Any) -> Any:
    """Steps 1 and 2 through the browser; the answer is the result page."""
    form = {"name": NAME, "date_of_birth": BORN.isoformat(), "ssn": ""} | values
    step_2 = client.post(SEARCH, form)
    assert step_2.status_code == 302, step_2.content.decode()
    boxes = {f"statement_{n}": "on" for n in range(5)}
    step_3 = client.post(step_2["Location"], boxes | {"language": "en"})
    assert step_3.status_code == 302, step_3.content.decode()
    return client.get(step_3["Location"])


def words(response: Any) -> str:
    """The text of a page's main part."""
    html = response.content.decode()
    main = html[html.index("<main") : html.index("</main>")]
    return " ".join(re.sub(r"<[^>]+>", " ", main).replace("&#x27;", "'").split())


def test_the_steps_bear_their_printed_names_DL_02_DL_03(world: World) -> None:
    assert STEPS == ("Identifying the Consumer", "Disclaimers", "Search Results")
    said = words(browser(world, "agent").get(SEARCH))
    assert "Identifying the Consumer" in said
    assert "For best results always include the consumer's Social Security Number" in said


def test_a_match_says_the_printed_words_DL_04(world: World) -> None:
    consumer_of(world)
    said = words(ask(browser(world, "agent")))
    for line in (
        "One Match Found",
        "The consumer has been located, and you are able to proceed with delegation.",
        "Enter the Consumers Cell Phone Number to receive the one-time passcode",
    ):
        assert line in said


def test_the_other_results_say_the_printed_words_DL_05(world: World) -> None:
    client = browser(world, "agent")
    said = words(ask(client))
    assert "We are unable to locate this consumer on an existing case." in said
    assert "you should initiate a new application." in said
    consumer = consumer_of(world)
    delegate(world, consumer, "agent")
    said = words(ask(client))
    assert "This consumer is already delegated to you." in said
    assert "Please review your active consumers to find this consumers case." in said
    consumer_of(world, case_number="5000000999")
    said = words(ask(client))
    assert (
        "This consumer has more than one case, Covered California must review to identify the"
        " accurate case." in said
    )
    assert "Please call the Service Center." in said


def test_a_passcode_through_the_browser_delegates_DL_04(world: World) -> None:
    consumer_of(world)
    client = browser(world, "agent")
    ask(client)
    found = ToolSearch.objects.get()
    asked = client.post(reverse("delegations:send", args=[found.key]), {"phone": PHONE})
    said = words(client.get(asked["Location"]))
    assert "Delegation will be processed when you enter the one-time passcode provided" in said
    enter = reverse("delegations:enter", args=[found.key])
    refused = client.post(enter, {"passcode": "x"})
    assert refused.status_code == 422
    assert "4 tries left" in words(refused).replace("tries are left", "tries left")
    done = client.post(enter, {"passcode": passcode_of(found)})
    assert "The consumer is delegated to you" in words(client.get(done["Location"]))
    assert Consumer.objects.get().enroller == world.person("agent")


def test_the_lock_says_when_it_ends_decision_20(world: World) -> None:
    consumer_of(world)
    client = browser(world, "agent")
    found = sent(world.actor("agent"))
    enter = reverse("delegations:enter", args=[found.key])
    for _ in range(5):
        last = client.post(enter, {"passcode": "x"})
    said = words(client.get(last["Location"]))
    assert "November 6, 2025, 10:20 a.m." in said.replace("AM", "a.m.")


def test_results_do_not_differ_by_who_has_the_consumer(world: World) -> None:
    """The same bytes but for what every page draws anew; nothing of the consumer's in them."""
    consumer = consumer_of(world)
    client = browser(world, "agent")

    def page() -> str:
        ToolSearch.objects.all().delete()
        html = ask(client).content.decode()
        key = ToolSearch.objects.get().key
        html = html.replace(key, "KEY")
        html = re.sub(r'(csrf[^>]+?(?:value|content)=")[^"]+', r"\1", html)
        return re.sub(r"[0-9a-f-]{32,36}", "ID", html)

    nobodys = page()
    for who in ("harbor.agent", "agent2b", "cec"):
        delegate(world, consumer, who)
        assert page() == nobodys
    for fact in FACTS:
        assert fact not in words(ask(client))


def test_the_answer_is_the_same_whether_the_number_is_on_file(world: World) -> None:
    consumer_of(world)
    client = browser(world, "agent")

    def page(phone: str) -> str:
        found = matched(world.actor("agent"))
        done = client.post(reverse("delegations:send", args=[found.key]), {"phone": phone})
        assert done.status_code == 302
        return words(client.get(done["Location"])).replace("2 of 3", "# of 3")

    assert page(PHONE) == page("916-555-0199").replace("1 of 3", "# of 3")


def test_too_many_searches_are_answered_429(world: World) -> None:
    client = browser(world, "agent")
    for _ in range(20):
        matched(world.actor("agent"))
    form = {"name": NAME, "date_of_birth": BORN.isoformat()}
    assert client.post(SEARCH, form).status_code == 429


def test_the_social_security_number_leaves_no_trace(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    with_number(world)
    client = browser(world, "agent")
    page = client.get(SEARCH).content.decode()
    control = re.search(r'<input[^>]+name="ssn"[^>]*>', page)
    assert control is not None
    assert 'type="password"' in control[0]
    assert 'autocomplete="off"' in control[0]
    with caplog.at_level(logging.DEBUG):
        answers = [
            ask(client, ssn=SSN),
            client.post(SEARCH, {"name": "", "date_of_birth": "", "ssn": SSN}),
            client.post(SEARCH, {"name": NAME, "date_of_birth": BORN.isoformat(), "ssn": SSN[:-1]}),
            client.post(SEARCH, {"name": f"{NAME} 219-09-9998", "date_of_birth": BORN.isoformat()}),
        ]
        deliver(world)
    assert "One Match Found" in words(answers[0])
    assert [answer.status_code for answer in answers[1:]] == [422, 422, 422]
    seen = "".join(answer.content.decode() for answer in answers) + caplog.text
    for canary in (SSN, DIGITS, SSN[:-1], "219-09-9998", "219099998"):
        assert canary not in seen
    assert not _rows_with(DIGITS)
    assert not _rows_with(SSN)
    assert not any(DIGITS in str(value) for value in client.session.values())


def test_a_number_that_is_none_is_refused_without_being_repeated(world: World) -> None:
    form = {"name": NAME, "date_of_birth": BORN.isoformat(), "ssn": "98-76"}
    refused = browser(world, "agent").post(SEARCH, form)
    assert "Enter nine digits" in words(refused)
    assert "98-76" not in refused.content.decode()


def test_the_lists_show_and_do_what_the_role_may_C_7b(world: World) -> None:
    row = pending(world, consumer_of(world), "agent")
    client = browser(world, "agent")
    assert NAME in words(client.get("/delegations/"))
    accept = reverse("delegations:accept", args=[row.pk])
    assert NAME in words(client.get(accept))
    client.post(accept)
    assert NAME in words(client.get("/delegations/list/active/"))
    manager = browser(world, "agency.manager")
    choose = f"{reverse('delegations:transfer')}?delegation={row.pk}"
    assert NAME in words(manager.get(choose))
    done = manager.post(
        reverse("delegations:transfer"),
        {"delegation": [row.pk], "enroller": world.person("agent2b").pk},
    )
    assert done.status_code == 302
    history = words(client.get("/delegations/list/history/"))
    assert NAME not in history
    assert "Transferred" in history
    assert NAME not in words(client.get("/delegations/list/active/"))


def test_decline_and_end_ask_for_a_reason(world: World) -> None:
    client = browser(world, "agent")
    row = pending(world, consumer_of(world), "agent")
    active = delegate(world, consumer_of(world, case_number="5000000400"), "agent")
    for name, one in (("decline", row), ("end", active)):
        url = reverse(f"delegations:{name}", args=[one.pk])
        assert client.post(url, {"reason": ""}).status_code == 422
        assert client.post(url, {"reason": "Not in our county."}).status_code == 302
    assert set(Delegation.objects.values_list("status", flat=True)) == {"declined", "ended"}


def test_staff_find_a_consumer_and_need_the_box_C_7b(world: World) -> None:
    consumer = consumer_of(world)
    client = browser(world, "scr")
    agent = world.person("agent")
    assert NAME in words(client.post("/delegations/manage/", {"case_number": "5000000321"}))
    add = reverse("delegations:add", args=[consumer.pk])
    refused = client.post(add, {"enroller": agent.email})
    assert "must be on the phone" in words(refused)
    client.post(add, {"enroller": agent.email, "contact_on_phone": "on"})
    consumer.refresh_from_db()
    assert consumer.enroller == agent
    remove = reverse("delegations:remove", args=[consumer.pk])
    assert client.post(remove, {"reason": "Asked."}).status_code == 422
    client.post(remove, {"reason": "Asked.", "contact_on_phone": "on"})
    consumer.refresh_from_db()
    assert consumer.enroller is None


def test_an_exchange_without_the_tool_has_no_such_pages(world: World) -> None:
    world.exchange.modules = ["ticket"]
    world.exchange.save()
    client = browser(world, "agent")
    assert client.get(SEARCH).status_code == client.get("/delegations/").status_code == 404


def test_the_bell_names_its_two_kinds_and_leads_to_the_lists_BN_02(world: World) -> None:
    consumer = consumer_of(world)
    delegate(world, consumer, "agent2b")
    pending(world, consumer, "agent")
    deliver(world)
    page = browser(world, "agent").get(reverse("notifications:bell"))
    assert "Pending Delegations" in words(page)
    assert 'href="/delegations/"' in page.content.decode()
    assert NAME not in words(page)


def test_the_api_lists_decides_and_transfers(world: World, call: Caller) -> None:  # noqa: F811
    consumer = consumer_of(world)
    row = pending(world, consumer, "agent")
    agent = call("agent")
    [listed] = agent.get("delegations/pending/").json()["results"]
    assert (listed["id"], listed["consumer"]) == (row.pk, NAME)
    assert call("harbor.agent").post(f"delegations/{row.pk}/accept/").status_code == 404
    assert call("admin1").post(f"delegations/{row.pk}/accept/").status_code == 403
    assert agent.post(f"delegations/{row.pk}/accept/").json()["status"] == "active"
    again = agent.post(f"delegations/{row.pk}/decline/", {"reason": "Late."})
    assert again.status_code == 409
    body = {"delegations": [row.pk], "enroller": world.person("agent1").email}
    assert call("agency.manager").post("delegations/transfers/", body).status_code == 400
    body["enroller"] = world.person("agent2b").email
    moved = call("agency.manager").post("delegations/transfers/", body)
    assert moved.json() == {"transferred": 1}
    assert agent.post("delegations/transfers/", body).status_code == 403


def _rows_with(text: str) -> list[str]:
    """Tables in which any row, as text, holds ``text``."""
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            name = connection.ops.quote_name(table)
            cursor.execute(
                f"SELECT EXISTS (SELECT 1 FROM {name} t WHERE t::text LIKE %s)", [f"%{text}%"]
            )
            if cursor.fetchone()[0]:
                found.append(table)
    return found
