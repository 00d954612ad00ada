"""The year of an edition as seven steps, or eight with a ballot box: where it stands, and what is still missing for the
next one. Pure functions of `Standing`; nothing here asks the database.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from surveys.answers.coarse import FEWEST
from surveys.enums import EditionState

NAMES_SHOWN = 3


class Step(StrEnum):
    PREPARE = "prepare"
    COLLECT = "collect"
    UNSEAL = "unseal"
    REVIEW = "review"
    FREEZE = "freeze"
    SCORE = "score"
    APPROVE = "approve"
    PUBLISH = "publish"


@dataclass(frozen=True)
class RunStanding:
    """The latest scoring run. `state` is a value of `scoring.enums.RunState`."""

    pk: int
    number: int
    state: str
    author: int | None
    approved: bool = False
    sent_back: bool = False


@dataclass(frozen=True)
class ReviewStanding:
    """The latest check of the answers: responses it flagged, those nobody has decided about, all excluded ones."""

    flagged: int
    undecided: int
    excluded: int = 0


@dataclass(frozen=True)
class Standing:
    """Everything the steps are judged by."""

    state: EditionState
    today: date
    opens_on: date | None = None
    closes_on: date | None = None
    framework_gaps: tuple[str, ...] = ()
    key_gaps: tuple[str, ...] = ()
    is_sealed: bool = False
    box_waits: bool = False
    population_sums: dict[str, int] = field(default_factory=dict)
    businesses: int = 0
    invited: int = 0
    responses: int = 0
    ratings: int = 0
    short_units: tuple[str, ...] = ()
    minimum_ratings: int = 0
    hard_missing: int = 0
    comments_waiting: int = 0
    units_without_reader: int = 0
    readers_first: bool = False
    approvers: frozenset[int] = frozenset()
    run: RunStanding | None = None
    review: ReviewStanding | None = None


@dataclass(frozen=True)
class Gap:
    """Something missing. `blocks`: the next step cannot be taken without it. `page` names a staff page (its argument is
    the edition, or the province for "members" and "units", or the run for "run").
    """

    code: str
    sentence: str
    blocks: bool = False
    page: str = ""
    action: str = ""


def steps_of(standing: Standing) -> list[Step]:
    """The steps in order; only a sealed edition has a ballot box to open."""
    return [step for step in Step if step != Step.UNSEAL or standing.is_sealed]


def current_step(standing: Standing) -> Step | None:
    """The step that is to be taken now; None once everything is published."""
    by_state = {
        EditionState.DRAFT: Step.PREPARE,
        EditionState.OPEN: Step.COLLECT,
        EditionState.CLOSED: Step.FREEZE if _reviewed(standing) else Step.REVIEW,
        EditionState.FROZEN: Step.SCORE,
        EditionState.PUBLISHED: None,
    }
    if standing.box_waits:
        return Step.UNSEAL
    if standing.state != EditionState.SCORED:
        return by_state[standing.state]
    if standing.run is None or standing.run.state != "complete" or standing.run.sent_back:
        return Step.SCORE
    return Step.PUBLISH if standing.run.approved else Step.APPROVE


def _reviewed(standing: Standing) -> bool:
    """Whether the answers were checked and every flagged response decided; without answers there is nothing to do."""
    return not standing.ratings or (standing.review is not None and not standing.review.undecided)


def gaps_for(step: Step | None, standing: Standing) -> list[Gap]:
    """What is missing for this step; what blocks it comes first."""
    found = [] if step is None else list(GAPS[step](standing))
    return sorted(found, key=lambda gap: not gap.blocks)


def _prepare(standing: Standing) -> Iterator[Gap]:
    for sentence in standing.framework_gaps:
        yield Gap("framework", sentence, blocks=True)
    for sentence in standing.key_gaps:
        yield Gap("no_key_holders", sentence, blocks=True, page="ballot-box", action=_("Name key holders"))
    yield from _populations(standing)
    if not standing.invited:
        yield _nobody_invited(standing)
    if standing.opens_on is None or standing.closes_on is None:
        sentence = _("The days of answering are not set.")
        yield Gap("no_days", sentence, page="edition-settings", action=_("Set the days"))
    if not standing.approvers:
        yield _no_approver(blocks=False)


def _nobody_invited(standing: Standing) -> Gap:
    """From the frame where there is one, else from a list."""
    sentence = _("Nobody is invited yet.")
    if standing.businesses:
        return Gap("no_invitations", sentence, page="sample", action=_("Draw a sample"))
    return Gap("no_invitations", sentence, page="invitations-new", action=_("Invite businesses"))


def _populations(standing: Standing) -> Iterator[Gap]:
    sums = standing.population_sums
    if not sums:
        yield Gap("no_margins", _("No population counts are known, so answers cannot be weighted to the population."))
    elif len(set(sums.values())) > 1:
        counts = "; ".join(f"{name}: {number_format(total, force_grouping=True)}" for name, total in sums.items())
        words = {"counts": counts}
        yield Gap("margins_differ", _("The population counts add up differently: %(counts)s.") % words)


def _collect(standing: Standing) -> Iterator[Gap]:
    if standing.closes_on and standing.today <= standing.closes_on:
        words = {"day": date_format(standing.closes_on, "d/m/Y")}
        sentence = _("Answers are taken until %(day)s.") % words
        yield Gap("still_time", sentence, page="edition-extend", action=_("Move the last day…"))
    if not standing.invited and not standing.responses:
        yield _nobody_invited(standing)
    yield from _short_units(standing)
    yield from _hard_values(standing)


def _short_units(standing: Standing) -> Iterator[Gap]:
    names = standing.short_units
    if not names:
        return
    shown = ", ".join(names[:NAMES_SHOWN])
    if len(names) > NAMES_SHOWN:
        shown = _("%(names)s and %(more)d more") % {"names": shown, "more": len(names) - NAMES_SHOWN}
    words = {"count": len(names), "minimum": standing.minimum_ratings, "names": shown}
    sentence = ngettext(
        "%(count)d unit has fewer than %(minimum)d ratings and would not be ranked: %(names)s.",
        "%(count)d units have fewer than %(minimum)d ratings and would not be ranked: %(names)s.",
        len(names),
    )
    yield Gap("short_units", sentence % words, page="responses", action=_("See the counts"))


def _hard_values(standing: Standing) -> Iterator[Gap]:
    if standing.hard_missing:
        sentence = ngettext(
            "%(count)d value from administrative records is missing.",
            "%(count)d values from administrative records are missing.",
            standing.hard_missing,
        )
        words = {"count": standing.hard_missing}
        yield Gap("hard_missing", sentence % words, page="records", action=_("Enter them"))


def _unseal(standing: Standing) -> Iterator[Gap]:
    if standing.responses < FEWEST:
        words = {"count": FEWEST}
        sentence = _("There are fewer than %(count)d responses: everything that tells them apart will be left out.")
        yield Gap("few_boxes", sentence % words, page="ballot-box", action=_("See the ballot box"))


def _review(standing: Standing) -> Iterator[Gap]:
    review = standing.review
    if review is None:
        sentence = _("The answers were not checked for carelessness and copies yet.")
        yield Gap("not_checked", sentence, page="quality", action=_("Check them"))
    elif review.undecided:
        sentence = ngettext(
            "Nobody has decided about %(undecided)d of %(flagged)d flagged response.",
            "Nobody has decided about %(undecided)d of %(flagged)d flagged responses.",
            review.flagged,
        )
        words = {"undecided": review.undecided, "flagged": review.flagged}
        yield Gap("undecided", sentence % words, page="quality", action=_("Review them"))
    sentence = _("The data can be frozen without this review; undecided responses then count.")
    yield Gap("freeze_anyway", sentence, page="edition-freeze", action=_("Freeze the data…"))


def _freeze(standing: Standing) -> Iterator[Gap]:
    if not standing.ratings:
        yield Gap("no_ratings", _("There is not one rating, so there is nothing to freeze."), blocks=True)
    if standing.review is not None and standing.review.excluded:
        sentence = ngettext(
            "%(count)d response is left out after the review.",
            "%(count)d responses are left out after the review.",
            standing.review.excluded,
        )
        words = {"count": standing.review.excluded}
        yield Gap("excluded", sentence % words, page="quality", action=_("See the review"))
    yield from _short_units(standing)
    yield from _hard_values(standing)
    yield from _populations(standing)


def _score(standing: Standing) -> Iterator[Gap]:
    run = standing.run
    if run is None:
        yield Gap("no_run", _("No scoring run was started yet."), page="runs", action=_("Start a scoring run"))
    elif run.state in {"waiting", "running"}:
        words = {"number": run.number}
        sentence = _("Run %(number)d is being computed.") % words
        yield Gap("run_underway", sentence, blocks=True, page="run", action=_("Watch it"))
    elif run.state == "failed":
        sentence = _("Run %(number)d failed.") % {"number": run.number}
        yield Gap("run_failed", sentence, page="run", action=_("Read why"))
    elif run.sent_back:
        sentence = _("Run %(number)d was sent back by an approver.") % {"number": run.number}
        yield Gap("run_sent_back", sentence, page="run", action=_("Read why"))
    if not standing.approvers:
        yield _no_approver(blocks=False)


def _approve(standing: Standing) -> Iterator[Gap]:
    run = standing.run
    if run is None:
        return
    sentence = _("Run %(number)d waits for a verdict.") % {"number": run.number}
    yield Gap("not_approved", sentence, page="run", action=_("Open the run"))
    if not standing.approvers:
        yield _no_approver(blocks=True)
    elif standing.approvers == {run.author}:
        sentence = _("The only approver started this run. Somebody else must approve it.")
        yield Gap("author_is_approver", sentence, blocks=True, page="members", action=_("Name an approver"))


def _no_approver(*, blocks: bool) -> Gap:
    sentence = _("Nobody has the role of approver.")
    return Gap("no_approver", sentence, blocks=blocks, page="members", action=_("Name an approver"))


def _publish(standing: Standing) -> Iterator[Gap]:
    if standing.comments_waiting:
        sentence = ngettext(
            "%(count)d comment waits for review; it is not shown until then.",
            "%(count)d comments wait for review; they are not shown until then.",
            standing.comments_waiting,
        )
        words = {"count": standing.comments_waiting}
        yield Gap("comments_waiting", sentence % words, page="comments", action=_("Review comments"))
    if standing.readers_first and standing.units_without_reader:
        sentence = ngettext(
            "%(count)d unit has no reader who could see its page first.",
            "%(count)d units have no reader who could see their page first.",
            standing.units_without_reader,
        )
        words = {"count": standing.units_without_reader}
        yield Gap("no_readers", sentence % words, page="units", action=_("Name readers"))


GAPS: dict[Step, Callable[[Standing], Iterator[Gap]]] = {
    Step.PREPARE: _prepare,
    Step.COLLECT: _collect,
    Step.UNSEAL: _unseal,
    Step.REVIEW: _review,
    Step.FREEZE: _freeze,
    Step.SCORE: _score,
    Step.APPROVE: _approve,
    Step.PUBLISH: _publish,
}
