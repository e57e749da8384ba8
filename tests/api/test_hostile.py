"""Hostile requests: always a 4xx in the one shape, never a 5xx, and nothing is kept."""

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from portal.casework.models import Case
from portal.documents.models import Document
from tests.api.conftest import API, Caller
from tests.api.test_cases import submit
from tests.world import World

DEEP = "[" * 10_000 + "]" * 10_000


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{",
        "nul",
        "NaN",
        '{"description": NaN}',
        '{"description": Infinity}',
        '{"description": "a", "description": "b"}',
        '{"description": "\\u0000"}',
        '{"description": "\\ud800"}',
        b'{"description": "\xff"}',
        '{"description": ' + "9" * 10_000 + "}",
        '{"description": 1e999}',
        '{"description": ' + DEEP + "}",
        DEEP,
        '{"a":' * 21 + "1" + "}" * 21,
        '{"description": "' + "x" * 30_000 + '"}',
        json.dumps({str(number): 1 for number in range(5000)}),
    ],
)
def test_a_body_that_is_not_what_it_should_be_is_a_400(
    world: World, call: Caller, body: str | bytes
) -> None:
    answer = call("office.staff").post("constituent-cases/", body)
    assert answer.status_code == 400, answer.content[:200]
    assert set(answer.json()) == {"type", "errors"}
    assert not Case.objects.exists()


def test_a_huge_body_is_a_413(world: World, call: Caller) -> None:
    answer = call("office.staff").post("constituent-cases/", "[" + " " * 3_000_000 + "]")
    assert answer.status_code == 413
    assert answer.json()["errors"][0]["code"] == "too_large"


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "application/xml", "application/x-www-form-urlencoded", "nonsense", "a/b/c"],
)
def test_another_content_type_is_a_415(call: Caller, content_type: str) -> None:
    answer = call("ea.lead").post("cases/bulk/", "a=b", content_type=content_type)
    assert answer.status_code == 415


@pytest.mark.parametrize("content_type", ["multipart/form-data", "multipart/form-data; boundary=x"])
def test_a_broken_multipart_is_a_400(call: Caller, content_type: str) -> None:
    answer = call("office.staff").post(
        "constituent-cases/", b"--y\r\nnothing", content_type=content_type
    )
    assert answer.status_code == 400


@pytest.mark.parametrize("method", ["put", "patch", "delete", "options", "trace"])
def test_another_method_is_a_405_that_names_the_right_ones(call: Caller, method: str) -> None:
    caller = call("ea.analyst")
    send = getattr(Client(), method)
    answer = send(f"{API}/cases/", headers={"Authorization": f"Bearer {caller.secret}"})
    assert answer.status_code == 405
    assert answer["Allow"] == "GET, HEAD"


@pytest.mark.parametrize(
    "path",
    [
        "cases/%00/",
        "cases/a%2Fb/",
        "cases/" + "x" * 500 + "/",
        "cases/..%2f..%2fetc%2fpasswd/",
        "cases/EA-2025-1/files/not-a-uuid/",
        "tokens/99999999999999999999999/revoke/",
        "%ff/",
        "cases",
    ],
)
def test_an_address_that_leads_nowhere_is_a_404_in_the_same_shape(call: Caller, path: str) -> None:
    answer = call("ea.analyst").get(path)
    assert answer.status_code in (404, 405)
    assert answer.json()["type"] == "client_error"


def test_another_form_of_answer_is_a_406(call: Caller) -> None:
    caller = call("ea.analyst")
    headers = {"Authorization": f"Bearer {caller.secret}", "Accept": "text/html"}
    assert Client().get(f"{API}/cases/", headers=headers).status_code == 406


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.pdf", b"", "empty"),
        ("a.exe", b"MZ" + b"\0" * 100, "type"),
        ("a.html", b"<script>alert(1)</script>", "web"),
        ("a.pdf", b"%PDF-1.7 nonsense", "damaged"),
    ],
)
def test_a_hostile_file_is_refused_and_not_kept(
    world: World, call: Caller, name: str, content: bytes, code: str
) -> None:
    case = submit(world)
    file = SimpleUploadedFile(name, content)
    answer = call("ea.analyst").upload(f"cases/{case.number}/files/", {"file": file})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["code"] == code
    assert not Document.objects.exists()


@pytest.mark.parametrize(
    "extra", [{"office": 1}, {"status": "closed"}, {"exchange": 1}, {"channel": "phone"}]
)
def test_an_office_sets_nothing_it_is_not_asked_for(
    world: World, call: Caller, extra: dict[str, Any]
) -> None:
    answer = call("office.staff").post("constituent-cases/", {"description": "Help."} | extra)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["code"] == "unknown"
    assert not Case.objects.exists()
