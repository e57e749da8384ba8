"""Addresses of the tenancy pages; ``session-keep-alive`` stands outside the namespace."""

from django.urls import include, path

from portal.tenancy.views import account, joining, organizations, people

_pages = [
    path("profile/", account.Profile.as_view(), name="profile"),
    path("profile/tokens/new/", account.CreateToken.as_view(), name="token-create"),
    path("profile/tokens/<int:pk>/revoke/", account.RevokeToken.as_view(), name="token-revoke"),
    path("profile/switch/", account.Switch.as_view(), name="switch"),
    path("profile/sessions/", account.Sessions.as_view(), name="sessions"),
    path("people/", people.People.as_view(), name="people"),
    path("people/invite/", people.Invite.as_view(), name="invite"),
    path("people/<int:pk>/skills/", people.Skills.as_view(), name="membership-skills"),
    path("people/<int:pk>/license/", people.LicenseNumber.as_view(), name="membership-license"),
    path("people/<int:pk>/end/", people.EndMembership.as_view(), name="membership-end"),
    path("people/<int:pk>/switch-off/", people.SetActive.as_view(), name="person-deactivate"),
    path("people/<int:pk>/switch-on/", people.Reactivate.as_view(), name="person-activate"),
    path(
        "people/invitations/<int:pk>/revoke/",
        people.RevokeInvitation.as_view(),
        name="invitation-revoke",
    ),
    path(
        "people/invitations/<int:pk>/resend/",
        people.ResendInvitation.as_view(),
        name="invitation-resend",
    ),
    path("invitations/<str:token>/", joining.AcceptInvitation.as_view(), name="invitation-accept"),
    path("organizations/", organizations.organizations, name="organizations"),
]

urlpatterns = [
    path("", include((_pages, "tenancy"))),
    path("session/keep-alive/", account.KeepAlive.as_view(), name="session-keep-alive"),
]
