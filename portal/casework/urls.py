"""Addresses of the spine: lists, cases, their acts and files, search, drafts."""

from django.urls import path

from portal.casework.views import (
    acts,
    bulk,
    case,
    drafts,
    macros,
    queue,
    search,
    texts,
    workbench,
)

app_name = "casework"
urlpatterns = [
    path("queue/", queue.queue, name="queue"),
    path("queue/export/", queue.export, name="queue-export"),
    path("queue/bulk/", bulk.bulk_act, name="bulk"),
    path("queue/bulk/progress/<str:key>/", bulk.progress, name="progress"),
    path("queue/views/", queue.saved_views, name="saved-views"),
    path("queue/views/save/", queue.save, name="saved-view-save"),
    path("queue/views/<int:pk>/rename/", queue.rename, name="saved-view-rename"),
    path("queue/views/<int:pk>/share/", queue.share, name="saved-view-share"),
    path("queue/views/<int:pk>/delete/", queue.delete, name="saved-view-delete"),
    path("workbench/", workbench.workbench, name="workbench"),
    path("workbench/rows/", workbench.bench_rows, name="workbench-rows"),
    path("workbench/cases/<str:number>/", workbench.bench_case, name="workbench-case"),
    path("macros/", macros.index, name="macros"),
    path("macros/new/", macros.new, name="macro-new"),
    path("macros/run/", macros.run, name="macro-run"),
    path("macros/<int:pk>/", macros.edit, name="macro-edit"),
    path("macros/<int:pk>/steps/", macros.add_step, name="macro-step-add"),
    path("macros/<int:pk>/steps/<int:place>/up/", macros.move_step, name="macro-step-move"),
    path("macros/<int:pk>/steps/<int:place>/remove/", macros.remove_step, name="macro-step-remove"),
    path("macros/<int:pk>/delete/", macros.delete, name="macro-delete"),
    path("texts/new/", texts.new, name="text-new"),
    path("texts/<int:pk>/", texts.edit, name="text-edit"),
    path("texts/<int:pk>/delete/", texts.delete, name="text-delete"),
    path("search/", search.search, name="search"),
    path("drafts/<str:form>/<uuid:public_id>/", drafts.auto_save, name="draft"),
    path("cases/<str:number>/", case.case_page, name="case"),
    path("cases/<str:number>/presence/", case.case_presence, name="presence"),
    path("cases/<str:number>/act/<str:key>/", acts.case_act, name="act"),
    path("cases/<str:number>/texts/", texts.for_case, name="texts"),
    path("cases/<str:number>/texts/<int:pk>/", texts.filled, name="text-filled"),
    path("cases/<str:number>/files/<uuid:public_id>/", case.case_file, name="file"),
]
