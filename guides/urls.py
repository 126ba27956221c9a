"""Addresses of the guides. All are public."""

from django.urls import path

from guides import views

app_name = "guides"

urlpatterns = [
    path("help-now/", views.help_now, name="help_now"),
    path("how-it-works/", views.how_it_works, name="how_it_works"),
    path("stay-safe/", views.stay_safe, name="stay_safe"),
    path("how-to-judge/", views.judge, name="judge"),
    path("privacy/", views.privacy, name="privacy"),
    path("accessibility/", views.accessibility, name="accessibility"),
]
