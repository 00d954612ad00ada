"""Who may do what with an edition, its answers and the units of a province."""

from accounts.enums import Role
from accounts.models import Province, User
from accounts.rules import Person, has_role, is_member
from surveys.models import Edition, Unit
from surveys.selectors.ballots import holder_of
from surveys.selectors.units import units_read_by


def may_see_edition(person: Person, edition: Edition) -> bool:
    """The state of the year, counts of responses, the framework: every member of the province."""
    return is_member(person, edition.province)


def may_prepare_edition(person: Person, province: Province) -> bool:
    """Import a workbook, change settings, open and close."""
    return has_role(person, province, Role.MANAGER)


def may_freeze_data(person: Person, edition: Edition) -> bool:
    return has_role(person, edition.province, Role.MANAGER, Role.ANALYST)


def may_export_data(person: Person, edition: Edition) -> bool:
    """Make and take the version of the dataset for researchers."""
    return has_role(person, edition.province, Role.MANAGER, Role.ANALYST)


def may_export_all(person: Person, edition: Edition) -> bool:
    """Make and take the full version of the dataset."""
    return has_role(person, edition.province, Role.ANALYST)


def may_see_quality(person: Person, edition: Edition) -> bool:
    """How many responses were flagged and excluded, and why: counts, no answer."""
    return has_role(person, edition.province, Role.MANAGER, Role.ANALYST, Role.APPROVER)


def may_review_responses(person: Person, edition: Edition) -> bool:
    """Read flagged responses, without anything about who sent them in, and decide which are left out."""
    return has_role(person, edition.province, Role.MANAGER, Role.ANALYST)


def may_open_box(person: Person, edition: Edition) -> bool:
    """Try to open the ballot box: key holders with their passphrase, a manager with a recovery code."""
    return is_key_holder(person, edition) or has_role(person, edition.province, Role.MANAGER)


def is_key_holder(person: Person, edition: Edition) -> bool:
    """Whether the person was named a key holder of this edition."""
    return isinstance(person, User) and person.is_active and holder_of(edition, person) is not None


def may_enter_records(person: Person, province: Province) -> bool:
    """Values from administrative records and the documents they rest on."""
    return has_role(person, province, Role.MANAGER, Role.ANALYST)


def may_invite(person: Person, edition: Edition) -> bool:
    """See and make invitations and hand out their codes: names of businesses stand there."""
    return has_role(person, edition.province, Role.MANAGER)


def may_open_ways(person: Person, edition: Edition) -> bool:
    """Switch the open link and self-registration on and off."""
    return has_role(person, edition.province, Role.MANAGER)


def may_share_out_calls(person: Person, edition: Edition) -> bool:
    """See the whole call list with telephone numbers, and give businesses to interviewers."""
    return has_role(person, edition.province, Role.MANAGER)


def may_interview(person: Person, edition: Edition) -> bool:
    """See the own list of businesses, reach them and fill in for them; type paper questionnaires."""
    return has_role(person, edition.province, Role.INTERVIEWER)


def may_keep_frame(person: Person, province: Province) -> bool:
    """See and import the businesses of the province with their contact data, and decide about duplicates."""
    return has_role(person, province, Role.MANAGER)


def may_draw_sample(person: Person, edition: Edition) -> bool:
    return may_keep_frame(person, edition.province)


def may_moderate(person: Person, edition: Edition) -> bool:
    """Read comments as they were written, and decide what is shown."""
    return has_role(person, edition.province, Role.MODERATOR)


def may_see_units(person: Person, province: Province) -> bool:
    return is_member(person, province)


def may_change_units(person: Person, province: Province) -> bool:
    """Names and fates of units, and who reads their feedback."""
    return has_role(person, province, Role.MANAGER)


def reads_unit(person: Person, unit: Unit) -> bool:
    """Whether the person was named a reader of this unit."""
    return person.is_authenticated and units_read_by(person).filter(pk=unit.pk).exists()
