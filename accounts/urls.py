"""Addresses of accounts."""

from django.urls import path, register_converter

from accounts import again, announcement_views, consent_views, display, guardian_views, views
from accounts.applying import views as applying_views
from accounts.ids import PublicIdConverter
from accounts.joining import views as joining_views

register_converter(PublicIdConverter, "pid")

app_name = "accounts"
urlpatterns = [
    path("join/", joining_views.join, name="join"),
    path("join/again/", joining_views.join_again, name="join_again"),
    path("join/stop/", joining_views.join_stop, name="join_stop"),
    path("join/<slug:step>/", joining_views.join_step, name="join_step"),
    path("welcome/", joining_views.welcome, name="welcome"),
    path("apply/", applying_views.apply, name="apply"),
    path("apply/account/", applying_views.apply_account, name="apply_account"),
    path("me/application/", applying_views.application, name="application"),
    path("me/application/start/", applying_views.start, name="application_start"),
    path("me/application/<slug:task>/", applying_views.task, name="application_task"),
    path("me/", views.me, name="me"),
    path("me/display/", display.display, name="display"),
    path("me/consent/", consent_views.consents, name="consents"),
    path("me/consent/choose/", consent_views.choose, name="choose"),
    path("me/consent/leaving/", consent_views.leaving, name="leaving"),
    path("me/consent/<pid:public_id>/", consent_views.receipt_page, name="receipt"),
    path("me/consent/<pid:public_id>/json/", consent_views.receipt_json, name="receipt_json"),
    path("me/still-you/", again.still_you, name="still_you"),
    path("me/agree/", consent_views.agree, name="agree"),
    path("me/guardian/", guardian_views.guardian, name="guardian"),
    path("guardian/<str:token>/", guardian_views.guardian_answer, name="guardian_answer"),
    path("rules/", views.rules, name="rules"),
    path("rules/<str:version>/", views.rules, name="rules_version"),
    path("code/", views.hcp_code, name="hcp_code"),
    path("code/<str:version>/", views.hcp_code, name="hcp_code_version"),
    path(
        "announcements/<pid:public_id>/hide/",
        announcement_views.hide_announcement,
        name="hide_announcement",
    ),
    path("leave-now/", views.leave_now, name="leave_now"),
]
