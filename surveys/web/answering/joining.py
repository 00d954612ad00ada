"""The public page of an edition where a business asks for a link: by the open link, or by registering itself."""

from django import forms
from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ddci.core.crypto import derive
from ddci.core.errors import TooMany
from surveys.enums import RespondentType
from surveys.models import Edition
from surveys.population.cells import TaxCodeCheck, TaxCodeLength, phone_of, tax_code_of
from surveys.selectors.access import edition_to_join, localities_asked
from surveys.selectors.invitations import code_of
from surveys.services.access import Application, NoWayIn, business_register, open_link_take
from surveys.web.answering.doors import discreet

ASKED, SECONDS = 20, 60 * 60


class TooManyAsked(TooMany):
    code = "too_many_asked"
    sentence = _("Many links were asked for from here. Wait an hour, then try again, or call the association.")


class JoinForm(forms.Form):
    tax_code = forms.CharField(label=_("Tax code"), max_length=20, help_text=_("10 digits, or 13 for a branch."))
    name = forms.CharField(label=_("Name of the business"), max_length=200)
    type = forms.ChoiceField(label=_("Type of business"), choices=[("", _("choose")), *RespondentType.choices])
    locality = forms.ChoiceField(label=_("Locality"))
    email = forms.EmailField(label=_("E-mail address"), max_length=254, required=False)
    phone = forms.CharField(label=_("Telephone"), max_length=30, required=False)

    def __init__(self, data: object = None, *, edition: Edition) -> None:
        super().__init__(data)  # type: ignore[arg-type]
        places = localities_asked(edition)
        locality = self.fields["locality"]
        if places and isinstance(locality, forms.ChoiceField):
            locality.choices = [("", _("choose")), *places]
        else:
            del self.fields["locality"]

    def clean_tax_code(self) -> str:
        try:
            return tax_code_of(str(self.cleaned_data["tax_code"]))
        except TaxCodeLength as error:
            raise forms.ValidationError(_("A tax code has 10 digits, or 13 for a branch.")) from error
        except TaxCodeCheck as error:
            raise forms.ValidationError(_("The tax code was mistyped somewhere: its check digit is wrong.")) from error

    def clean_phone(self) -> str:
        typed = str(self.cleaned_data["phone"]).strip()
        if typed and not phone_of(typed):
            raise forms.ValidationError(_("This is not a Vietnamese telephone number."))
        return phone_of(typed)

    def clean(self) -> dict[str, object]:
        given: dict[str, object] = super().clean() or {}
        if not self.errors and not (given.get("email") or given.get("phone")):
            raise forms.ValidationError(_("Give an e-mail address or a telephone number, so that the link can come."))
        return given

    def application(self) -> Application:
        return Application(**{**self.cleaned_data, "email": self.cleaned_data["email"].lower()})


@discreet
def join(request: HttpRequest, slug: str, year: int) -> HttpResponse:
    """Which ways in are open; asking for a link. A link is made by POST only, and every registration gets the same
    words, whether the business was invited, has answered, or is unknown.
    """
    edition = edition_to_join(slug, year)
    if edition is None:
        raise NoWayIn
    form = JoinForm(request.POST if request.POST.get("way") == "self" else None, edition=edition)
    if request.method == "POST":
        _asked_check(request)
        if request.POST.get("way") == "open":
            return redirect("answering:start", code=code_of(open_link_take(edition=edition, now=timezone.now())))
        if form.is_valid():
            business_register(edition=edition, application=form.application(), now=timezone.now())
            return render(request, "answering/joined.html", _context(edition))
    return render(
        request, "answering/join.html", _context(edition) | {"form": form}, status=422 if form.errors else 200
    )


def _context(edition: Edition) -> dict[str, object]:
    return {
        "edition": edition,
        "access": edition.access,
        "province": edition.province,
        "organisation": edition.province.association,
        "simulated": edition.is_simulated,
        "is_open": edition.state == "open",
    }


def _asked_check(request: HttpRequest) -> None:
    """Count what one sender asks for: a keyed hash of the address, so that none stands in the cache.

    Raises:
        TooManyAsked
    """
    sender = str(request.META.get("REMOTE_ADDR", ""))
    counter = f"links-asked:{derive(settings.SECRET_KEY, 'links-asked', sender).hex()[:24]}"
    cache.add(counter, 0, SECONDS)
    try:
        asked = cache.incr(counter)
    except ValueError:  # it expired between the two lines
        cache.set(counter, 1, SECONDS)
        asked = 1
    if asked > ASKED:
        raise TooManyAsked
