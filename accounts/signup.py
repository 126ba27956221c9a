"""The last act of joining, as allauth knows it: an address, and what was asked on the way."""

from dataclasses import dataclass

from allauth.account.forms import SignupForm as AllauthSignupForm

from accounts.models import Role


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Whose account is to be made. ``password`` is hashed; empty: sign in by e-mailed codes."""

    public_id: str
    email: str
    pseudonym: str
    birth_year: int | None = None
    birth_month: int | None = None
    hcp_choice: str = ""
    password: str = ""
    role: Role = Role.MEMBER


class SignupForm(AllauthSignupForm):
    """allauth's form, filled from the joining flow instead of from a page."""

    def __init__(self, newcomer: Newcomer) -> None:
        super().__init__({"email": newcomer.email})
        self.newcomer = newcomer
