"""Addresses of moderation."""

from django.urls import path

from moderation.views import desk, queue, reports

app_name = "moderation"
urlpatterns = [
    path("queue/", queue.queue, name="queue"),
    path("queue/next/", queue.next_item, name="next"),
    path("queue/<pid:public_id>/", queue.item, name="item"),
    path("queue/<pid:public_id>/release/", queue.release_item, name="release"),
    path("report/", reports.report, name="report"),
    path("report/post/<pid:public_id>/", reports.report_post, name="report_post"),
    path("report/sent/", reports.sent, name="report_sent"),
    path("report/status/", reports.status, name="report_status"),
    path("my-reports/", reports.own_list, name="own_reports"),
    path("my-reports/<str:number>/", reports.own, name="own_report"),
    path("desk/", desk.desk, name="desk"),
    path("desk/reports/<str:number>/", desk.report, name="desk_report"),
    path("desk/cases/<pid:public_id>/", desk.case, name="case"),
]
