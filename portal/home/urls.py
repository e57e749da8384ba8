"""The start page, and the way to Shop and Compare."""

from django.urls import path

from portal.home import views

urlpatterns = [
    path("", views.home, name="home"),
    path("shop-and-compare/", views.shop_and_compare, name="shop-and-compare"),
    path(
        "shop-and-compare/delegated-enroller/", views.delegated_enroller, name="delegated-enroller"
    ),
]
