"""Who has which role in a province."""

from allauth.account.forms import ResetPasswordForm
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.enums import Role
from accounts.models import Membership, Province, User
from accounts.rules import may_manage_members, may_see_members, require
from accounts.selectors import members_of
from accounts.services import NameNeeded, member_invite, membership_revoke
from accounts.web.doors import province_or_404
from accounts.web.forms import MemberForm
from accounts.web.requests import StaffRequest, posted

PAGE = "staff/members.html"


@require_http_methods(["GET", "HEAD", "POST"])
def members(request: StaffRequest, slug: str) -> HttpResponse:
    """Everybody with a role; a manager also gives roles here."""
    province = province_or_404(request, slug)
    require(may_see_members(request.user, province))
    form = MemberForm(posted(request))
    if request.method == "POST":
        require(may_manage_members(request.user, province))
        if form.is_valid() and _granted(request, province, form):
            return redirect("staff:members", slug)
    context = {
        "province": province,
        "form": form,
        "people": _people(province),
        "manages": may_manage_members(request.user, province),
    }
    return render(request, PAGE, context, status=422 if form.errors else 200)


def _people(province: Province) -> list[tuple[User, list[Membership]]]:
    """Each person once, with all roles."""
    people: dict[User, list[Membership]] = {}
    for membership in members_of(province):
        people.setdefault(membership.user, []).append(membership)
    return list(people.items())


def _granted(request: StaffRequest, province: Province, form: MemberForm) -> bool:
    """Whether the role could be given; if not, the form says why."""
    facts = {**form.cleaned_data, "role": Role(form.cleaned_data["role"])}
    try:
        user, created = member_invite(**facts, province=province, by=request.user, now=timezone.now())
    except NameNeeded as refusal:
        form.add_error("full_name", str(refusal))
        return False
    if created:
        password_mail(request, user)
    words = {"person": str(user), "role": facts["role"].label}
    messages.success(request, _("%(person)s now has the role “%(role)s”.") % words)
    return True


def password_mail(request: StaffRequest, user: User) -> None:
    """Send the link with which the owner of an account sets a password."""
    form = ResetPasswordForm({"email": user.email})
    if form.is_valid():
        form.save(request)
        messages.info(request, _("A link to set the password was sent to %(email)s.") % {"email": user.email})


@require_POST
def member_revoke(request: StaffRequest, slug: str, membership_id: int) -> HttpResponse:
    """Take one role away; the last manager stays."""
    province = province_or_404(request, slug)
    require(may_manage_members(request.user, province))
    membership = get_object_or_404(members_of(province), pk=membership_id)
    words = {"person": str(membership.user), "role": membership.get_role_display()}
    membership_revoke(membership=membership, by=request.user, now=timezone.now())
    messages.success(request, _("%(person)s no longer has the role “%(role)s”.") % words)
    return redirect("staff:members", slug)


@require_POST
def member_mail(request: StaffRequest, slug: str, membership_id: int) -> HttpResponse:
    """Send the link to set a password once more."""
    province = province_or_404(request, slug)
    require(may_manage_members(request.user, province))
    password_mail(request, get_object_or_404(members_of(province), pk=membership_id).user)
    return redirect("staff:members", slug)
