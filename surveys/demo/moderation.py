"""The demonstration's moderator reviews the remarks: most are shown, names are taken out, some are left to try."""

from datetime import datetime

from django.db import transaction

from accounts.models import User
from surveys.demo.remarks import NAMING, ONLY_NAMING
from surveys.enums import CommentState
from surveys.models import Edition
from surveys.selectors.comments import comments_in_state
from surveys.services.comments import comment_review

LEFT_TO_TRY = 24


@transaction.atomic
def remarks_review(*, edition: Edition, by: User, now: datetime) -> int:
    """Review all but a few of the waiting remarks and return how many were reviewed."""
    waiting = list(
        comments_in_state(edition, CommentState.PENDING).select_related("block_unit__block__edition__province")
    )
    # Those that need a decision first: leaving some of each kind makes trying worth while.
    waiting.sort(key=lambda comment: (comment.text not in NAMING and comment.text not in ONLY_NAMING, comment.text))
    for comment in waiting[LEFT_TO_TRY // 2 : len(waiting) - LEFT_TO_TRY // 2]:
        edited = NAMING.get(comment.text, "")
        hidden = comment.text in ONLY_NAMING
        state = CommentState.HIDDEN if hidden else CommentState.EDITED if edited else CommentState.SHOWN
        comment_review(comment=comment, state=state, by=by, now=now, text=edited)
    return max(len(waiting) - LEFT_TO_TRY, 0)
