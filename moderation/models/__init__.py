"""Models of moderation, one file a noun."""

from moderation.models.alert import Alert, AlertDelivery, Channel, DeliveryState, Stage
from moderation.models.appeal import Appeal, AppealStatus, Restored
from moderation.models.audit import AuditCheck, AuditEvent, AuditHead
from moderation.models.breakglass import BreakGlass, GlassState, Risk
from moderation.models.case import Case, CaseDecision, CaseStatus, Outcome
from moderation.models.case_people import (
    AccountRequest,
    CaseParty,
    ConflictDeclaration,
    PartyRole,
    Tie,
)
from moderation.models.case_record import (
    CaseEvidence,
    CaseNote,
    InterimKind,
    InterimMeasure,
    NoteKind,
    OutsideAlert,
    Referral,
    ReferralAnswer,
    ReferralKind,
)
from moderation.models.decision import Claim, Decision, DecisionKind
from moderation.models.hcp import HcpMeasure, MeasureKind
from moderation.models.oncall import Shift
from moderation.models.outside import OutsideMail
from moderation.models.profile_evidence import ProfileEvidence
from moderation.models.proposal import (
    Approval,
    Proposal,
    ProposalStatus,
    SanctionKind,
    ShadowDone,
    WhySecond,
)
from moderation.models.report import Category, HandledWell, Report, ReportStatus
from moderation.models.report_mail import ReportMail, ReportMailKind
from moderation.models.report_talk import EvidenceBy, ReportEvidence, ReportMessage
from moderation.models.review import HardItem, SecondReview, Sitting, Workbench
from moderation.models.sanction import Sanction
from moderation.models.staff import StaffChange, StaffChangeKind
from moderation.models.transparency import TransparencySnapshot

__all__ = [
    "AccountRequest",
    "Alert",
    "AlertDelivery",
    "Appeal",
    "AppealStatus",
    "Approval",
    "AuditCheck",
    "AuditEvent",
    "AuditHead",
    "BreakGlass",
    "Case",
    "CaseDecision",
    "CaseEvidence",
    "CaseNote",
    "CaseParty",
    "CaseStatus",
    "Category",
    "Channel",
    "Claim",
    "ConflictDeclaration",
    "Decision",
    "DecisionKind",
    "DeliveryState",
    "EvidenceBy",
    "GlassState",
    "HandledWell",
    "HardItem",
    "HcpMeasure",
    "InterimKind",
    "InterimMeasure",
    "MeasureKind",
    "NoteKind",
    "Outcome",
    "OutsideAlert",
    "OutsideMail",
    "PartyRole",
    "ProfileEvidence",
    "Proposal",
    "ProposalStatus",
    "Referral",
    "ReferralAnswer",
    "ReferralKind",
    "Report",
    "ReportEvidence",
    "ReportMail",
    "ReportMailKind",
    "ReportMessage",
    "ReportStatus",
    "Restored",
    "Risk",
    "Sanction",
    "SanctionKind",
    "SecondReview",
    "ShadowDone",
    "Shift",
    "Sitting",
    "StaffChange",
    "StaffChangeKind",
    "Stage",
    "Tie",
    "TransparencySnapshot",
    "WhySecond",
    "Workbench",
]
