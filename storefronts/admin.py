"""What the wing puts on the administration site; each room brings its own."""

from storefronts.applications import admin as applications  # noqa: F401
from storefronts.campaigns import admin as campaigns  # noqa: F401
from storefronts.contacts import admin as contacts  # noqa: F401
from storefronts.listings import admin as listings  # noqa: F401
from storefronts.review import admin as review  # noqa: F401
