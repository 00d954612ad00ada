import logging

from ddci.core.logs import drop_secrets_from_records


def record(message, *args, fault=None):
    return logging.LogRecord("django", logging.ERROR, __file__, 1, message, args, fault)


def test_codes_in_addresses_are_cut_from_messages():
    made = record("Not Found: %s", "/en/s/ABCD0123EFGH4567/units/")
    assert drop_secrets_from_records().filter(made)
    assert made.getMessage() == "Not Found: /en/s/…/units/"


def test_codes_are_cut_from_tracebacks():
    try:
        raise ValueError("/s/ABCD0123EFGH4567/profile/")
    except ValueError as error:
        made = record("fault", fault=(ValueError, error, error.__traceback__))
    drop_secrets_from_records().filter(made)
    written = logging.Formatter("%(message)s").format(made)
    assert "ABCD0123EFGH4567" not in written.split("raise ValueError")[-1].split("\n", 1)[-1]
    assert "ValueError: /s/…/profile/" in written
