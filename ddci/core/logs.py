"""Log records carry no secret: a respondent's code stands in the address, so addresses are shortened before they are
written.
"""

import logging
import re

RESPONDENT_PATH = re.compile(r"(/[so]/)[^/\s\"']+")


class _NoSecrets(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        message = record.getMessage()
        record.msg, record.args = RESPONDENT_PATH.sub(r"\1…", message), None
        if record.exc_info:
            record.exc_text = RESPONDENT_PATH.sub(r"\1…", logging.Formatter().formatException(record.exc_info))
        return True


def drop_secrets_from_records() -> logging.Filter:
    """The filter that every handler uses."""
    return _NoSecrets()
