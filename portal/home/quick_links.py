"""The enroller's Quick Links, under the names the enroller portal prints (EP-03)."""

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from django.urls import NoReverseMatch, reverse

from portal.tenancy.actor import Actor
from portal.tenancy.roles import Family
from portal.ui.navigation import may_open

#: The module of exchanges whose enrollers have this home page.
MODULE: Final = "enroller_portal"


@dataclass(frozen=True)
class QuickLink:
    """A door of the home page; it shows to whom the page behind it opens."""

    label: str
    url_name: str
    hint: str
    #: What the page asks for, where it is no entry of the navigation, which knows by itself.
    action: str = ""
    #: The header's number that also stands here (:mod:`portal.ui.live`); empty: none.
    live: str = ""


#: The toolkit entry the enroller portal names (EP-07).
QUICK_GUIDE: Final = "Enroller Portal Overview Quick Guide"
#: In the order in which they are printed.
QUICK_LINKS: Final = (
    QuickLink(
        "Consumer Retention Workspace",
        "retention:dashboard",
        "Who may lose coverage, and whom to call first.",
    ),
    QuickLink(
        "Secure Mailbox",
        "mailbox:index",
        "Your daily summaries, and messages to and from the exchange.",
        "mailbox.use",
        live="mailbox",
    ),
    QuickLink(
        "Delegation Tool",
        "delegations:search",
        "Ask a consumer for their delegation, or see how it stands.",
    ),
    QuickLink(
        "Enroller Toolkits",
        "toolkits:index",
        "Job aids, guides, release notes and downloads.",
    ),
    QuickLink(
        "My Reports",
        "reports:mine",
        "Your book and your cases in figures.",
    ),
    QuickLink(
        "Shop and Compare",
        "shop-and-compare",
        "Compare plans, with your contact details to print.",
        "home.shop_and_compare",
    ),
)


def quick_guide_of(actor: Actor) -> str:
    """Where the toolkits have the overview of the portal (EP-07); empty: not for this person."""
    if not may_open(actor, "toolkits:index"):
        return ""
    return f"{reverse('toolkits:index')}?{urlencode({'q': QUICK_GUIDE})}"


def quick_links_of(actor: Actor) -> list[tuple[str, str, str, str]]:
    """Label, address, hint and number of each door that opens to this person, as printed."""
    if actor.family is not Family.ENROLLER or not actor.has_module(MODULE):
        return []
    found = []
    for link in QUICK_LINKS:
        try:
            url = reverse(link.url_name)
        except NoReverseMatch:
            continue
        if actor.may(link.action) if link.action else may_open(actor, link.url_name):
            found.append((link.label, url, link.hint, link.live))
    return found
