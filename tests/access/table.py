"""The declared policy: every address of the portal, and who it opens to.

Written by hand and read by :mod:`tests.access.test_routes`, which fails when an address is
missing here, so that a new page cannot appear without somebody deciding who may open it. Rooms
with many addresses keep theirs in :mod:`tests.access.rooms`.
"""

from __future__ import annotations

from tests.access import rooms
from tests.access.policy import (
    ADMIN,
    ALL,
    EA,
    ERU,
    EVERYBODY,
    EVERYONE,
    LEADS,
    OFFICE,
    OFFICES,
    OSD,
    PRIVACY,
    PUBLIC,
    STAFF,
    UNITS,
    Route,
    page,
    thing,
)

#: Those who may know of the offices' case: its office, External Affairs, the unit that works it.
CASE = OFFICE | EA | ERU
#: Whose the test's personal things are: tokens, saved views, bells; and the draft.
OWN, WRITER = frozenset({"ea.analyst"}), frozenset({"office.staff"})
MANAGERS = ADMIN | LEADS | {"office.manager"}
#: Those of them in whose organization the test's membership and invitation are.
INVITERS = ADMIN | {"office.manager"}

ROUTES: dict[str, Route] = rooms.routes() | {
    # home, account, people
    "home": EVERYBODY,
    "tenancy:profile": EVERYBODY,
    "tenancy:sessions": EVERYBODY,
    "tenancy:token-create": page(EVERYONE, post=True),
    "tenancy:token-revoke": thing(OWN, EVERYONE, pk="token", post=True),
    "tenancy:switch": page(EVERYONE, post=True, get=False),
    "tenancy:people": page(MANAGERS),
    "tenancy:invite": page(MANAGERS, post=True),
    "tenancy:membership-end": thing(INVITERS, MANAGERS, pk="membership", post=True),
    "tenancy:person-deactivate": thing(ADMIN, pk="person", post=True),
    "tenancy:person-activate": thing(ADMIN, pk="person", post=True),
    "tenancy:invitation-revoke": thing(INVITERS, MANAGERS, pk="invitation", post=True),
    "tenancy:invitation-resend": thing(INVITERS, MANAGERS, pk="invitation", post=True),
    "tenancy:invitation-accept": PUBLIC,
    "tenancy:organizations": page(STAFF),
    "session-keep-alive": PUBLIC,
    # documentation
    "documentation": EVERYBODY,
    "how-it-works": EVERYBODY,
    "permissions": page(STAFF),
    "transitions": page(STAFF),
    "accessibility": PUBLIC,
    # the spine
    "casework:queue": EVERYBODY,
    "casework:queue-export": page(EA | UNITS | {"office.manager"}),
    # Asks for the permission of the act it is told to perform: tests/casework/.
    "casework:bulk": page(EVERYONE, post=True),
    "casework:saved-views": EVERYBODY,
    "casework:saved-view-save": page(EVERYONE, post=True, get=False),
    "casework:saved-view-rename": thing(OWN, EVERYONE, pk="saved_view", post=True, get=False),
    "casework:saved-view-delete": thing(OWN, EVERYONE, pk="saved_view", post=True, get=False),
    "casework:search": EVERYBODY,
    "casework:draft": thing(
        WRITER, EVERYONE, form="draft_form", public_id="draft", post=True, get=False
    ),
    "casework:case": thing(CASE, EVERYONE, number="case"),
    # Outside people are told of nobody: tests/casework/.
    "casework:presence": thing(CASE, EVERYONE, number="case"),
    "casework:act": Route(EA, ALL - CASE, {"number": "case", "key": "act"}, post=True),
    "casework:file": thing(EA | ERU, EVERYONE, number="case", public_id="file"),
    # an office's door
    "constituent:help": page(OFFICES | EA | UNITS),
    "constituent:new": page(OFFICES),
    "constituent:record": page(EA),
    "constituent:begin": page(OFFICES, way="way"),
    "constituent:draft": page(OFFICES, way="way", public_id="draft"),
    "constituent:review": thing(WRITER, OFFICES, way="way", public_id="draft", post=True),
    "constituent:discard": thing(WRITER, OFFICES, way="way", public_id="draft", post=True),
    "constituent:received": thing(CASE, OFFICES | EA | UNITS, number="case"),
    "referrals:contacts": page(ADMIN),
    "referrals:add": page(ADMIN, post=True),
    "referrals:edit": thing(ADMIN, pk="referral", post=True),
    # tickets
    "tickets:open": page(UNITS, post=True),
    "tickets:types": page(EA | UNITS | ADMIN),
    "tickets:type-add": page(ADMIN, post=True),
    "tickets:type-edit": thing(ADMIN, key="ticket_type", post=True),
    "tickets:routing": page(ADMIN),
    "tickets:rule-add": page(ADMIN, post=True),
    "tickets:rule-edit": thing(ADMIN, pk="rule", post=True),
    "tickets:rule-delete": thing(ADMIN, pk="rule", post=True),
    "tickets:rule-move": thing(ADMIN, pk="rule", direction="direction", post=True, get=False),
    # releases
    "releases:case": thing(OFFICE | EA | PRIVACY, OFFICES | EA | PRIVACY, number="case"),
    "releases:add": thing(OFFICE | EA, OFFICES | EA, number="case", post=True),
    "releases:send-link": thing(EA, number="case", post=True),
    "releases:waiting": page(EA | PRIVACY),
    # The test's release is not in force, so its office does not get the paper either.
    "releases:document": thing(EA | PRIVACY, OFFICES | EA | PRIVACY, pk="release"),
    "releases:check": thing(EA, pk="release", post=True),
    "releases:deficient": thing(EA, pk="release", post=True),
    "releases:override": thing(EA, pk="release", post=True),
    "releases:confirm": thing(frozenset({"ea.lead"}) | PRIVACY, pk="release", post=True),
    "releases:revoke": thing(EA | PRIVACY, pk="release", post=True),
    "releases:sign": PUBLIC,
    # clocks, feeds, ledger, messages
    "clocks:calendar": EVERYBODY,
    "clocks:calendar-edit": thing(ADMIN, key="calendar", post=True),
    "clocks:policies": page(STAFF),
    "clocks:policy-edit": thing(ADMIN, key="policy", post=True),
    "consumers:feeds": page(ADMIN | OSD, post=True),
    "consumers:feed-run": thing(ADMIN, ADMIN | OSD, pk="feed_run"),
    "consumers:feed-progress": thing(ADMIN, ADMIN | OSD, pk="feed_run"),
    "consumers:feed-continue": thing(ADMIN, ADMIN | OSD, pk="feed_run", post=True, get=False),
    "consumers:feed-refused": thing(ADMIN, ADMIN | OSD, pk="feed_run"),
    "ledger:ledger": page(PRIVACY),
    "ledger:find": page(PRIVACY, post=True, get=False),
    "ledger:export": page(PRIVACY),
    "ledger:verify": page(PRIVACY, post=True, get=False),
    "notifications:bell": EVERYBODY,
    "notifications:bell-read-all": page(EVERYONE, post=True, get=False),
    "notifications:bell-open": thing(OWN, EVERYONE, pk="bell", post=True, get=False),
    "notifications:bell-read": thing(OWN, EVERYONE, pk="bell", post=True, get=False),
    "notifications:outbox": page(ADMIN),
    "notifications:outbox-again": page(ADMIN, post=True, get=False),
    "notifications:outbox-retry": thing(ADMIN, pk="outbox", post=True),
    # In a demonstration everybody also reads their own: tests/notifications/.
    "notifications:mail": page(ADMIN),
    "notifications:mail-message": thing(ADMIN, pk="mail"),
    "notifications:mail-resend": thing(ADMIN, pk="mail", post=True),
    "notifications:previews": page(ADMIN),
    "notifications:templates": page(ADMIN),
    "notifications:template": thing(ADMIN, key="template", post=True),
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
