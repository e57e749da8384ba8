from django.urls import path

from escalations.letters import template_views, views

app_name = "letters"

urlpatterns = [
    path("letters/waiting/", views.waiting, name="waiting"),
    path("letters/case/<str:number>/write/", views.write, name="write"),
    path("letters/<uuid:public_id>/", views.letter_page, name="letter"),
    path("letters/<uuid:public_id>/edit/", views.edit, name="edit"),
    path("letters/<uuid:public_id>/submit/", views.submit, name="submit"),
    path("letters/<uuid:public_id>/approve/", views.approve, name="approve"),
    path("letters/<uuid:public_id>/return/", views.return_letter, name="return"),
    path("letters/<uuid:public_id>/sent/", views.sent, name="sent"),
    path("letters/<uuid:public_id>/discard/", views.discard, name="discard"),
    path("letters/<uuid:public_id>/pdf/", views.letter_pdf, name="pdf"),
    path("letters/templates/", template_views.templates, name="templates"),
    path("letters/templates/add/", template_views.add, name="template-add"),
    path("letters/templates/<int:pk>/", template_views.template_page, name="template"),
    path("letters/templates/<int:pk>/edit/", template_views.edit, name="template-edit"),
    path("letters/templates/<int:pk>/write/", template_views.write, name="version-write"),
    path("letters/versions/<int:pk>/edit/", template_views.edit_version, name="version-edit"),
    path("letters/versions/<int:pk>/pdf/", template_views.version_pdf, name="version-pdf"),
    path("letters/versions/<int:pk>/submit/", template_views.submit, name="version-submit"),
    path("letters/versions/<int:pk>/approve/", template_views.approve, name="version-approve"),
    path("letters/versions/<int:pk>/return/", template_views.return_version, name="version-return"),
]
