"""Forms about messages to the invited: what is typed, nothing more."""

from typing import Any

from django import forms
from django.core.validators import validate_email
from django.utils.translation import gettext_lazy as _

from surveys.enums import Audience, MessageChannel, MessageKind, MessageReason
from surveys.models import Campaign
from surveys.population.cells import phone_of
from surveys.services.campaigns import Texts

LONGEST_MAIL, LONGEST_SHORT = 8000, 600


class CampaignChoiceForm(forms.Form):
    """Which message over which channel; its first text follows from that."""

    kind = forms.ChoiceField(label=_("Message"), choices=MessageKind.choices)
    channel = forms.ChoiceField(label=_("Channel"), choices=MessageChannel.choices)


class TextsForm(forms.Form):
    audience = forms.ChoiceField(label=_("To whom"), choices=Audience.choices)
    subject_vi = forms.CharField(label=_("Subject"), max_length=150, required=False)
    text_vi = forms.CharField(label=_("Text"), max_length=LONGEST_MAIL, widget=forms.Textarea(attrs={"rows": 14}))
    subject_en = forms.CharField(label=_("Subject in English"), max_length=150, required=False)
    text_en = forms.CharField(
        label=_("Text in English"),
        max_length=LONGEST_MAIL,
        required=False,
        widget=forms.Textarea(attrs={"rows": 10}),
        help_text=_("Stands below the Vietnamese text. Leave it empty to send Vietnamese only."),
    )
    without_marks = forms.BooleanField(
        label=_("Send without diacritics"),
        required=False,
        help_text=_("160 letters fit into a segment instead of 70."),
    )

    def __init__(self, data: Any, *, channel: str, initial: dict[str, Any]) -> None:
        super().__init__(data, initial=initial)
        if channel == MessageChannel.EMAIL:
            del self.fields["without_marks"]
            self.fields["audience"].widget = forms.HiddenInput()
            return
        for name in ("subject_vi", "subject_en", "text_en"):
            del self.fields[name]
        self.fields["text_vi"].max_length = LONGEST_SHORT  # type: ignore[attr-defined]  # a CharField
        self.fields["text_vi"].widget.attrs["rows"] = 4

    def texts(self) -> Texts:
        given = self.cleaned_data
        return Texts(
            audience=given["audience"],
            subject_vi=given.get("subject_vi", ""),
            text_vi=given["text_vi"],
            subject_en=given.get("subject_en", ""),
            text_en=given.get("text_en", ""),
            without_marks=given.get("without_marks", False),
        )


def texts_of(campaign: Campaign) -> dict[str, Any]:
    return {name: getattr(campaign, name) for name in TextsForm.base_fields}


class TrialForm(forms.Form):
    """Where a test message goes."""

    to = forms.CharField(label=_("Send a test to"), max_length=254)

    def __init__(self, data: Any, *, channel: str, email: str) -> None:
        super().__init__(data, initial={"to": email} if channel == MessageChannel.EMAIL else None)
        self._channel = channel
        if channel == MessageChannel.EMAIL:
            self.fields["to"] = forms.EmailField(label=_("Send a test to this address"), max_length=254)
        else:
            self.fields["to"].label = _("Send a test to this number")

    def clean_to(self) -> str:
        to = str(self.cleaned_data["to"])
        if self._channel == MessageChannel.EMAIL:
            return to
        number = phone_of(to)
        if not number:
            raise forms.ValidationError(_("This is not a Vietnamese telephone number."))
        return number


class OptOutForm(forms.Form):
    """What somebody said by telephone, in a letter or in person about messages."""

    contact = forms.CharField(
        label=_("E-mail address or telephone number"),
        max_length=254,
        help_text=_("Of a business with both, note the one and then the other."),
    )
    want = forms.ChoiceField(
        label=_("What it wants"), choices=[("stop", _("No more messages")), ("again", _("Messages again"))]
    )

    def clean_contact(self) -> str:
        typed = str(self.cleaned_data["contact"]).strip()
        if "@" in typed:
            validate_email(typed)
            return typed.lower()
        number = phone_of(typed)
        if not number:
            raise forms.ValidationError(_("This is neither an e-mail address nor a Vietnamese telephone number."))
        return number


class QuietHoursForm(forms.Form):
    begins = forms.TimeField(
        label=_("Nothing is sent from"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    ends = forms.TimeField(label=_("until"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    everywhere = forms.BooleanField(label=_("In all editions of the province"), required=False)


class TroubleFilterForm(forms.Form):
    reason = forms.ChoiceField(label=_("Reason"), required=False)

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        reasons = [choice for choice in MessageReason.choices if choice[0] != MessageReason.COMPLETED]
        self.fields["reason"].choices = [("", _("All")), *reasons]  # type: ignore[attr-defined]  # a ChoiceField

    def wanted(self) -> str:
        self.full_clean()
        return str(self.cleaned_data.get("reason", ""))
