"""Addresses of accounts."""

from django.urls import path

from accounts import views

app_name = "accounts"
urlpatterns = [
    path("me/", views.me, name="me"),
    path("rules/", views.rules, name="rules"),
    path("code/", views.hcp_code, name="hcp_code"),
    path("leave-now/", views.leave_now, name="leave_now"),
]
