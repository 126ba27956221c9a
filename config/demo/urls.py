"""Addresses that exist only with DEMO=1."""

from django.urls import path

from config.demo import views

app_name = "demo"
urlpatterns = [
    path("", views.start, name="start"),
    path("sign-in/", views.sign_in, name="sign_in"),
    path("sign-in/<str:token>/", views.sign_in_by_link, name="link"),
]
