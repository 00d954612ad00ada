"""What an edition still lacks before it can open."""

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from surveys.enums import RespondentType, Secrecy
from surveys.models import Block, Edition, ProfileField, QuestionnaireVersion, SubIndex
from surveys.selectors.ballots import FEWEST_HOLDERS, holders_ready


def gaps_before_opening(edition: Edition) -> list[str]:
    """One sentence per gap, empty when the edition can open. Constant number of queries."""
    return [*framework_gaps(edition), *key_gaps(edition)]


def key_gaps(edition: Edition) -> list[str]:
    """What a sealed edition lacks: people who can open its ballot box."""
    if edition.secrecy != Secrecy.SEALED or holders_ready(edition) >= FEWEST_HOLDERS:
        return []
    words = {"count": FEWEST_HOLDERS}
    return [_("The ballot box needs at least %(count)d key holders who have set their passphrase.") % words]


def framework_gaps(edition: Edition) -> list[str]:
    """What is asked, about whom and by which rules: what of it is missing."""
    gaps = []
    blocks = list(
        Block.objects.filter(edition=edition)
        .annotate(
            unit_count=Count("block_units", distinct=True),
            weight_count=Count("weights", distinct=True),
            rule_count=Count("eligibility_rules", distinct=True),
        )
        .order_by("position", "code")
    )
    if not blocks:
        gaps.append(_("There is no block yet: import the workbook of the edition."))
    for block in blocks:
        if not block.unit_count:
            gaps.append(_("The block “%(block)s” has no units.") % {"block": block.name})
        if not block.weight_count:
            gaps.append(_("The block “%(block)s” has no weighted sub-indices.") % {"block": block.name})
        if not block.rule_count:
            gaps.append(_("The block “%(block)s” has no rule saying who may rate it.") % {"block": block.name})
    gaps.extend(_questionnaire_gaps(edition))
    return gaps


def _questionnaire_gaps(edition: Edition) -> list[str]:
    gaps = []
    version = (
        QuestionnaireVersion.objects.filter(edition=edition)
        .annotate(question_count=Count("questions"))
        .order_by("-number")
        .first()
    )
    if version is None or not version.question_count:
        gaps.append(_("There is no questionnaire yet."))
    empty = (
        SubIndex.objects.filter(edition=edition)
        .annotate(indicator_count=Count("indicators", filter=Q(indicators__isnull=False)))
        .filter(indicator_count=0)
        .order_by("position", "code")
    )
    gaps.extend(_("The sub-index “%(name)s” has no indicator.") % {"name": sub_index.name} for sub_index in empty)
    types = ProfileField.objects.filter(edition=edition, code="type").order_by("code").first()
    if types is None or not {option["code"] for option in types.options} <= set(RespondentType.values):
        gaps.append(_("The profile must ask for the type of business with the options of the eligibility rules."))
    return gaps
