"""The tests' own cleaning: committed frozen rows are gone in the next test, and their tables guarded again."""

from datetime import UTC, datetime

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import DatabaseError

from accounts.models import AuditEntry


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", ["first", "second"])
def test_frozen_rows_are_guarded_and_gone_in_the_next_test(turn: str) -> None:
    assert AuditEntry.objects.count() == 0
    assert not default_storage.exists("left.txt")

    AuditEntry.objects.create(action="test", at=datetime(2024, 1, 1, tzinfo=UTC), subject_kind="x", subject_id="1")
    default_storage.save("left.txt", ContentFile(b"x"))

    with pytest.raises(DatabaseError, match="frozen: accounts_auditentry"):
        AuditEntry.objects.all().delete()
