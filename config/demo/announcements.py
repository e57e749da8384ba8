"""What Outreach and Sales has announced on the enrollers' home page (PN-03)."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from notifications import posts_services
from notifications.posts import Post
from portal.tenancy.actor import Actor

#: Kind, audience, title, text, days since it began, days until it ends.
_POSTS = (
    (
        Post.Kind.RELEASE,
        Post.Audience.BOTH,
        "The Consumer Retention Workspace is here",
        "The portal now shows which of your consumers may lose their coverage, with a number to"
        " call and the reason. Open it from your Quick Links; the toolkits explain each column.",
        6,
        90,
    ),
    (
        Post.Kind.EVENT,
        Post.Audience.ENTITIES,
        "Open enrollment questions, answered live",
        "Outreach and Sales answers entities’ questions every Thursday at 10 during open"
        " enrollment. The invitation is in the toolkits.",
        3,
        60,
    ),
    (
        Post.Kind.OUTAGE,
        Post.Audience.BOTH,
        "The eligibility system is closed on Sunday, midnight to 6",
        "Applications cannot be opened during the maintenance. The portal stays up; what you log"
        " here is not lost.",
        1,
        14,
    ),
    (
        Post.Kind.URGENT,
        Post.Audience.AGENCIES,
        "Check the premiums of renewals before you quote them",
        "Some renewal notices show last year’s premium. Until they are corrected, quote only what"
        " Shop and Compare shows.",
        0,
        10,
    ),
)


@transaction.atomic
def found_announcements(*, actor: Actor) -> int:
    """Publish the demonstration's announcements where none was ever written; returns how many."""
    if Post.objects.filter(exchange=actor.exchange).exists():
        return 0
    now = timezone.now().replace(second=0, microsecond=0)
    for kind, audience, title, body, since, until in _POSTS:
        post = posts_services.write_post(
            actor=actor,
            kind=kind,
            audience=audience,
            title=title,
            body=body,
            starts_at=now - timedelta(days=since),
            expires_at=now + timedelta(days=until),
        )
        posts_services.publish_post(actor=actor, post=post)
    return len(_POSTS)
