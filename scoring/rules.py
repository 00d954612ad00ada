"""Who may see, start, approve and publish scoring runs."""

from accounts.enums import Role
from accounts.models import Province
from accounts.rules import Person, has_role
from scoring.models import ScoringRun


def may_see_runs(person: Person, province: Province) -> bool:
    return has_role(person, province, Role.MANAGER, Role.ANALYST, Role.APPROVER)


def may_start_run(person: Person, province: Province) -> bool:
    """Also who may write recipes: both decide how the answers are read."""
    return has_role(person, province, Role.ANALYST)


def may_diagnose(person: Person, province: Province) -> bool:
    """Those who judge a run by its diagnostics, or answer for it."""
    return has_role(person, province, Role.ANALYST, Role.APPROVER)


def may_approve(person: Person, province: Province) -> bool:
    return has_role(person, province, Role.APPROVER)


def is_author(person: Person, run: ScoringRun) -> bool:
    """Whether this person started the run; the second pair of eyes must be another person's."""
    return run.started_by_id is not None and run.started_by_id == person.pk


def may_publish(person: Person, province: Province) -> bool:
    return has_role(person, province, Role.MANAGER, Role.APPROVER)
