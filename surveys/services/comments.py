"""Reviewing comments. The original is kept (trigger); the audit trail says that it was reviewed, never what it says."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.services import audit
from ddci.core.errors import Invalid, NotNow
from surveys.enums import CommentState, EditionState
from surveys.models import Comment


class NotYetReviewable(NotNow):
    code = "comments_not_yet"
    sentence = _(
        "Comments are reviewed once the edition has closed, so that the moment at which one arrives tells nobody who "
        "wrote it."
    )


class NothingToShow(Invalid):
    code = "nothing_to_show"
    sentence = _("Write the text that is to be shown, or hide the comment.")


@transaction.atomic
def comment_review(*, comment: Comment, state: CommentState, by: User | None, now: datetime, text: str = "") -> Comment:
    """Show a comment as written, show an edited text in its place, hide it, or put it back to wait.

    Args:
        text: what is shown instead of the original; only for `CommentState.EDITED`.

    Raises:
        NotYetReviewable: the edition still takes answers.
        NothingToShow: edited into nothing.
    """
    locked = Comment.objects.select_for_update().get(pk=comment.pk)
    edition = comment.block_unit.block.edition
    if edition.state in {EditionState.DRAFT, EditionState.OPEN}:
        raise NotYetReviewable
    shown = {CommentState.SHOWN: locked.text, CommentState.EDITED: text.strip()}.get(state, "")
    if state is CommentState.EDITED and not shown:
        raise NothingToShow
    before, locked.state, locked.shown_text = locked.state, state, shown
    locked.save(update_fields=["state", "shown_text"])
    audit(
        action="comment.review",
        subject=comment.block_unit,
        by=by,
        now=now,
        province=edition.province,
        states=(before, state.value),
    )
    return locked
