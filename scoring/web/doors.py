"""Which run or recipe an address means, for those who have a role in its province; for others it does not exist."""

from django.shortcuts import get_object_or_404

from accounts.rules import require
from accounts.selectors import roles_remember
from accounts.web.requests import StaffRequest
from scoring.models import Recipe, ScoringRun
from scoring.rules import may_see_runs
from scoring.selectors.recipes import recipes_visible_to
from scoring.selectors.runs import runs_visible_to
from surveys.models import Edition
from surveys.selectors.editions import editions_visible_to


def edition_or_404(request: StaffRequest, edition_id: int) -> Edition:
    """The edition, for whoever may see its runs."""
    edition = get_object_or_404(editions_visible_to(roles_remember(request.user)), pk=edition_id)
    require(may_see_runs(request.user, edition.province))
    return edition


def run_or_404(request: StaffRequest, run_id: int) -> ScoringRun:
    """The run with edition, dataset, recipe and verdicts, for whoever may see it."""
    run = get_object_or_404(runs_visible_to(roles_remember(request.user)), pk=run_id)
    require(may_see_runs(request.user, run.edition.province))
    return run


def recipe_or_404(request: StaffRequest, recipe_id: int) -> Recipe:
    """The recipe, for whoever may see runs made with it."""
    recipe = get_object_or_404(recipes_visible_to(roles_remember(request.user)), pk=recipe_id)
    require(may_see_runs(request.user, recipe.edition.province))
    return recipe
