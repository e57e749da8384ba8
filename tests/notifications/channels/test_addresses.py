"""Which addresses a webhook may have: nobody makes the portal call its own network."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from notifications.channels import addresses, calling

PUBLIC = "93.184.216.34"

_FORBIDDEN_URLS = [
    "http://hooks.example/",
    "HTTPS://hooks.example/",
    "ftp://hooks.example/",
    "file:///etc/passwd",
    "gopher://hooks.example/",
    "javascript:alert(1)",
    "//hooks.example/",
    "hooks.example",
    "",
    "https://",
    "https:///path",
    "https://127.0.0.1/",
    "https://127.1/",
    "https://2130706433/",
    "https://0x7f000001/",
    "https://0177.0.0.1/",
    "https://0x7f.0.0.1/",
    "https://[::1]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[fe80::1%25eth0]/",
    "https://169.254.169.254/latest/meta-data/",
    "https://10.0.0.1/",
    "https://localhost/",
    "https://LOCALHOST/",
    "https://localhost./",
    "https://db.localhost/",
    "https://printer.local/",
    "https://metadata.google.internal/",
    "https://router.lan/",
    "https://1.0.0.127.in-addr.arpa/",
    "https://server/",
    "https://hooks.example:22/",
    "https://hooks.example:80/",
    "https://hooks.example:6379/",
    "https://hooks.example:0/",
    "https://hooks.example:99999/",
    "https://hooks.example:/",
    "https://user@hooks.example/",
    "https://user:word@hooks.example/",
    "https://hooks.example\\@127.0.0.1/",
    "https://hooks.example#@127.0.0.1/",
    "https://hooks.example/\r\nHost: inside",
    "https://hooks.example/\x00",
    "https://hooks .example/",
    "https://ｌocalhost.example/",
    "https://hooks..example/",
    "https://-hooks.example/",
    "https://hooks.example./",
    "https://hooks%2eexample/",
    "https://" + "a" * 500 + ".example/",
]

_FORBIDDEN_NUMBERS = [
    "127.0.0.1",
    "127.255.255.254",
    "0.0.0.0",
    "10.1.2.3",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "192.0.0.1",
    "192.0.2.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::1",
    "::",
    "::ffff:127.0.0.1",
    "::ffff:93.184.216.34",
    "fe80::1",
    "fe80::1%eth0",
    "fc00::1",
    "fd12:3456::1",
    "ff02::1",
    "2001:db8::1",
    "2001::1",
    "2002:7f00:1::",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "not a number",
]


@pytest.mark.parametrize("url", _FORBIDDEN_URLS)
def test_an_address_that_is_not_plainly_a_public_name_is_refused(url: str) -> None:
    with pytest.raises(ValidationError):
        addresses.check_url(url)


@pytest.mark.parametrize("number", _FORBIDDEN_NUMBERS)
def test_a_name_that_stands_for_an_inner_number_is_refused(number: str) -> None:
    with pytest.raises(addresses.ForbiddenAddress):
        addresses.public_numbers("hooks.example", 443, resolver=lambda host, port: [number])


@pytest.mark.parametrize("number", _FORBIDDEN_NUMBERS)
def test_one_inner_number_among_public_ones_is_enough_to_refuse(number: str) -> None:
    for found in ([PUBLIC, number], [number, PUBLIC]):
        with pytest.raises(addresses.ForbiddenAddress):
            addresses.public_numbers(
                "hooks.example", 443, resolver=lambda host, port, found=found: found
            )


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://hooks.example", ("hooks.example", 443, "/")),
        ("https://Hooks.Example/a?b=c", ("hooks.example", 443, "/a?b=c")),
        ("https://a.b.hooks.example:8443/x", ("a.b.hooks.example", 8443, "/x")),
        ("https://xn--bcher-kva.example/", ("xn--bcher-kva.example", 443, "/")),
    ],
)
def test_a_public_name_on_a_port_of_the_web_is_taken(
    url: str, expected: tuple[str, int, str]
) -> None:
    assert addresses.check_url(url) == expected


@pytest.mark.parametrize("number", [PUBLIC, "2606:2800:220:1:248:1893:25c8:1946"])
def test_public_numbers_are_called(number: str) -> None:
    assert addresses.public_numbers("h.example", 443, resolver=lambda *_: [number]) == [number]


@given(st.text(max_size=60).map(lambda text: f"https://{text}"))
def test_no_text_whatever_raises_anything_but_a_refusal(url: str) -> None:
    try:
        host, port, target = addresses.check_url(url)
    except ValidationError:
        return
    assert port in addresses.PORTS
    assert target.startswith("/")
    assert host.isascii()
    assert host.rpartition(".")[2][0].isalpha()


def test_a_name_that_turns_inward_after_it_was_registered_is_not_called() -> None:
    called = []
    answer = calling.call(
        "https://hooks.example/",
        body=b"{}",
        headers={},
        connector=lambda *where: called.append(where),  # type: ignore[arg-type,return-value]
        resolver=lambda host, port: ["169.254.169.254"],
    )
    assert not called
    assert (answer.is_accepted, answer.status) == (False, None)
