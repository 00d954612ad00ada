"""An edition that has closed never opens again, nor are frozen data thawed: other triggers ask for its state."""

from typing import ClassVar

from django.db import migrations

from ddci.core.immutable import Frozen

BACK = (
    "(OLD.state = 'closed' AND NEW.state IN ('draft', 'open')) OR "
    "(OLD.state IN ('frozen', 'scored', 'published') AND NEW.state IN ('draft', 'open', 'closed'))"
)


class Migration(migrations.Migration):
    dependencies: ClassVar = [("surveys", "0002_frozen")]
    operations: ClassVar = [
        Frozen("surveys_edition", on=["UPDATE"], when=BACK, columns=["state"], name="no_way_back"),
    ]
