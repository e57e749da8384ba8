"""Addresses of the spine: lists, cases, their acts and files, search, drafts."""

from django.urls import path

from portal.casework.views import acts, bulk, case, drafts, queue, search

app_name = "casework"
urlpatterns = [
    path("queue/", queue.queue, name="queue"),
    path("queue/export/", queue.export, name="queue-export"),
    path("queue/bulk/", bulk.bulk_act, name="bulk"),
    path("queue/views/", queue.saved_views, name="saved-views"),
    path("queue/views/save/", queue.save, name="saved-view-save"),
    path("queue/views/<int:pk>/rename/", queue.rename, name="saved-view-rename"),
    path("queue/views/<int:pk>/delete/", queue.delete, name="saved-view-delete"),
    path("search/", search.search, name="search"),
    path("drafts/<str:form>/<uuid:public_id>/", drafts.auto_save, name="draft"),
    path("cases/<str:number>/", case.case_page, name="case"),
    path("cases/<str:number>/presence/", case.case_presence, name="presence"),
    path("cases/<str:number>/act/<str:key>/", acts.case_act, name="act"),
    path("cases/<str:number>/files/<uuid:public_id>/", case.case_file, name="file"),
]
