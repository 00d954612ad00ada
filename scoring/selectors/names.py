"""Names behind the codes of an edition, in the active language."""

from dataclasses import dataclass

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from surveys.models import Block, BlockUnit, Edition, Indicator, ProfileField, SubIndex


@dataclass(frozen=True)
class EditionNames:
    """Code → name. `levels` is keyed by profile question and option."""

    blocks: dict[str, str]
    units: dict[str, str]
    sub_indices: dict[str, str]
    indicators: dict[str, str]
    fields: dict[str, str]
    levels: dict[tuple[str, str], str]

    @property
    def all(self) -> dict[str, str]:
        """For sentences that mention a code without saying of what kind; an indicator is named by code and name."""
        indicators = {code: f"{code} {name}" for code, name in self.indicators.items()}
        return {**self.fields, **self.blocks, **indicators, **self.sub_indices, **self.units}

    def level(self, margin: str, level: str) -> str:
        """The name of a level of a margin; of joined levels all names. Responses without an answer have no code."""
        return " + ".join(self.levels.get((margin, part), part or _("Not answered")) for part in level.split(" + "))


def names_in(edition: Edition) -> EditionNames:
    """Five queries."""
    fields = list(ProfileField.objects.filter(edition=edition).order_by("position", "code"))
    units = BlockUnit.objects.filter(block__edition=edition).select_related("unit").order_by("unit__code")
    language = "en" if (get_language() or "vi").startswith("en") else "vi"
    return EditionNames(
        blocks={row.code: row.name for row in Block.objects.filter(edition=edition).order_by("position", "code")},
        units={row.unit.code: row.unit.name for row in units},
        sub_indices={row.code: row.name for row in SubIndex.objects.filter(edition=edition).order_by("code")},
        indicators={row.code: row.name for row in Indicator.objects.filter(edition=edition).order_by("code")},
        fields={field.code: field.text for field in fields},
        levels={
            (field.code, option["code"]): option.get(language) or option["vi"]
            for field in fields
            for option in field.options
        },
    )
