"""Reviewing comments: when, what is kept, what is recorded."""

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse

from accounts.enums import Role
from accounts.models import AuditEntry
from surveys.enums import CommentState
from surveys.models import BlockUnit, Comment, Edition
from surveys.selectors.comments import comment_counts, comments_of
from surveys.services.comments import NothingToShow, NotYetReviewable, comment_review
from tests.factories.editions import NOW, edition_closed, edition_opened
from tests.factories.people import province_make, user_make

pytestmark = pytest.mark.django_db
TEXT = "Ông T. ở phòng đăng ký rất nhiệt tình."


def comment_on(edition: Edition, text: str = TEXT) -> Comment:
    unit = BlockUnit.objects.filter(block__edition=edition).order_by("pk")[0]
    return Comment.objects.create(block_unit=unit, text=text)


@pytest.mark.parametrize(
    ("state", "shown"),
    [
        (CommentState.SHOWN, TEXT),
        (CommentState.EDITED, "Cán bộ rất nhiệt tình."),
        (CommentState.HIDDEN, ""),
        (CommentState.PENDING, ""),
    ],
)
def test_what_is_shown_after_review(state: CommentState, shown: str) -> None:
    comment = comment_on(edition_closed(responses=3))

    comment_review(comment=comment, state=state, by=None, now=NOW, text="  Cán bộ rất nhiệt tình. ")

    comment.refresh_from_db()
    assert (comment.state, comment.shown_text, comment.text) == (state, shown, TEXT)


def test_nothing_is_reviewed_while_answers_come_in() -> None:
    comment = comment_on(edition_opened())

    with pytest.raises(NotYetReviewable):
        comment_review(comment=comment, state=CommentState.SHOWN, by=None, now=NOW)


def test_an_edited_text_must_not_be_empty() -> None:
    comment = comment_on(edition_closed(responses=3))

    with pytest.raises(NothingToShow):
        comment_review(comment=comment, state=CommentState.EDITED, by=None, now=NOW, text=" ")


def test_the_original_cannot_be_changed() -> None:
    comment = comment_on(edition_closed(responses=3))

    with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
        Comment.objects.filter(pk=comment.pk).update(text="khác")


def test_the_trail_says_which_unit_and_never_what_was_written() -> None:
    comment, moderator = comment_on(edition_closed(responses=3)), user_make(Role.MODERATOR)

    comment_review(comment=comment, state=CommentState.HIDDEN, by=moderator, now=NOW)

    entry = AuditEntry.objects.get(action="comment.review")
    assert (entry.subject, entry.state_from, entry.state_to) == (str(comment.block_unit), "pending", "hidden")
    assert TEXT[:10] not in f"{entry.subject} {entry.note}"


def test_waiting_comments_come_first_and_are_counted() -> None:
    edition = edition_closed(responses=3)
    done, waiting = comment_on(edition), comment_on(edition)
    comment_review(comment=done, state=CommentState.SHOWN, by=None, now=NOW)

    assert list(comments_of(edition)) == [waiting, done]
    assert comment_counts(edition)[CommentState.PENDING] == 1


def moderator() -> Client:
    client = Client()
    client.force_login(user_make(Role.MODERATOR))
    return client


def test_the_page_before_closing_tells_the_number_only() -> None:
    edition = edition_opened()
    comment_on(edition)

    answer = moderator().get(reverse("staff:comments", args=[edition.pk]))

    assert answer.context["total"] == 1
    assert TEXT not in answer.content.decode()


def test_a_decision_leads_back_to_the_queue_that_was_read() -> None:
    edition = edition_closed(responses=3)
    comment = comment_on(edition)

    answer = moderator().post(
        reverse("staff:comment-review", args=[edition.pk, comment.pk]), {"verdict": "shown", "back": "hidden"}
    )

    assert answer.url == reverse("staff:comments", args=[edition.pk]) + "?state=hidden"


def test_an_unknown_decision_is_refused() -> None:
    edition = edition_closed(responses=3)

    answer = moderator().post(
        reverse("staff:comment-review", args=[edition.pk, comment_on(edition).pk]), {"verdict": "praise"}
    )

    assert answer.status_code == 400


def test_a_comment_of_another_edition_is_not_found() -> None:
    own, foreign = edition_closed(responses=3), edition_closed(responses=3, province=province_make("nam-dinh"))
    comment = comment_on(foreign)

    answer = moderator().post(reverse("staff:comment-review", args=[own.pk, comment.pk]), {"verdict": "shown"})

    assert answer.status_code == 404


@pytest.mark.parametrize("comments", [1, 3, 15])
def test_the_queue_needs_the_same_queries_for_many(comments: int, django_assert_num_queries) -> None:
    edition, client = edition_closed(responses=3), moderator()
    for _ in range(comments):
        comment_on(edition)

    with django_assert_num_queries(7):
        client.get(reverse("staff:comments", args=[edition.pk]))
