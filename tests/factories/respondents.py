"""Businesses that answer: an open edition with a question under a condition, invitations, whole questionnaires."""

from collections.abc import Sequence

from surveys.answers.drafts import ConsentPage, OverallPage, Page, ProfilePage, SectionPage, UnitsPage
from surveys.enums import Secrecy
from surveys.models import BlockUnit, Edition, EligibilityRule, Invitation, Question
from surveys.services.editions import edition_open
from surveys.services.invitations import Guest, invitations_create
from tests.factories.editions import NOW, edition_make

PROFILE = {"type": "enterprise", "size": "micro"}
ANSWERS = {"MB1": 3, "MB2": 1, "MB3": 12, "TG1": "na"}


def edition_asking(*, minimum: int = 0, secrecy: Secrecy = Secrecy.SEALED, **facts: object) -> Edition:
    """An open, sealed edition; MB3 (days) is asked after MB2 = yes; at least `minimum` departments are to be rated."""
    edition = edition_make(secrecy=secrecy, **facts)  # type: ignore[arg-type]
    version = edition.questionnaires.get()
    first = version.questions.get(code="MB2")
    asked = Question.objects.create(
        questionnaire=version,
        sub_index=first.sub_index,
        scale=version.scales.get(code="days"),
        code="MB3",
        text_vi="Sau bao nhiêu ngày?",
        text_en="After how many days?",
        shown_if={"question": "MB2", "answers": [1]},
        position=5,
    )
    asked.blocks.set(first.blocks.all())
    EligibilityRule.objects.filter(block__edition=edition, block__code="departments").update(min_units=minimum)
    return edition_open(edition=edition, by=None, now=NOW)


def invited(edition: Edition, name: str = "Công ty TNHH Lúa Vàng", stratum: str = "micro") -> Invitation:
    """A business that has just been invited."""
    guest = Guest(name=name, email="lua@example.vn", stratum=stratum, design_weight=2.5)
    return invitations_create(edition=edition, guests=[guest], by=None, now=NOW)[0]


def unit_key(edition: Edition, code: str) -> int:
    return BlockUnit.objects.get(block__edition=edition, unit__code=code).pk


def entry_pages(*keys: int, profile: dict[str, str] | None = None) -> list[Page]:
    """Consent, profile and choice of units."""
    return [ConsentPage(given=True), ProfilePage(profile or PROFILE), UnitsPage(list(keys))]


def whole_questionnaire(*keys: int) -> Sequence[Page]:
    """Everything answered about these units."""
    rated: list[Page] = []
    for key in keys:
        rated += [SectionPage(key, ANSWERS), OverallPage(key, 8, "Cán bộ nhiệt tình.")]
    return [*entry_pages(*keys), *rated]
