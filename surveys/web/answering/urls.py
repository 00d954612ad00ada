"""Addresses of answering, for holders of a link or code. No account, no session."""

from django.urls import URLPattern

app_name = "answering"
urlpatterns: list[URLPattern] = []
