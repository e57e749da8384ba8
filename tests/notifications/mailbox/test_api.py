"""The secure mailbox through the API."""

from __future__ import annotations

from notifications.mailbox.models import Item
from tests.api.conftest import Caller, call  # noqa: F401
from tests.notifications.mailbox.ground import begin, token
from tests.world import World


def test_a_program_lists_reads_answers_and_marks_its_persons_own(
    world: World,
    call: Caller,  # noqa: F811
) -> None:
    thread = begin(world, "agency.manager", [token(world, "agent")])
    own, other = call("agent"), call("agent2b")
    [line] = own.get("mailbox/").json()["results"]
    assert (line["kind"], line["source_id"], line["read_at"]) == ("message", thread.pk, None)
    where = f"mailbox/conversations/{thread.pk}/"
    assert own.get(where).json()["messages"][0]["body"] == "Where do I find the form?"
    answer = own.post(f"{where}replies/", {"body": "On the toolkits' page.", "seen": 1})
    assert (answer.status_code, answer.json()["number"]) == (201, 2)
    late = own.post(f"{where}replies/", {"body": "It is 219-09-9999.", "seen": 2})
    assert late.status_code == 400
    world.enter()
    items = list(Item.objects.filter(person=world.person("agent")).values_list("pk", flat=True))
    assert own.post("mailbox/mark/", {"items": items, "mark": "archive"}).json() == {"marked": 1}
    assert other.get(where).status_code == 404
    assert other.post(f"{where}replies/", {"body": "Mine?", "seen": 1}).status_code == 404
    assert other.get("mailbox/").json()["results"] == []
    assert other.post("mailbox/mark/", {"items": items, "mark": "read"}).json() == {"marked": 0}
    assert call("office.staff").get("mailbox/").status_code == 403
