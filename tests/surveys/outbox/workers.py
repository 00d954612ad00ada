"""Loads the program once, then becomes as many worker processes as asked; prints their numbers.

Each sends as `manage.py outbox_send` does. Loading takes the longest: done once, before the database is touched.
"""

import os
import sys

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "ddci.settings"
django.setup()

from django.core.management import call_command  # noqa: E402
from django.urls import get_resolver  # noqa: E402

assert get_resolver().url_patterns
for _worker in range(int(sys.argv[1])):
    number = os.fork()
    if number == 0:
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
        call_command("outbox_send")
        os._exit(0)
    print(number, flush=True)
