"""The catalogue's tables by subject. The migrations in ``storage/migrations`` make them; a test keeps both the same."""

from storage.schema.columns import Base, Moment
from storage.schema.keeping import (
    BookmarkRow,
    DayRecordRow,
    DisposalRow,
    HoldRow,
    ObjectRow,
    SealedVersionRow,
    StatusChangeRow,
    StatusListRow,
    VerificationRow,
)
from storage.schema.owners import OwnerMergeRow, OwnerRow, OwnerSplitRow
from storage.schema.papers import (
    BatchRow,
    CheckRow,
    CoOwnerRow,
    FieldRow,
    PagePrintRow,
    PaperRow,
    SetbackRow,
    UnfinishedUploadRow,
    WaitingRow,
)
from storage.schema.people import AccountRow, ClaimRow, CorrectionRow, EntryRow, SessionRow, SignInRow
from storage.schema.reuse import DisclosureRow, DossierRow, GrantRow, ReuseRow
from storage.schema.search import SEARCH_INDEX, IndexedRow, PageWordsRow
from storage.schema.service import AccessKeyRow, AuditBlockRow, AuditRow, AuditSubjectRow, HeartbeatRow
from storage.schema.telling import DeliveryRow, EventRow, FollowerRow, PortalRow, WebhookRow

__all__ = [
    "REVISION",
    "SEARCH_INDEX",
    "AccessKeyRow",
    "AccountRow",
    "AuditBlockRow",
    "AuditRow",
    "AuditSubjectRow",
    "Base",
    "BatchRow",
    "BookmarkRow",
    "CheckRow",
    "ClaimRow",
    "CoOwnerRow",
    "CorrectionRow",
    "DayRecordRow",
    "DeliveryRow",
    "DisclosureRow",
    "DisposalRow",
    "DossierRow",
    "EntryRow",
    "EventRow",
    "FieldRow",
    "FollowerRow",
    "GrantRow",
    "HeartbeatRow",
    "HoldRow",
    "IndexedRow",
    "Moment",
    "ObjectRow",
    "OwnerMergeRow",
    "OwnerRow",
    "OwnerSplitRow",
    "PagePrintRow",
    "PageWordsRow",
    "PaperRow",
    "PortalRow",
    "ReuseRow",
    "SealedVersionRow",
    "SessionRow",
    "SetbackRow",
    "SignInRow",
    "StatusChangeRow",
    "StatusListRow",
    "UnfinishedUploadRow",
    "VerificationRow",
    "WaitingRow",
    "WebhookRow",
]

REVISION = "0033"
"""The newest migration: a database at this one needs none."""
