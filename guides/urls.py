"""Addresses of the guides: pages for everybody, and behind ``guides-work/`` those of editors."""

from django.urls import path

from guides import article_views, desk_views, views

app_name = "guides"

urlpatterns = [
    path("help-now/", views.help_now, name="help_now"),
    path("help-now/offline/", views.offline, name="offline"),
    path("how-it-works/", views.how_it_works, name="how_it_works"),
    path("look-inside/", views.look_inside, name="look_inside"),
    path("stay-safe/", views.stay_safe, name="stay_safe"),
    path("how-to-judge/", views.judge, name="judge"),
    path("privacy/", views.privacy, name="privacy"),
    path("accessibility/", views.accessibility, name="accessibility"),
    path("guides/", article_views.listing, name="articles"),
    path("guides/<slug:slug>/", article_views.article, name="article"),
    path("guides/<slug:slug>/was-it-clear/", article_views.feedback, name="feedback"),
    path("guides-work/", desk_views.work, name="work"),
    path("guides-work/new/", desk_views.new, name="work_new"),
    path("guides-work/<slug:slug>/start/", desk_views.start, name="work_start"),
    path("guides-work/<slug:slug>/place/", desk_views.place, name="work_place"),
    path("guides-work/<slug:slug>/<int:number>/", desk_views.version, name="work_version"),
    path("guides-work/<slug:slug>/<int:number>/edit/", desk_views.edit, name="work_edit"),
]
