"""What allauth asks of this project."""

from allauth.account.adapter import DefaultAccountAdapter
from django.forms import Form
from django.http import HttpRequest

from accounts.models import User


class AccountAdapter(DefaultAccountAdapter):
    """Mails without the word diabetes in their subject; no name from the address."""

    def save_user(self, request: HttpRequest, user: User, form: Form, commit: bool = True) -> User:
        """Store pseudonym, month and year of birth in the same insert as the address."""
        data = form.cleaned_data
        user.pseudonym = data["pseudonym"]
        user.birth_month, user.birth_year = data["birth_month"], data["birth_year"]
        return super().save_user(request, user, form, commit=commit)

    def populate_username(self, request: HttpRequest, user: User) -> None:
        """Nothing to do: people choose their pseudonym themselves."""
