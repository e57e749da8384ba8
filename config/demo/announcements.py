"""What Outreach and Sales has announced on the enrollers' home page (PN-03) and by bell (BN-02)."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from notifications import posts_services
from notifications.bells import services as bells
from notifications.bells.notices import Notice
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
#: Kind, line in the bell, what its page says, days until it rings, days until it ends.
_NOTICES = (
    (
        Notice.Kind.CUSTOM,
        "Two new job aids on income are in the toolkits",
        "They show, with examples, which papers prove what somebody earns on their own account.",
        0,
        10,
    ),
    (
        Notice.Kind.OUTAGE,
        "The portal is closed tonight from 11 PM to 1 AM",
        "New software is put in place. Save your drafts before; nothing you submitted is lost.",
        3,
        4,
    ),
)


@transaction.atomic
def found_announcements(*, actor: Actor) -> int:
    """Make the demonstration's announcements where none was ever written; returns how many."""
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
    for what, line, more, begins, ends in _NOTICES:
        bells.announce(
            actor=actor,
            kind=what,
            audience=Notice.Audience.ENROLLERS,
            title=line,
            body=more,
            starts_at=now + timedelta(days=begins),
            expires_at=now + timedelta(days=ends),
        )
    return len(_POSTS) + len(_NOTICES)
