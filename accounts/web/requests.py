"""The request behind a closed door: somebody is signed in."""

from django.http import HttpRequest

from accounts.models import User


class StaffRequest(HttpRequest):
    """What every staff view is given: the middleware sent everybody else to sign in."""

    user: User
