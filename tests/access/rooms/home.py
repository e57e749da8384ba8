"""Who may open Shop and Compare, enroller portal notifications, and an enroller's license."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from notifications import posts_services
from notifications.posts import Post
from tests.access.policy import ADMIN, ADMIN_STAFF, ENROLLERS, LEADS, OSD, Route, page, thing
from tests.world import NOW, World

#: Agency and Entity users; those of them who enroll; those who write for them.
READERS = ENROLLERS
COMPARING = READERS - ADMIN_STAFF
#: Who may invite; of them, those in whose organization the test's enroller is.
MANAGERS = ADMIN | LEADS | {"office.manager"}
LICENSING = ADMIN | {"agency.manager"}

ROUTES: dict[str, Route] = {
    "shop-and-compare": page(COMPARING),
    "delegated-enroller": page(COMPARING),
    "tenancy:membership-license": thing(LICENSING, MANAGERS, pk="enroller", post=True),
    "notifications:posts": page(READERS),
    "notifications:posts-read": page(READERS, post=True, get=False),
    # The test's notification is for agencies.
    "notifications:post-read": thing(
        READERS - {"entity.contact", "cec", "cec2"}, READERS, pk="post", post=True, get=False
    ),
    "notifications:posts-desk": page(OSD),
    "notifications:post-new": page(OSD, post=True),
    "notifications:post": thing(OSD, pk="post"),
    "notifications:post-edit": thing(OSD, pk="post", post=True),
    "notifications:post-publish": thing(OSD, pk="post", post=True),
    "notifications:post-withdraw": thing(OSD, pk="post", post=True),
}


def make_things(world: World, known: dict[str, Any]) -> dict[str, Any]:
    """A published notification for agencies, and the membership of one of their enrollers."""
    staff = world.actor("osd.staff")
    post = posts_services.write_post(
        actor=staff,
        kind=Post.Kind.EVENT,
        audience=Post.Audience.AGENCIES,
        title="Regional kick-off",
        body="In the large hall.",
        starts_at=NOW,
        expires_at=NOW + timedelta(days=7),
    )
    posts_services.publish_post(actor=staff, post=post)
    return {"post": post.pk, "enroller": world.memberships["agent"].pk}
