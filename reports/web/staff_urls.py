"""Staff pages of this app."""

from django.urls import path

from reports.web import dashboard, preview, publish, watch

urlpatterns = [
    path("", dashboard.home, name="home"),
    path("editions/<int:edition_id>/", dashboard.edition, name="edition"),
    path("editions/<int:edition_id>/watch/", watch.watch, name="watch-list"),
    path("editions/<int:edition_id>/units/<slug:code>/preview/", preview.preview, name="unit-preview"),
    path("runs/<int:run_id>/publish/", publish.publish, name="publish"),
]
