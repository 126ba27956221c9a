"""Addresses of the guides: pages for everybody, and behind ``guides-work/`` those of editors."""

from django.urls import path

from guides import article_views, views

app_name = "guides"

urlpatterns = [
    path("help-now/", views.help_now, name="help_now"),
    path("how-it-works/", views.how_it_works, name="how_it_works"),
    path("stay-safe/", views.stay_safe, name="stay_safe"),
    path("how-to-judge/", views.judge, name="judge"),
    path("privacy/", views.privacy, name="privacy"),
    path("accessibility/", views.accessibility, name="accessibility"),
    path("guides/", article_views.listing, name="articles"),
    path("guides/<slug:slug>/", article_views.article, name="article"),
    path("guides/<slug:slug>/was-it-clear/", article_views.feedback, name="feedback"),
]
