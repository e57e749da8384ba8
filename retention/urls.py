"""Addresses of the Consumer Retention Workspace."""

from django.urls import URLPattern, URLResolver, include, path

from retention.views import case, dashboard, reasons, reports, transfer, worklist

app_name = "retention"
urlpatterns: list[URLPattern | URLResolver] = [
    path("crw/", dashboard.dashboard, name="dashboard"),
    path("crw/cases/", worklist.worklist, name="cases"),
    path("crw/cases/export/", worklist.export, name="export"),
    path("crw/cases/transfer/", transfer.transfer, name="transfer"),
    path("crw/cases/<str:number>/", case.case, name="case"),
    path("crw/cases/<str:number>/log/", worklist.log, name="log"),
    path("crw/reports/", reports.reports, name="reports"),
    path("crw/reports/export/", reports.export, name="reports-export"),
    path("crw/reasons/", reasons.reasons, name="reasons"),
    path("crw/reasons/<int:pk>/", reasons.reason, name="reason"),
    path("crw/risk-models/", include("retention.risk.urls")),
]
