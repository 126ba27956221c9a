"""accounts: who you are."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """User, role, age group, HCP choice and verification, documents that people agree to."""

    name = "accounts"
