"""Reads of comments for those who review them: the text and the unit, never who wrote it."""

from django.db.models import Case, Count, IntegerField, QuerySet, Value, When

from surveys.enums import CommentState
from surveys.models import Comment, Edition


def comments_of(edition: Edition) -> QuerySet[Comment]:
    """Comments on the units of an edition, those waiting first, then by unit; their random identifiers say no order."""
    waiting = Case(When(state=CommentState.PENDING, then=Value(0)), default=Value(1), output_field=IntegerField())
    return (
        Comment.objects.filter(block_unit__block__edition=edition)
        .select_related("block_unit__unit", "block_unit__block__edition__province")
        .order_by(waiting, "block_unit__block__position", "block_unit__unit__code", "id")
    )


def comments_in_state(edition: Edition, state: CommentState | None) -> QuerySet[Comment]:
    found = comments_of(edition)
    return found if state is None else found.filter(state=state)


def comment_counts(edition: Edition) -> dict[CommentState, int]:
    """How many comments stand in each state."""
    found = Comment.objects.filter(block_unit__block__edition=edition).order_by().values("state")
    counted = {row["state"]: row["n"] for row in found.annotate(n=Count("pk"))}
    return {state: counted.get(state.value, 0) for state in CommentState}
