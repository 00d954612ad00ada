"""The form of a plan for a sample, and the filter of the drawn businesses: shapes only."""

from collections.abc import Mapping
from random import SystemRandom
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from surveys.enums import Allocation
from surveys.models import SampleStratum
from surveys.population.plan import VARIABLES, Plan

LARGEST_SEED = 2**31 - 1
SMALLEST_SHOWN = 20


class PlanForm(forms.Form):
    """Everything that is chosen before the draw. Percentages are typed as whole numbers."""

    size = forms.IntegerField(label=_("Businesses to draw"), min_value=2, max_value=300_000)
    response_rate = forms.IntegerField(
        label=_("Expected response rate in percent"),
        min_value=1,
        max_value=100,
        help_text=_("Of those who are invited."),
    )
    by_type = forms.BooleanField(label=_("Type"), required=False)
    by_locality = forms.BooleanField(label=_("Locality"), required=False)
    by_sector = forms.BooleanField(label=_("Sector"), required=False)
    by_size = forms.BooleanField(label=_("Size"), required=False)
    by_age = forms.BooleanField(label=_("Age"), required=False)
    smallest = forms.IntegerField(
        label=_("Fewest businesses of a stratum"),
        min_value=2,
        max_value=100_000,
        help_text=_("Smaller cells are joined with a neighbour, first along the last variable ticked."),
    )
    allocation = forms.ChoiceField(label=_("Shared out over the strata"), choices=Allocation.choices)
    locality_floor = forms.IntegerField(label=_("Drawn in each locality at least"), min_value=0, max_value=10_000)
    unit_floor = forms.IntegerField(
        label=_("Ratings expected of each unit at least"),
        min_value=0,
        max_value=10_000,
        help_text=_("Both minimums count only where the sample is shared out with minimums."),
    )
    reserve = forms.IntegerField(
        label=_("Reserve in percent of the sample"),
        min_value=0,
        max_value=200,
        help_text=_("Drawn at the same time, invited later if too few answer."),
    )
    waves = forms.IntegerField(label=_("In how many waves"), min_value=1, max_value=5)
    seed = forms.IntegerField(
        label=_("Seed"),
        min_value=0,
        max_value=LARGEST_SEED,
        help_text=_("The number from which chance is drawn; it is recorded, and the draw can be repeated with it."),
    )

    def __init__(self, data: Any, *, variables: Mapping[str, str]) -> None:
        super().__init__(data)
        self.variables = [name for name in VARIABLES if name in variables]
        for name in VARIABLES:
            if name not in variables:
                del self.fields[f"by_{name}"]
            elif name != "type":
                self.fields[f"by_{name}"].label = variables[name]

    def chosen(self) -> list[tuple[str, str]]:
        """Name and value of every field, to be sent again as they are."""
        return [(name, str(self.data[name])) for name in self.fields if name in self.data]

    def ticks(self) -> list[forms.BoundField]:
        return [self[f"by_{name}"] for name in self.variables]

    def plan(self) -> Plan:
        given = self.cleaned_data
        names = ("size", "allocation", "smallest", "locality_floor", "unit_floor", "waves", "seed")
        return Plan(
            variables=tuple(name for name in self.variables if given[f"by_{name}"]),
            response_rate=given["response_rate"] / 100,
            reserve=given["reserve"] / 100,
            **{name: given[name] for name in names},
        )


def plan_first(population: int, response_rate: float | None) -> dict[str, Any]:
    """What the form shows before anything was chosen: a third of the frame, by type and locality."""
    return {
        "size": min(population, max(round(population / 3), 200)),
        "response_rate": round(100 * (response_rate or 0.4)) or 1,
        "by_type": "on",
        "by_locality": "on",
        "smallest": SMALLEST_SHOWN,
        "allocation": Allocation.PROPORTIONAL.value,
        "locality_floor": 0,
        "unit_floor": 0,
        "reserve": 20,
        "waves": 1,
        "seed": SystemRandom().randrange(LARGEST_SEED),
    }


class MemberFilterForm(forms.Form):
    search = forms.CharField(label=_("Name or tax code"), required=False, max_length=100)
    wave = forms.ChoiceField(label=_("Wave"), required=False)
    stratum = forms.ChoiceField(label=_("Stratum"), required=False)

    def __init__(self, data: Any, *, waves: Mapping[str, str], strata: list[SampleStratum]) -> None:
        super().__init__(data)
        for name, choices in (("wave", waves.items()), ("stratum", ((str(each.pk), each.name) for each in strata))):
            field = self.fields[name]
            if isinstance(field, forms.ChoiceField):
                field.choices = [("", _("All")), *choices]

    def wanted(self) -> dict[str, str]:
        self.full_clean()
        return {name: self.cleaned_data.get(name, "") for name in ("search", "wave", "stratum")}
