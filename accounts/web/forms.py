"""Forms of the staff pages about people and what they did."""

from datetime import date
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

from accounts.enums import Role, deed
from accounts.models import Province
from accounts.selectors import AuditFilter, audit_actions, audit_people

# The midnight after the last day of the calendar, or in another time zone before its first, cannot be written.
DAYS = [MinValueValidator(date(1900, 1, 1)), MaxValueValidator(date(2999, 12, 31))]


class DayInput(forms.DateInput):
    """A day as browsers ask for it; they show it in the reader's own way."""

    input_type = "date"

    def __init__(self, **options: Any) -> None:
        super().__init__(format="%Y-%m-%d", **options)


class MemberForm(forms.Form):
    email = forms.EmailField(label=_("E-mail address"), max_length=254)
    full_name = forms.CharField(
        label=_("Full name"),
        max_length=150,
        required=False,
        help_text=_("Needed only for somebody who has no account yet."),
    )
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices)


class AuditForm(forms.Form):
    """The filters of the audit trail; what is not understood filters nothing."""

    action = forms.ChoiceField(label=_("Action"), required=False)
    person = forms.TypedChoiceField(label=_("Person"), required=False, coerce=int, empty_value=None)
    since = forms.DateField(label=_("From"), required=False, widget=DayInput(), validators=DAYS)
    until = forms.DateField(label=_("To"), required=False, widget=DayInput(), validators=DAYS)

    def __init__(self, data: Any, *, province: Province) -> None:
        super().__init__(data)
        actions, people = self.fields["action"], self.fields["person"]
        if isinstance(actions, forms.ChoiceField) and isinstance(people, forms.ChoiceField):
            actions.choices = [("", _("All actions")), *((code, deed(code)) for code in audit_actions(province))]
            people.choices = [("", _("Everybody")), *((user.pk, str(user)) for user in audit_people(province))]

    def wanted(self) -> AuditFilter:
        self.full_clean()
        return AuditFilter(**{name: value for name, value in self.cleaned_data.items() if value})
