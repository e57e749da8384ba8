"""What the home page shows of enroller portal notifications: a tab, and what is urgent."""

from collections.abc import Mapping
from typing import Any

from notifications.posts import READ, WRITE, Post
from portal.home.quick_links import MODULE
from portal.ledger import names
from portal.tenancy.actor import Actor
from portal.ui import cards
from portal.ui.navigation import NavItem
from portal.ui.navigation import register as register_page

#: What the ledger's pages call the steps on notifications.
_LEDGER_ACTIONS = {
    "notifications.post_written": "Wrote an enroller portal notification",
    "notifications.post_changed": "Changed an enroller portal notification",
    "notifications.post_published": "Published an enroller portal notification",
    "notifications.post_withdrawn": "Withdrew an enroller portal notification",
}


def unread_count(actor: Actor) -> int:
    """How many active notifications the reader has not marked as read; one statement."""
    return Post.objects.visible_to(actor).unread_by(actor).count()


def urgent(actor: Actor) -> Mapping[str, Any] | None:
    """Urgent updates the reader has not marked as read; None: there is none."""
    rows = Post.objects.visible_to(actor).filter(kind=Post.Kind.URGENT).unread_by(actor)
    found = list(rows)
    return {"posts": found} if found else None


def register() -> None:
    """Make tab, banner and the writers' page known; called from ``AppConfig.ready``."""
    names.name_actions(_LEDGER_ACTIONS)
    cards.register_tab(
        cards.Tab(
            key="posts",
            label="Enroller Portal Notifications",
            url_name="notifications:posts",
            action=READ,
            module=MODULE,
            count=unread_count,
        )
    )
    cards.register(
        cards.Card(
            key="urgent-posts",
            title="Urgent updates",
            template="notifications/_urgent.html",
            context=urgent,
            action=READ,
            module=MODULE,
            is_banner=True,
        )
    )
    register_page(
        NavItem(
            key="posts-desk",
            label="Portal notifications",
            url_name="notifications:posts-desk",
            action=WRITE,
            order=65,
            section="manage",
            hint="What agencies and entities are told on their home page.",
            module=MODULE,
        )
    )
