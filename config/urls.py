"""All addresses."""

from django.conf import settings
from django.urls import include, path

from config import django_admin, helpline_views, views

urlpatterns = [
    path("", views.home, name="home"),
    path("favicon.ico", views.favicon, name="favicon"),
    path("robots.txt", views.robots, name="robots"),
    path("manifest.webmanifest", views.manifest, name="manifest"),
    path("worker.js", views.worker, name="worker"),
    path("sitemap.xml", views.sitemap, name="sitemap"),
    path("desk/helplines/", helpline_views.listing, name="helplines"),
    path("desk/helplines/<str:code>/", helpline_views.sheet, name="helpline_sheet"),
    path("", include("accounts.urls")),
    path("", include("guides.urls")),
    path("", include("forum.urls")),
    path("", include("moderation.urls")),
    path("account/", include("allauth.urls")),
]
if settings.DJANGO_ADMIN:
    urlpatterns.append(path("django-admin/", django_admin.site.urls))
if settings.DEMO:
    urlpatterns.append(path("demo/", include("config.demo.urls")))

handler404 = "config.views.not_found"
