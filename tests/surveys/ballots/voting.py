"""Run in a process of its own, which is killed: businesses vote one after the other; each receipt is printed once its
transaction is committed.
"""

import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ddci.settings")
django.setup()

from django.utils import timezone  # noqa: E402

from surveys.selectors.invitations import invitation_by_code  # noqa: E402
from surveys.services.answering import draft_save, response_submit  # noqa: E402
from tests.factories.respondents import whole_questionnaire  # noqa: E402

unit = int(sys.argv[1])
for line in sys.stdin:
    invitation = invitation_by_code(line.strip())
    draft_save(invitation=invitation, pages=whole_questionnaire(unit), now=timezone.now())
    print(response_submit(invitation=invitation), flush=True)
