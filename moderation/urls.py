"""Addresses of moderation."""

from django.urls import path

from moderation.views import bench, breakglass, desk, queue, recusal, reports, texts, worklist

app_name = "moderation"
TEXT = "desk/texts/<slug:kind>/<slug:language>/<str:version>/"
urlpatterns = [
    path("queue/", worklist.queue, name="queue"),
    path("queue/next/", worklist.next_item, name="next"),
    path("queue/stop/", worklist.stop, name="stop"),
    path("queue/summary/", worklist.summary, name="summary"),
    path("queue/<pid:public_id>/", queue.item, name="item"),
    path("queue/<pid:public_id>/release/", worklist.release_item, name="release"),
    path("queue/<pid:public_id>/renew/", worklist.renew, name="renew"),
    path("me/hard-topics/", bench.wellbeing, name="wellbeing"),
    path("me/keyboard/", bench.keys, name="keys"),
    path("recuse/<pid:public_id>/", recusal.recusal, name="recuse"),
    path("report/", reports.report, name="report"),
    path("report/post/<pid:public_id>/", reports.report_post, name="report_post"),
    path("report/sent/", reports.sent, name="report_sent"),
    path("report/status/", reports.status, name="report_status"),
    path("my-reports/", reports.own_list, name="own_reports"),
    path("my-reports/<str:number>/", reports.own, name="own_report"),
    path("desk/", desk.desk, name="desk"),
    path("desk/reports/<str:number>/", desk.report, name="desk_report"),
    path("desk/cases/<pid:public_id>/", desk.case, name="case"),
    path("desk/break-glass/", breakglass.listing, name="break_glasses"),
    path("desk/break-glass/ask/<pid:public_id>/", breakglass.ask_form, name="break_glass_ask"),
    path("desk/break-glass/<pid:public_id>/", breakglass.exception, name="break_glass"),
    path("break-glass/<pid:public_id>/", breakglass.reading, name="broken_glass"),
    path("desk/texts/", texts.listing, name="texts"),
    path("desk/texts/start/", texts.start, name="text_start"),
    path(TEXT, texts.text, name="text"),
    path(f"{TEXT}edit/", texts.edit, name="text_edit"),
    path(f"{TEXT}publish/", texts.publish, name="text_publish"),
    path(f"{TEXT}discard/", texts.discard, name="text_discard"),
    path(f"{TEXT}sign-off/", texts.sign_off, name="text_sign_off"),
]
