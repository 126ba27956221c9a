"""Keeping secrets out of logs."""

import logging
import re

# Addresses that open something by themselves: whoever reads a log must not be able to.
SECRET = re.compile(r"(/(?:feeds|guardian|notices/stop|outside)/)[^/\s?\"']+")
BEARER = re.compile(r"(bearer\s+)\S+", re.IGNORECASE)


def without_secrets(words: str) -> str:
    """The words with secret parts of addresses and headers blotted out."""
    return BEARER.sub(r"\1***", SECRET.sub(r"\1***", words))


class NoSecrets(logging.Filter):
    """Blots secrets out of every message, whoever writes it."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let everything through, with the secrets taken out."""
        record.msg = without_secrets(record.getMessage())
        record.args = None
        return True
