"""The audit trail is append-only."""

from typing import ClassVar

from django.db import migrations

from ddci.core.immutable import Frozen


class Migration(migrations.Migration):
    dependencies: ClassVar = [("accounts", "0001_initial")]
    operations: ClassVar = [Frozen("accounts_auditentry")]
