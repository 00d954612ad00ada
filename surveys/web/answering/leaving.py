"""The end of a questionnaire on a device that is not the respondent's: nothing stays behind on it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from surveys.models import Invitation, Sitting


def forgotten(response: HttpResponse) -> HttpResponse:
    """Tell the browser to forget pages and whatever it kept of this site; being signed in stays."""
    response["Clear-Site-Data"] = '"cache", "storage"'
    return response


def over_page(request: HttpRequest, invitation: Invitation, sitting: Sitting) -> HttpResponse:
    """Ended without sending in: everything entered is deleted."""
    edition = invitation.edition
    context = {
        "edition": edition,
        "organisation": edition.province.association,
        "simulated": edition.is_simulated,
        "sitting": sitting,
    }
    return render(request, "answering/over.html", context)
