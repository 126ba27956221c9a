"""Models of accounts, one file a noun."""

from accounts.models.document import Clause, Document, DocumentKind
from accounts.models.hcp import HcpProfile, Workplace
from accounts.models.relations import Block, HiddenHcp, HiddenWorkplace, Recusal
from accounts.models.user import AgeGroup, HcpChoice, Role, User, display_name

__all__ = [
    "AgeGroup",
    "Block",
    "Clause",
    "Document",
    "DocumentKind",
    "HcpChoice",
    "HcpProfile",
    "HiddenHcp",
    "HiddenWorkplace",
    "Recusal",
    "Role",
    "User",
    "Workplace",
    "display_name",
]
