"""Who may read a unit's page before everybody else."""

from accounts.enums import Role
from accounts.rules import Person, has_role, is_member
from surveys.models import BlockUnit, Edition
from surveys.rules import reads_unit


def may_see_dashboard(person: Person, edition: Edition) -> bool:
    """The state of the year and the figures of today: every member of the province."""
    return is_member(person, edition.province)


def may_preview_any_run(person: Person, edition: Edition) -> bool:
    """Those who make the result read it before anybody approved it."""
    return has_role(person, edition.province, Role.MANAGER, Role.ANALYST, Role.APPROVER)


def may_preview_unit(person: Person, block_unit: BlockUnit) -> bool:
    """Those who make the result; and the unit's own readers, if the edition lets them read first."""
    edition = block_unit.block.edition
    return may_preview_any_run(person, edition) or (edition.readers_first and reads_unit(person, block_unit.unit))
