"""The declared policy: every address of the portal, and who it opens to.

Written by hand and read by :mod:`tests.access.test_routes`, which fails when an address is
missing here, so that a new page cannot appear without somebody deciding who may open it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

EA = frozenset({"ea.analyst", "ea.lead"})
ERU = frozenset({"eru.specialist", "eru.lead"})
OTHER_UNIT = frozenset({"appeals.specialist"})
UNITS = ERU | OTHER_UNIT
OFFICE = frozenset({"office.manager", "office.staff", "office.staff2"})
OTHER_OFFICE = frozenset({"other.office"})
OFFICES = OFFICE | OTHER_OFFICE
ENROLLERS = frozenset({"agency.manager", "agent"})
PRIVACY, QA, ADMIN = frozenset({"privacy"}), frozenset({"qa.analyst"}), frozenset({"admin"})
STAFF = EA | UNITS | PRIVACY | QA | ADMIN
EVERYONE = STAFF | OFFICES | ENROLLERS
FOREIGN = frozenset({"foreign.analyst", "foreign.office"})
#: People with a session but nowhere to work; their requests lead home or to the sign-in page.
NOWHERE = frozenset({"superuser", "disabled"})
ALL = EVERYONE | FOREIGN


@dataclass(frozen=True)
class Route:
    """Who an address opens to when its object is this exchange's and the offices' own.

    Whoever is neither in ``allow`` nor in ``missing`` is told that their role does not allow it
    (403): the address is no secret, only what lies behind it.
    """

    allow: frozenset[str]
    #: For them the thing does not exist (404), exactly as if its id had been made up.
    missing: frozenset[str] = frozenset()
    #: Names of the test's things the address takes, by argument.
    takes: Mapping[str, str] = field(default_factory=dict)
    get: bool = True
    post: bool = False
    public: bool = False


#: The same people of another exchange.
_ABROAD = {"ea.analyst": "foreign.analyst", "office.staff": "foreign.office"}


def _abroad(people: frozenset[str]) -> frozenset[str]:
    return frozenset(there for here, there in _ABROAD.items() if here in people)


def _page(allow: frozenset[str], *, post: bool = False, get: bool = True, **takes: str) -> Route:
    """An address that names no object: the same roles of the other exchange open theirs."""
    return Route(allow | _abroad(allow), takes=takes, get=get, post=post)


def _thing(
    allow: frozenset[str],
    roles: frozenset[str] | None = None,
    *,
    post: bool = False,
    get: bool = True,
    **takes: str,
) -> Route:
    """An address that names an object of this exchange.

    ``roles`` are the people whose role would open such an address (default: those it opens to);
    to those of them it does not open to, and to their like of another exchange, it is missing.
    """
    roles = allow if roles is None else roles
    return Route(allow, (roles | _abroad(roles)) - allow, takes, get=get, post=post)


PUBLIC = Route(ALL, public=True)
EVERYBODY = _page(EVERYONE)
#: Those who may know of the offices' case: its office, External Affairs, the unit that works it.
CASE = OFFICE | EA | ERU
#: Whose the test's personal things are: tokens, saved views, bells; and the draft.
OWN, WRITER = frozenset({"ea.analyst"}), frozenset({"office.staff"})
MANAGERS = ADMIN | {"office.manager", "agency.manager"}
#: Those of them in whose organization the test's membership and invitation are.
INVITERS = ADMIN | {"office.manager"}

ROUTES: dict[str, Route] = {
    # home, account, people
    "home": EVERYBODY,
    "tenancy:profile": EVERYBODY,
    "tenancy:sessions": EVERYBODY,
    "tenancy:token-create": _page(EVERYONE, post=True),
    "tenancy:token-revoke": _thing(OWN, EVERYONE, pk="token", post=True),
    "tenancy:switch": _page(EVERYONE, post=True, get=False),
    "tenancy:people": _page(MANAGERS),
    "tenancy:invite": _page(MANAGERS, post=True),
    "tenancy:membership-end": _thing(INVITERS, MANAGERS, pk="membership", post=True),
    "tenancy:person-deactivate": _thing(ADMIN, pk="person", post=True),
    "tenancy:person-activate": _thing(ADMIN, pk="person", post=True),
    "tenancy:invitation-revoke": _thing(INVITERS, MANAGERS, pk="invitation", post=True),
    "tenancy:invitation-resend": _thing(INVITERS, MANAGERS, pk="invitation", post=True),
    "tenancy:invitation-accept": PUBLIC,
    "tenancy:organizations": _page(STAFF),
    "session-keep-alive": PUBLIC,
    # documentation
    "documentation": EVERYBODY,
    "how-it-works": EVERYBODY,
    "permissions": _page(STAFF),
    "transitions": _page(STAFF),
    "accessibility": PUBLIC,
    # the spine
    "casework:queue": EVERYBODY,
    "casework:queue-export": _page(EA | UNITS | {"office.manager"}),
    # Asks for the permission of the act it is told to perform: tests/casework/.
    "casework:bulk": _page(EVERYONE, post=True),
    "casework:saved-views": EVERYBODY,
    "casework:saved-view-save": _page(EVERYONE, post=True, get=False),
    "casework:saved-view-rename": _thing(OWN, EVERYONE, pk="saved_view", post=True, get=False),
    "casework:saved-view-delete": _thing(OWN, EVERYONE, pk="saved_view", post=True, get=False),
    "casework:search": EVERYBODY,
    "casework:draft": _thing(
        WRITER, EVERYONE, form="draft_form", public_id="draft", post=True, get=False
    ),
    "casework:case": _thing(CASE, EVERYONE, number="case"),
    # Outside people are told of nobody: tests/casework/.
    "casework:presence": _thing(CASE, EVERYONE, number="case"),
    "casework:act": Route(EA, ALL - CASE, {"number": "case", "key": "act"}, post=True),
    "casework:file": _thing(EA | ERU, EVERYONE, number="case", public_id="file"),
    # an office's door
    "constituent:help": _page(OFFICES | EA | UNITS),
    "constituent:new": _page(OFFICES),
    "constituent:record": _page(EA),
    "constituent:begin": _page(OFFICES, way="way"),
    "constituent:draft": _page(OFFICES, way="way", public_id="draft"),
    "constituent:review": _thing(WRITER, OFFICES, way="way", public_id="draft", post=True),
    "constituent:discard": _thing(WRITER, OFFICES, way="way", public_id="draft", post=True),
    "constituent:received": _thing(CASE, OFFICES | EA | UNITS, number="case"),
    "referrals:contacts": _page(ADMIN),
    "referrals:add": _page(ADMIN, post=True),
    "referrals:edit": _thing(ADMIN, pk="referral", post=True),
    # tickets
    "tickets:open": _page(UNITS, post=True),
    "tickets:types": _page(EA | UNITS | ADMIN),
    "tickets:type-add": _page(ADMIN, post=True),
    "tickets:type-edit": _thing(ADMIN, key="ticket_type", post=True),
    "tickets:routing": _page(ADMIN),
    "tickets:rule-add": _page(ADMIN, post=True),
    "tickets:rule-edit": _thing(ADMIN, pk="rule", post=True),
    "tickets:rule-delete": _thing(ADMIN, pk="rule", post=True),
    "tickets:rule-move": _thing(ADMIN, pk="rule", direction="direction", post=True, get=False),
    # releases
    "releases:case": _thing(OFFICE | EA | PRIVACY, OFFICES | EA | PRIVACY, number="case"),
    "releases:add": _thing(OFFICE | EA, OFFICES | EA, number="case", post=True),
    "releases:send-link": _thing(EA, number="case", post=True),
    "releases:waiting": _page(EA | PRIVACY),
    # The test's release is not in force, so its office does not get the paper either.
    "releases:document": _thing(EA | PRIVACY, OFFICES | EA | PRIVACY, pk="release"),
    "releases:check": _thing(EA, pk="release", post=True),
    "releases:deficient": _thing(EA, pk="release", post=True),
    "releases:override": _thing(EA, pk="release", post=True),
    "releases:confirm": _thing(frozenset({"ea.lead"}) | PRIVACY, pk="release", post=True),
    "releases:revoke": _thing(EA | PRIVACY, pk="release", post=True),
    "releases:sign": PUBLIC,
    # clocks, feeds, ledger, messages
    "clocks:calendar": EVERYBODY,
    "clocks:calendar-edit": _thing(ADMIN, key="calendar", post=True),
    "clocks:policies": _page(STAFF),
    "clocks:policy-edit": _thing(ADMIN, key="policy", post=True),
    "consumers:feeds": _page(ADMIN, post=True),
    "consumers:feed-run": _thing(ADMIN, pk="feed_run"),
    "consumers:feed-progress": _thing(ADMIN, pk="feed_run"),
    "consumers:feed-continue": _thing(ADMIN, pk="feed_run", post=True, get=False),
    "consumers:feed-refused": _thing(ADMIN, pk="feed_run"),
    "ledger:ledger": _page(PRIVACY),
    "ledger:find": _page(PRIVACY, post=True, get=False),
    "ledger:export": _page(PRIVACY),
    "ledger:verify": _page(PRIVACY, post=True, get=False),
    "notifications:bell": EVERYBODY,
    "notifications:bell-count": EVERYBODY,
    "notifications:bell-read-all": _page(EVERYONE, post=True, get=False),
    "notifications:bell-open": _thing(OWN, EVERYONE, pk="bell", post=True, get=False),
    "notifications:bell-read": _thing(OWN, EVERYONE, pk="bell", post=True, get=False),
    "notifications:outbox": _page(ADMIN),
    "notifications:outbox-retry": _thing(ADMIN, pk="outbox", post=True),
    # In a demonstration everybody also reads their own: tests/notifications/.
    "notifications:mail": _page(ADMIN),
    "notifications:mail-message": _thing(ADMIN, pk="mail"),
    "notifications:mail-resend": _thing(ADMIN, pk="mail", post=True),
    "notifications:templates": _page(ADMIN),
    "notifications:template": _thing(ADMIN, key="template", post=True),
    # operations
    "health-live": PUBLIC,
    "health-ready": PUBLIC,
    "robots": PUBLIC,
    "security-contact": PUBLIC,
    "api:docs": EVERYBODY,
}

#: Addresses that libraries bring, decided on as groups: prefix of the name → why.
GROUPS = {
    "account_": "django-allauth: sign-in and one's own password",
    "mfa_": "django-allauth: one's own second factor",
    "usersessions_": "django-allauth: one's own sessions",
    "socialaccount_": "django-allauth: single sign-on",
    "admin:": "the administration site; tests/tenancy/test_admin.py",
    "api:": "the API; tests/api/",
}
