"""A report file is made once."""

from typing import ClassVar

from django.db import migrations

from ddci.core.immutable import Frozen


class Migration(migrations.Migration):
    dependencies: ClassVar = [("reports", "0001_initial")]
    operations: ClassVar = [Frozen("reports_reportfile")]
