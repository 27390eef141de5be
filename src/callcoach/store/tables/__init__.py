"""The rows of the database, a module a domain. Importing this package makes all of them known to `Base.metadata`."""

from callcoach.store.tables.access import (
    ApiTokenRow,
    IdentityRow,
    InvitationRow,
    PasswordRow,
    SessionRow,
    SignInAttemptRow,
)
from callcoach.store.tables.around import CallNoteRow, DeskCallRow, DispositionRow, WrapUpRow
from callcoach.store.tables.audit import AuditRow
from callcoach.store.tables.base import Base
from callcoach.store.tables.callbacks import CallbackRow, CallbackStepRow
from callcoach.store.tables.calls import CallRow, CallTagRow, TagRow, TurnRow, WorkRow
from callcoach.store.tables.campaigns import (
    AttemptRow,
    CampaignAgentRow,
    CampaignRow,
    DoNotCallRow,
    LeadRow,
    NumberHoldRow,
)
from callcoach.store.tables.complaints import ComplaintEventRow, ComplaintRow
from callcoach.store.tables.customers import (
    ContactRow,
    CustomerNoteRow,
    CustomerNumberRow,
    CustomerRow,
    CustomerTagRow,
)
from callcoach.store.tables.desk import LiveRuleRow, PresenceRow
from callcoach.store.tables.drills import DrillAnswerRow, DrillItemRow, DrillRow
from callcoach.store.tables.events import DeliveryRow, HookRow, OutEventRow
from callcoach.store.tables.findings import FindingRow
from callcoach.store.tables.organisation import AgentNameRow, MembershipRow, PersonRow, TeamRow
from callcoach.store.tables.phone_calls import AttendanceRow, PhoneCallRow
from callcoach.store.tables.review_work import (
    AssignmentRow,
    PlanRow,
    PlanRunRow,
    RoundCallRow,
    RoundReviewerRow,
    RoundRow,
)
from callcoach.store.tables.reviews import JudgedRow, ReviewBasisRow, ReviewEventRow, ReviewSheetRow
from callcoach.store.tables.rollups import (
    CallSumsRow,
    HourSumsRow,
    Level,
    RuleSumsRow,
    TrendStaleRow,
    TrendStateRow,
)
from callcoach.store.tables.rules import RuleDraftRow, RuleVersionRow
from callcoach.store.tables.saved_views import SavedViewRow
from callcoach.store.tables.scorecards import DimensionRow, ScorecardRow
from callcoach.store.tables.scripts import ScriptRow, ScriptRunRow, ScriptTickRow, ScriptVersionRow
from callcoach.store.tables.sip_accounts import SipAccountRow
from callcoach.store.tables.surveys import (
    FollowUpPlanRow,
    FollowUpRow,
    SurveyAnswerRow,
    SurveyResponseRow,
    SurveyRow,
    SurveyVersionRow,
)
from callcoach.store.tables.trends import CoachingRow, MeasuresRow
from callcoach.store.tables.watched import WatchedFileRow, WatchedFolderRow

__all__ = [
    "AgentNameRow",
    "ApiTokenRow",
    "AssignmentRow",
    "AttemptRow",
    "AttendanceRow",
    "AuditRow",
    "Base",
    "CallNoteRow",
    "CallRow",
    "CallSumsRow",
    "CallTagRow",
    "CallbackRow",
    "CallbackStepRow",
    "CampaignAgentRow",
    "CampaignRow",
    "CoachingRow",
    "ComplaintEventRow",
    "ComplaintRow",
    "ContactRow",
    "CustomerNoteRow",
    "CustomerNumberRow",
    "CustomerRow",
    "CustomerTagRow",
    "DeliveryRow",
    "DeskCallRow",
    "DimensionRow",
    "DispositionRow",
    "DoNotCallRow",
    "DrillAnswerRow",
    "DrillItemRow",
    "DrillRow",
    "FindingRow",
    "FollowUpPlanRow",
    "FollowUpRow",
    "HookRow",
    "HourSumsRow",
    "IdentityRow",
    "InvitationRow",
    "JudgedRow",
    "LeadRow",
    "Level",
    "LiveRuleRow",
    "MeasuresRow",
    "MembershipRow",
    "NumberHoldRow",
    "OutEventRow",
    "PasswordRow",
    "PersonRow",
    "PhoneCallRow",
    "PlanRow",
    "PlanRunRow",
    "PresenceRow",
    "ReviewBasisRow",
    "ReviewEventRow",
    "ReviewSheetRow",
    "RoundCallRow",
    "RoundReviewerRow",
    "RoundRow",
    "RuleDraftRow",
    "RuleSumsRow",
    "RuleVersionRow",
    "SavedViewRow",
    "ScorecardRow",
    "ScriptRow",
    "ScriptRunRow",
    "ScriptTickRow",
    "ScriptVersionRow",
    "SessionRow",
    "SignInAttemptRow",
    "SipAccountRow",
    "SurveyAnswerRow",
    "SurveyResponseRow",
    "SurveyRow",
    "SurveyVersionRow",
    "TagRow",
    "TeamRow",
    "TrendStaleRow",
    "TrendStateRow",
    "TurnRow",
    "WatchedFileRow",
    "WatchedFolderRow",
    "WorkRow",
    "WrapUpRow",
]
