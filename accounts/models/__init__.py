"""Models of accounts, one file a noun."""

from accounts.models.announcement import Announcement, AnnouncementAudience, Tone
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
from accounts.models.helplines import HelplineSheet
from accounts.models.invitation import InvitationCode
from accounts.models.leaving import AccountClosure, DataExport, ExportState, KeepPosts
from accounts.models.relations import Block, CutOff, HeldName, HiddenHcp, HiddenWorkplace, Recusal
from accounts.models.site import Joining, Level, Maintenance, SiteSettings
from accounts.models.token import MemberToken, Scope, TokenKind
from accounts.models.user import AgeGroup, HcpChoice, Role, User, display_name

__all__ = [
    "AccountClosure",
    "AgeGroup",
    "Announcement",
    "AnnouncementAudience",
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
    "HeldName",
    "HelplineSheet",
    "HiddenHcp",
    "HiddenWorkplace",
    "InvitationCode",
    "Joining",
    "KeepPosts",
    "Level",
    "Maintenance",
    "MemberToken",
    "Method",
    "Module",
    "ProposedWorkplace",
    "Purpose",
    "Recusal",
    "Role",
    "Scope",
    "SignOff",
    "SiteSettings",
    "TokenKind",
    "Tone",
    "User",
    "Workplace",
    "display_name",
]
