"""Simulated businesses take part: they are invited and answer through the services that a browser uses."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from ddci.core.errors import NotNow
from surveys.answers.drafts import ConsentPage, OverallPage, Page, ProfilePage, SectionPage, UnitsPage
from surveys.demo.ballots import Ballot, ballot_drawn, copied, repeated, willing
from surveys.demo.model import Model, model_drawn, model_moved
from surveys.demo.sample import Business, sample_drawn
from surveys.enums import InvitationState
from surveys.models import BlockUnit, Edition, Invitation
from surveys.services.answering import draft_save, response_submit
from surveys.services.fieldwork import fieldwork_look_after
from surveys.services.invitations import invitations_create
from surveys.workbook import EditionContent
from surveys.workbook.rows import content_of

Progress = Callable[[int, int], None]
TOGETHER = 40
BEGUN_ONLY = 0.04


class NotSimulated(NotNow):
    code = "not_simulated"
    sentence = _("“%(edition)s” is not marked as simulated data; simulated answers would falsify it.")


@dataclass(frozen=True)
class Plan:
    """How many are invited, how many of them answer, and the seed of everything drawn.

    `truth`: the seed of the plan whose units these are, in an earlier year: as good as there, but for a `drift`.
    """

    invited: int = 4082
    answered: int = 2368
    seed: int = 2024
    truth: int | None = None
    drift: float = 0.0

    def model(self, content: EditionContent) -> Model:
        """The truth behind the answers."""
        found = model_drawn(content, np.random.default_rng([self.truth or self.seed, 2]))
        return model_moved(found, self.drift, self.rng(5)) if self.drift else found

    def rng(self, *part: int) -> np.random.Generator:
        """A generator of its own for each part, so that an interrupted simulation goes on with the same draws."""
        return np.random.default_rng([self.seed, *part])


def responses_simulate(
    *, edition: Edition, plan: Plan, by: User | None, now: datetime, progress: Progress
) -> list[Invitation]:
    """Invite the simulated sample and send in the answers of those who take part; return those who never began.

    Whoever has sent in already is left alone, so an interrupted simulation goes on where it stopped. The same plan on
    the same framework gives the same answers.

    Raises:
        NotSimulated: the edition holds real data.
        WrongState: the edition is not open.
        NotComplete: an answer did not fit the questionnaire.
    """
    if not edition.is_simulated:
        raise NotSimulated(edition=edition.title)
    content = content_of(edition)
    businesses = sample_drawn(content, plan.invited, plan.rng(1))
    model = plan.model(content)
    taking_part = sorted(willing(businesses, plan.answered, plan.rng(3)))
    sources = copied(businesses, taking_part, plan.rng(5))
    invitations = _invited(edition, businesses, by, now)
    keys = _keys(edition)
    for start in range(0, len(taking_part), TOGETHER):
        with transaction.atomic():
            for place in taking_part[start : start + TOGETHER]:
                source = sources.get(place, place)
                drawn = ballot_drawn(content, model, businesses[source], plan.rng(4, source))
                ballot = drawn if source == place else repeated(drawn, businesses[place])
                _send_in(invitations[place], _pages(ballot, keys), now)
        fieldwork_look_after(edition=edition, today=now.date())
        progress(min(start + TOGETHER, len(taking_part)), len(taking_part))
    rest = [place for place in range(len(businesses)) if place not in set(taking_part)]
    begun = rest[: int(len(rest) * BEGUN_ONLY)]
    _begin([invitations[place] for place in begun], now)
    return [invitations[place] for place in rest[len(begun) :]]


def _invited(edition: Edition, businesses: Sequence[Business], by: User | None, now: datetime) -> list[Invitation]:
    """One invitation per business, in the same order; those that exist already are found by name."""
    known = {each.name: each for each in Invitation.objects.filter(edition=edition).order_by("pk")}
    new = [each.guest for each in businesses if each.guest.name not in known]
    if new:
        known |= {each.name: each for each in invitations_create(edition=edition, guests=new, by=by, now=now)}
    return [known[each.guest.name] for each in businesses]


def _keys(edition: Edition) -> dict[str, int]:
    rated = BlockUnit.objects.filter(block__edition=edition).order_by("block__position", "unit__code")
    return {code: key for key, code in rated.values_list("pk", "unit__code")}


def _pages(ballot: Ballot, keys: dict[str, int]) -> list[Page]:
    """The ballot as the pages of a browser send it."""
    pages: list[Page] = [ConsentPage(given=True), ProfilePage(ballot.profile)]
    pages.append(UnitsPage([keys[rating.unit] for rating in ballot.ratings]))
    for rating in ballot.ratings:
        pages.append(SectionPage(keys[rating.unit], rating.answers))
        pages.append(OverallPage(keys[rating.unit], rating.satisfaction, rating.remark))
    return pages


def _send_in(invitation: Invitation, pages: list[Page], now: datetime) -> None:
    if invitation.state == InvitationState.DONE:
        return
    saved = draft_save(invitation=invitation, pages=pages, now=now)
    for fault in saved.faults.values():
        raise fault
    response_submit(invitation=invitation, day=now.date())


@transaction.atomic
def _begin(invitations: Sequence[Invitation], now: datetime) -> None:
    """Some begin and never finish; what they kept is deleted when the edition closes."""
    for invitation in invitations:
        if invitation.state == InvitationState.SENT:
            draft_save(invitation=invitation, pages=[ConsentPage(given=True)], now=now)
