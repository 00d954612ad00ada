"""Run in a process of its own by the measurement: makes an open edition and prints its codes, or counts responses."""

import json
import os
import sys
from dataclasses import replace

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ddci.settings")
django.setup()

from django.core.management import call_command  # noqa: E402
from django.utils import timezone  # noqa: E402

from surveys.demo.people import province_ensure  # noqa: E402
from surveys.demo.workbook import demo_workbook  # noqa: E402
from surveys.models import Receipt  # noqa: E402
from surveys.selectors.invitations import code_of  # noqa: E402
from surveys.services.edition_import import edition_import  # noqa: E402
from surveys.services.editions import edition_open  # noqa: E402
from surveys.services.invitations import Guest, invitations_create  # noqa: E402
from surveys.workbook import workbook_read, workbook_write  # noqa: E402
from tests.factories.ballots import key_holders_make  # noqa: E402

MOST = {"departments": 3, "localities": 2}


def five_units() -> bytes:
    """The demonstration's framework, by whose rules each business rates 3 departments (38 questions each) and 2
    localities (45 each).
    """
    content = workbook_read(demo_workbook()).content
    rules = [replace(rule, min_units=MOST[rule.block], max_units=MOST[rule.block]) for rule in content.eligibility]
    return workbook_write(replace(content, eligibility=rules))


def codes(count: int) -> list[str]:
    call_command("migrate", verbosity=0)
    now = timezone.now()
    edition = edition_import(workbook=five_units(), province=province_ensure(now=now), by=None, now=now)
    key_holders_make(edition)
    edition_open(edition=edition, by=None, now=now)
    guests = [Guest(name=f"Doanh nghiệp {number}") for number in range(count)]
    return [code_of(each) for each in invitations_create(edition=edition, guests=guests, by=None, now=now)]


if sys.argv[1] == "count":
    print(Receipt.objects.count())
else:
    print(json.dumps(codes(int(sys.argv[1]))))
