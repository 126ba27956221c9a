"""Models of accounts, one file a noun."""

from accounts.models.application import (
    ApplicationKind,
    ApplicationState,
    ClauseSignature,
    DilemmaAnswer,
    HcpApplication,
    HcpCheck,
    ProposedWorkplace,
)
from accounts.models.consent import Consent, Method, Purpose
from accounts.models.document import Clause, Document, DocumentKind, Module, SignOff
from accounts.models.guardian import GuardianRequest
from accounts.models.hcp import HcpProfile, Workplace
from accounts.models.leaving import AccountClosure, DataExport, ExportState, KeepPosts
from accounts.models.relations import Block, CutOff, HiddenHcp, HiddenWorkplace, Recusal
from accounts.models.site import Level, Maintenance
from accounts.models.user import AgeGroup, HcpChoice, Role, User, display_name

__all__ = [
    "AccountClosure",
    "AgeGroup",
    "ApplicationKind",
    "ApplicationState",
    "Block",
    "Clause",
    "ClauseSignature",
    "Consent",
    "CutOff",
    "DataExport",
    "DilemmaAnswer",
    "Document",
    "DocumentKind",
    "ExportState",
    "GuardianRequest",
    "HcpApplication",
    "HcpCheck",
    "HcpChoice",
    "HcpProfile",
    "HiddenHcp",
    "HiddenWorkplace",
    "KeepPosts",
    "Level",
    "Maintenance",
    "Method",
    "Module",
    "ProposedWorkplace",
    "Purpose",
    "Recusal",
    "Role",
    "SignOff",
    "User",
    "Workplace",
    "display_name",
]
