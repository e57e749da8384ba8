"""Which addresses a webhook may have, so that nobody makes the portal call its own network.

Checked twice: when an address is registered, and each time before it is called, then by the
numbers its name stands for at that moment. The connection goes to a number that was checked, not
to the name, so a name that changes its mind in between (DNS rebinding) gains nothing.
"""

import ipaddress
import re
import socket
from collections.abc import Callable, Sequence
from typing import Final
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError

#: Host and port → the numeric addresses the name stands for now.
Resolver = Callable[[str, int], Sequence[str]]

PORTS: Final = frozenset({443, 8443})
MAX_LENGTH: Final = 500
#: A name of at least two parts whose last begins with a letter: no number in any spelling is one.
_NAME: Final = re.compile(
    r"(?=.{4,253}\Z)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]"
)
_PRINTABLE: Final = re.compile(r"[!-~]+")
#: Last parts of names that mean something only inside a network.
_INSIDE: Final = frozenset(
    {
        "localhost",
        "local",
        "localdomain",
        "internal",
        "intranet",
        "lan",
        "home",
        "corp",
        "private",
        "arpa",
        "onion",
    }
)
#: Ranges that carry another address within them, which the range itself does not show.
_CARRIERS: Final = tuple(
    ipaddress.ip_network(text)
    for text in ("2002::/16", "2001::/32", "64:ff9b::/96", "64:ff9b:1::/48", "::ffff:0:0:0/96")
)
_PUBLIC_V6: Final = ipaddress.ip_network("2000::/3")


class ForbiddenAddress(Exception):
    """The name stands for an address the portal does not call; the message says no more."""

    def __init__(self) -> None:
        super().__init__("The address is not a public one.")


def lookup(host: str, port: int) -> Sequence[str]:
    """The numbers a name stands for now, as the system's resolver says.

    Raises:
        OSError: the name is not known.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    return [str(entry[4][0]) for entry in found]


def check_url(url: str) -> tuple[str, int, str]:
    """Host, port and path with query of an address that may be called, if its numbers may be.

    Raises:
        ValidationError: not ``https``, a number instead of a name, a name of an inner network,
            another port than 443 or 8443, or something a receiver could read in two ways.
    """
    if not url or len(url) > MAX_LENGTH or not _PRINTABLE.fullmatch(url):
        raise ValidationError(
            f"Enter an address of at most {MAX_LENGTH} characters without spaces."
        )
    if "\\" in url or not url.startswith("https://"):
        raise ValidationError("The address must begin with https://.")
    try:
        parts = urlsplit(url)
        port = 443 if parts.port is None else parts.port
    except ValueError:
        raise ValidationError("Enter a valid address.") from None
    if "@" in parts.netloc or "#" in url:
        raise ValidationError("The address must not hold a user name, a password or a #.")
    host = parts.netloc.partition(":")[0]
    if not _NAME.fullmatch(host.lower()) or host.lower().rpartition(".")[2] in _INSIDE:
        raise ValidationError("Enter the public name of a server, not a number or an inner name.")
    if port not in PORTS or parts.netloc.endswith(":"):
        raise ValidationError("Only the ports 443 and 8443 can be called.")
    target = parts.path or "/"
    return host.lower(), port, f"{target}?{parts.query}" if parts.query else target


def public_numbers(host: str, port: int, *, resolver: Resolver) -> list[str]:
    """The numbers a name stands for now.

    One forbidden number among them forbids the name: which one is called is not ours to choose.

    Raises:
        OSError: the name is not known.
        ForbiddenAddress: a number is private, of this machine or network, or of no single machine.
    """
    numbers = list(dict.fromkeys(resolver(host, port)))
    if not numbers or not all(is_public(number) for number in numbers):
        raise ForbiddenAddress
    return numbers


def is_public(number: str) -> bool:
    """Whether a numeric address is one machine's on the public internet."""
    try:
        address = ipaddress.ip_address(number)
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address):
        # An IPv4 address in IPv6 clothes is none to call either.
        if address.scope_id is not None or address not in _PUBLIC_V6:
            return False
        if any(address in carrier for carrier in _CARRIERS):
            return False
    return address.is_global and not (
        address.is_multicast or address.is_reserved or address.is_unspecified
    )
