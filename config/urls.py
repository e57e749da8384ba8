"""Every address of the portal. Each room brings its own; this file only gives them a prefix."""

from django.urls import include, path

from config import health, wellknown
from portal.tenancy.adminsite import site as administration

urlpatterns = [
    path("", include("portal.home.urls")),
    path("", include("portal.book.urls")),
    path("", include("portal.help_requests.urls")),
    path("", include("portal.toolkits.urls")),
    path("", include("portal.delegations.urls")),
    path("", include("retention.urls")),
    path("", include("storefronts.urls")),
    path("", include("portal.oversight.urls")),
    path("", include("portal.reports.urls")),
    path("", include("portal.tenancy.urls")),
    path("", include("portal.reference.urls")),
    path("", include("portal.casework.urls")),
    path("", include("escalations.constituent.urls")),
    path("", include("escalations.constituent.directory_urls")),
    path("", include("escalations.appeals.urls")),
    path("", include("escalations.tickets.urls")),
    path("", include("escalations.tiers.urls")),
    path("", include("escalations.producers.urls")),
    path("", include("escalations.releases.urls")),
    path("", include("escalations.letters.urls")),
    path("", include("portal.clocks.urls")),
    path("", include("portal.consumers.urls")),
    path("", include("portal.ledger.urls")),
    path("", include("notifications.urls")),
    path("", include("notifications.channels.urls")),
    path("", include("notifications.mailbox.urls")),
    path("", include("notifications.summaries.urls")),
    path("", include("notifications.briefings.urls")),
    path("", include("notifications.inbound.urls")),
    path("api/v1/", include("portal.api.urls")),
    path("accounts/", include("allauth.urls")),
    path("admin/", administration.urls),
    path("robots.txt", wellknown.robots, name="robots"),
    path(".well-known/security.txt", wellknown.security, name="security-contact"),
    path("health/live", health.live, name="health-live"),
    path("health/ready", health.ready, name="health-ready"),
]

handler400 = "portal.ui.views.bad_request"
handler403 = "portal.ui.views.permission_denied"
handler404 = "portal.ui.views.page_not_found"
#: django-allauth answers its rate limits with this one.
handler429 = "portal.ui.views.too_many_requests"
handler500 = "portal.ui.views.server_error"
