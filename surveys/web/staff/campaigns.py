"""Messages to the invited: prepared, tried out, started, paused, followed. For managers only."""

from typing import Any

from csp.constants import SELF
from csp.decorators import csp_update
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.web.requests import StaffRequest, posted, typed
from ddci.core.errors import Refusal
from surveys.enums import NOT_CLOSED, Audience, CampaignState, EditionState, MessageChannel
from surveys.messages.texts import PLACEHOLDERS
from surveys.models import Campaign, Edition
from surveys.selectors.campaigns import Counts, campaigns_of, counts_by_campaign, counts_of, invited_without_message
from surveys.selectors.outbox import due_next, pace_of, quiet_end, quiet_hours_of
from surveys.services.campaigns import (
    CampaignExists,
    DeadlineMissing,
    TextFaulty,
    campaign_change,
    campaign_create,
    campaign_pause,
    campaign_start,
    deadline_missing,
    failed_again,
    quiet_hours_set,
    trial_send,
    unclear_decide,
)
from surveys.services.message_texts import texts_first
from surveys.services.opt_outs import contact_opt_in, contact_opt_out
from surveys.web.staff.campaign_doors import campaign_or_404, edition_of_manager
from surveys.web.staff.campaign_forms import (
    CampaignChoiceForm,
    OptOutForm,
    QuietHoursForm,
    TextsForm,
    TrialForm,
    texts_of,
)
from surveys.web.staff.campaign_preview import preview_of

FRAMED = {"frame-src": [SELF]}
# What is told, by whether messages shall end and whether that was new.
WISHES = {
    (True, True): gettext_lazy("Nothing is sent there any more."),
    (True, False): gettext_lazy("This was noted already: nothing is sent there."),
    (False, True): gettext_lazy("Messages go there again."),
    (False, False): gettext_lazy("Nothing had been noted about this address or number."),
}


def _frame(edition: Edition) -> dict[str, Any]:
    return {"edition": edition, "province": edition.province}


@require_safe
def campaigns(request: StaffRequest, edition_id: int) -> HttpResponse:
    """All messages of an edition with what became of them, the quiet hours, and who wants none."""
    return _list_page(request, edition_of_manager(request, edition_id), OptOutForm())


def _list_page(request: StaffRequest, edition: Edition, wishes: OptOutForm) -> HttpResponse:
    counts = counts_by_campaign(edition)
    begins, ends = quiet_hours_of(edition)
    context = _frame(edition) | {
        "rows": [(each, counts.get(each.pk, Counts())) for each in campaigns_of(edition)],
        "form": QuietHoursForm(initial={"begins": begins, "ends": ends}),
        "wishes": wishes,
        "live": edition.state in NOT_CLOSED,
    }
    return render(request, "staff/campaigns/list.html", context, status=422 if wishes.errors else 200)


@require_POST
def wish(request: StaffRequest, edition_id: int) -> HttpResponse:
    """An address or number wants no more messages, or wants them again; in all editions of the province."""
    edition = edition_of_manager(request, edition_id)
    form = OptOutForm(request.POST)
    if not form.is_valid():
        return _list_page(request, edition, form)
    stops = form.cleaned_data["want"] == "stop"
    facts = {"province": edition.province, "contact": form.cleaned_data["contact"]}
    changed = (contact_opt_out if stops else contact_opt_in)(**facts, by=request.user, now=timezone.now())
    messages.success(request, WISHES[stops, changed])
    return redirect("staff:campaigns", edition.pk)


@require_POST
def quiet_hours(request: StaffRequest, edition_id: int) -> HttpResponse:
    edition = edition_of_manager(request, edition_id)
    form = QuietHoursForm(request.POST)
    if form.is_valid():
        quiet_hours_set(edition=edition, by=request.user, now=timezone.now(), **form.cleaned_data)
        messages.success(request, _("The quiet hours are set."))
    else:
        messages.error(request, _("Give both times, such as 20:00 and 08:00."))
    return redirect("staff:campaigns", edition.pk)


@require_http_methods(["GET", "HEAD", "POST"])
def campaign_new(request: StaffRequest, edition_id: int) -> HttpResponse:
    """First which message over which channel, then its text, which begins with a proposal."""
    edition = edition_of_manager(request, edition_id)
    chosen = CampaignChoiceForm(request.GET if "kind" in request.GET else None)
    if not chosen.is_valid():
        status = 200 if request.method != "POST" else 422
        return render(request, "staff/campaigns/choose.html", _frame(edition) | {"form": chosen}, status=status)
    kind, channel = chosen.cleaned_data["kind"], chosen.cleaned_data["channel"]
    first = {"audience": Audience.ALL.value, **texts_first(kind=kind, channel=channel)}
    form = TextsForm(posted(request), channel=channel, initial=first)
    if request.method == "POST" and form.is_valid():
        made = _made(request, form, edition, kind, channel)
        if made:
            return redirect("staff:campaign", edition.pk, made.pk)
    campaign = Campaign(edition=edition, kind=kind, channel=channel)
    return _text_page(request, campaign, form)


def _made(request: StaffRequest, form: TextsForm, edition: Edition, kind: str, channel: str) -> Campaign | None:
    """The new message; if it could not be made, the form says why."""
    now, texts = timezone.now(), form.texts()
    try:
        return campaign_create(edition=edition, kind=kind, channel=channel, texts=texts, by=request.user, now=now)
    except TextFaulty as refusal:
        _tell_faults(form, refusal)
    except CampaignExists as refusal:
        form.add_error(None, str(refusal))
    return None


def _tell_faults(form: TextsForm, refusal: TextFaulty) -> None:
    for name, sentences in refusal.faults.items():
        for sentence in sentences:
            form.add_error(name, sentence)


def _text_page(request: StaffRequest, campaign: Campaign, form: TextsForm) -> HttpResponse:
    context = _frame(campaign.edition) | {"campaign": campaign, "form": form, "placeholders": PLACEHOLDERS.items()}
    return render(request, "staff/campaigns/text.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def campaign_text(request: StaffRequest, edition_id: int, campaign_id: int) -> HttpResponse:
    """The texts, changeable while nothing is being sent."""
    campaign = campaign_or_404(request, edition_id, campaign_id)
    form = TextsForm(posted(request), channel=campaign.channel, initial=texts_of(campaign))
    if request.method == "POST" and form.is_valid():
        try:
            campaign_change(campaign=campaign, texts=form.texts(), by=request.user, now=timezone.now())
            return redirect("staff:campaign", edition_id, campaign.pk)
        except TextFaulty as refusal:
            _tell_faults(form, refusal)
    return _text_page(request, campaign, form)


@require_safe
@csp_update(FRAMED)  # type: ignore[arg-type]  # it knows plain requests only
def campaign(request: StaffRequest, edition_id: int, campaign_id: int) -> HttpResponse:
    """How far the message is, how it looks, what can be done."""
    found = campaign_or_404(request, edition_id, campaign_id)
    return _campaign_page(request, found, TrialForm(None, channel=found.channel, email=request.user.email))


def _campaign_page(request: StaffRequest, found: Campaign, form: TrialForm) -> HttpResponse:
    now, counts, missing = timezone.now(), counts_of(found), invited_without_message(found).count()
    down = pace_of(found.channel)
    running = found.state == CampaignState.RUNNING and found.edition.state == EditionState.OPEN
    context = _frame(found.edition) | {
        "campaign": found,
        "counts": counts,
        "missing": missing,
        "running": running,
        "takes_answers": found.edition.state == EditionState.OPEN,
        "quiet": quiet_end(found.edition, now) if running else None,
        "down": down.next_at if running and down and down.next_at > now else None,
        "hindrance": str(DeadlineMissing()) if deadline_missing(campaign=found) else "",
        "due": due_next(found.pk, now) if running else None,
        "now": now,
        "preview": preview_of(found),
        "is_mail": found.channel == MessageChannel.EMAIL,
        "form": form,
    }
    return render(request, "staff/campaigns/campaign.html", context, status=422 if form.errors else 200)


@require_POST
def campaign_begin(request: StaffRequest, edition_id: int, campaign_id: int) -> HttpResponse:
    """Start, go on, or take in who was invited since."""
    found = campaign_or_404(request, edition_id, campaign_id)
    campaign_start(campaign=found, by=request.user, now=timezone.now())
    messages.success(request, _("The messages go out one after the other. This page may be closed."))
    return redirect("staff:campaign", edition_id, found.pk)


@require_POST
def campaign_halt(request: StaffRequest, edition_id: int, campaign_id: int) -> HttpResponse:
    found = campaign_or_404(request, edition_id, campaign_id)
    campaign_pause(campaign=found, by=request.user, now=timezone.now())
    messages.success(request, _("Paused. What is waiting stays where it is."))
    return redirect("staff:campaign", edition_id, found.pk)


@require_POST
@csp_update(FRAMED)  # type: ignore[arg-type]  # it knows plain requests only
def campaign_trial(request: StaffRequest, edition_id: int, campaign_id: int) -> HttpResponse:
    """The message to an address of one's own."""
    found = campaign_or_404(request, edition_id, campaign_id)
    form = TrialForm(request.POST, channel=found.channel, email=request.user.email)
    if not form.is_valid():
        return _campaign_page(request, found, form)
    to = form.cleaned_data["to"]
    try:
        trial_send(campaign=found, to=to, by=request.user, now=timezone.now())
        messages.success(request, _("A test message went to %(to)s. The links in it lead nowhere.") % {"to": to})
    except Refusal as refusal:
        messages.error(request, str(refusal))
    return redirect("staff:campaign", edition_id, found.pk)


@require_POST
def campaign_again(request: StaffRequest, edition_id: int, campaign_id: int) -> HttpResponse:
    """Another round of tries for those that failed."""
    found = campaign_or_404(request, edition_id, campaign_id)
    count = failed_again(campaign=found, by=request.user, now=timezone.now())
    sentence = ngettext("%(count)d message is tried again.", "%(count)d messages are tried again.", count)
    messages.success(request, sentence % {"count": count})
    return redirect("staff:campaign", edition_id, found.pk)


@require_POST
def campaign_unclear(request: StaffRequest, edition_id: int, campaign_id: int) -> HttpResponse:
    """Send an unclear message again, or take it for sent."""
    found = campaign_or_404(request, edition_id, campaign_id)
    number = typed(request, "message", 18)
    again = typed(request, "verdict", 10) == "again"
    message_id = int(number) if number.isascii() and number.isdigit() else 0
    unclear_decide(campaign=found, message_id=message_id, again=again, by=request.user, now=timezone.now())
    return redirect("staff:campaign-troubles", edition_id, found.pk)
