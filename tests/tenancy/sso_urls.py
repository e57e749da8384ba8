"""The portal's addresses with those an OpenID Connect provider adds."""

from django.urls import include, path

from config.urls import urlpatterns as portal

urlpatterns = [
    *portal,
    path("accounts/", include("allauth.socialaccount.providers.openid_connect.urls")),
]
