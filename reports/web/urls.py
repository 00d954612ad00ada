"""Public pages."""

from django.urls import path

from reports.web.public import files, own_index, pages, receipts

app_name = "public"
urlpatterns = [
    path("", pages.home, name="home"),
    path("data-api/", pages.api_guide, name="api"),
    path("<slug:province>/", pages.province, name="province"),
    path("<slug:province>/<int:year>/", pages.ranking, name="ranking"),
    path("<slug:province>/<int:year>/units/<slug:code>/", pages.unit, name="unit"),
    path("<slug:province>/<int:year>/own-weights/<slug:block>/", own_index.page, name="own-weights"),
    path("<slug:province>/<int:year>/methodology/", pages.methodology, name="methodology"),
    path("<slug:province>/<int:year>/receipts/", receipts.receipts, name="receipts"),
    path("<slug:province>/<int:year>/receipts.txt", receipts.receipts_file, name="receipts-file"),
    path("<slug:province>/<int:year>/downloads/", pages.downloads, name="downloads"),
    path("<slug:province>/<int:year>/files/<str:name>", files.file, name="file"),
]
