"""Addresses of answering, for holders of a link or code. No account, no session."""

from django.urls import path

from surveys.web.answering import entry, finish, joining, pages

app_name = "answering"
urlpatterns = [
    path("", entry.enter, name="enter"),
    path("assisted/", entry.assisted, name="assisted"),
    path("join/<slug:slug>/<int:year>/", joining.join, name="join"),
    path("<str:code>/", entry.start, name="start"),
    path("<str:code>/about/", entry.about, name="about"),
    path("<str:code>/delete/", entry.discard, name="discard"),
    path("<str:code>/profile/", pages.profile, name="profile"),
    path("<str:code>/units/", pages.units, name="units"),
    path("<str:code>/rate/<int:unit>/<slug:section>/", pages.section, name="section"),
    path("<str:code>/overall/<int:unit>/", pages.overall, name="overall"),
    path("<str:code>/review/", finish.review, name="review"),
    path("<str:code>/send/", finish.send, name="send"),
    path("<str:code>/receipt/", finish.receipt, name="receipt"),
]
