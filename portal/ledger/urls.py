from django.urls import path

from portal.ledger import views

app_name = "ledger"

urlpatterns = [
    path("ledger/", views.ledger, name="ledger"),
    path("ledger/find/", views.find_person, name="find"),
    path("ledger/export/", views.export, name="export"),
    path("ledger/verify/", views.verify, name="verify"),
]
