"""Public ids: random, never sequential: no id tells how many there are or what came when."""

import secrets

# Digits and small letters without those that look alike (0 o, 1 l i) or spell words by accident.
ALPHABET = "23456789abcdefghjkmnpqrstvwxyz"
LENGTH = 14  # 30**14, about 68 bits


def new_public_id() -> str:
    """A new random id of 14 characters, safe in a URL."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


# For reading over the phone: no letters and digits that sound or look alike.
SPOKEN_ALPHABET = "2346789ACDEFHJKMNPQRTUVWXYZ"


def new_report_number() -> str:
    """A reference number such as ``R-7K3F-92QD``: random, easy to read out."""
    return _number("R")


def new_appeal_number() -> str:
    """The same for an appeal: ``A-7K3F-92QD``."""
    return _number("A")


def _number(letter: str) -> str:
    word = "".join(secrets.choice(SPOKEN_ALPHABET) for _ in range(8))
    return f"{letter}-{word[:4]}-{word[4:]}"


def new_report_key() -> str:
    """The secret of 12 characters that opens a report's status page with its number."""
    return "".join(secrets.choice(SPOKEN_ALPHABET) for _ in range(12))


class PublicIdConverter:
    """``<pid:name>`` in a URL pattern."""

    regex = f"[{ALPHABET}]{{{LENGTH}}}"

    def to_python(self, value: str) -> str:
        """The id as it stands in the URL."""
        return value

    def to_url(self, value: str) -> str:
        """The id as it stands in the URL."""
        return value
