from django.urls import path

from escalations.releases import signing, views

app_name = "releases"

urlpatterns = [
    path("releases/case/<str:number>/", views.case_releases, name="case"),
    path("releases/case/<str:number>/add/", views.add_release, name="add"),
    path("releases/case/<str:number>/link/", views.send_link, name="send-link"),
    path("releases/waiting/", views.waiting_releases, name="waiting"),
    path("releases/<int:pk>/document/", views.release_document, name="document"),
    path("releases/<int:pk>/check/", views.check_release, name="check"),
    path("releases/<int:pk>/deficient/", views.reject_release, name="deficient"),
    path("releases/<int:pk>/override/", views.request_override, name="override"),
    path("releases/<int:pk>/confirm/", views.confirm_override, name="confirm"),
    path("releases/<int:pk>/revoke/", views.revoke_release, name="revoke"),
    path("release/<str:token>/", signing.sign_release, name="sign"),
]
